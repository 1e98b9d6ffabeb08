"""Operations: stock, cycle times, bottlenecks, equipment effectiveness, utilisation, staffing."""

import random
from fractions import Fraction
from math import ceil

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, percent, plain, table

PARTS = (
    "filters",
    "toner cartridges",
    "bearings",
    "gloves",
    "bottles",
    "cartons",
    "valves",
    "masks",
    "belts",
)


@item_model(
    "reorder-point",
    skills=(
        "inventory-management",
        "supply-chain-management",
        "procurement",
        "demand-planning",
        "operations-management",
    ),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def reorder_point(rng: random.Random) -> Draw:
    """Demand over the lead time and the safety stock."""
    daily, weeks = rng.randrange(6, 90), rng.randrange(1, 5)
    days = rng.choice([5, 6, 7])
    safety = daily * rng.randrange(2, 7)
    demand = daily * days * weeks
    lot = daily * days * rng.randrange(5, 9)
    key = demand + safety
    mistakes: list[Mistake] = [
        (demand, "The safety stock is left out."),
        (demand - safety, "The safety stock is subtracted."),
        (
            daily * weeks * (12 - days) + safety,
            "The lead time is turned into days with the wrong length of a week.",
        ),
        (daily * days * (weeks + 1) + safety, "A week too many is counted."),
        (lot + safety, "The order quantity is taken for the demand during the lead time."),
        (daily * weeks + safety, "The weeks of the lead time are read as days."),
        (demand + 2 * safety, "The safety stock is counted twice."),
        (lot, "The order quantity is given."),
    ]
    return asked(
        rng,
        f"A store uses {daily} {rng.choice(PARTS)} a day on {days} days a week. A delivery of {figure(lot)} "
        f"takes {weeks} week{'s' * (weeks > 1)} from order to arrival; the safety stock is "
        f"{figure(safety)}. At what stock must it order again?",
        key,
        mistakes,
        f"In the lead time {daily} x {days} x {weeks} = {figure(demand)} are used; with the safety stock of "
        f"{figure(safety)} that is {figure(key)}.",
    )


@item_model(
    "takt-time",
    skills=("lean-management", "production-planning", "manufacturing-engineering", "operations-management"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def takt_time(rng: random.Random) -> Draw:
    """Seconds of working time for each piece that is wanted."""
    shifts, hours = rng.choice([1, 2]), rng.choice([7, 8, 9])
    rest = rng.choice([30, 40, 45, 60])
    seconds = shifts * (hours * 60 - rest) * 60
    pieces = rng.choice([one for one in range(120, 1200) if seconds % one == 0])
    key = seconds // pieces
    mistakes: list[Mistake] = [
        (Fraction(shifts * hours * 3600, pieces), "The breaks are not taken off."),
        (Fraction(shifts * (hours * 60 + rest) * 60, pieces), "The breaks are added."),
        (Fraction((shifts * (hours - 1) * 60) * 60, pieces), "An hour is taken off for the breaks."),
        (Fraction(pieces * 3600, seconds), "The pieces per hour are given."),
        (Fraction((hours * 60 - rest) * 60, pieces) * (3 - shifts), "The number of shifts is mistaken."),
        (Fraction(shifts * (hours * 60 - 2 * rest) * 60, pieces), "The breaks are taken off twice."),
    ]
    thing = rng.choice(["doors", "pumps", "meters", "toys", "seats", "locks", "lamps", "boxes", "frames"])
    of = "one shift" if shifts == 1 else "two shifts"
    return asked(
        rng,
        f"A line works {of} of {hours} hours a day, with {rest} minutes of breaks in each. Customers want "
        f"{figure(pieces)} {thing} a day. What is the takt time in seconds? Round to a whole second.",
        key,
        mistakes,
        f"The line has {figure(seconds)} seconds a day for {figure(pieces)} pieces: {figure(key)} seconds "
        "each.",
        tolerance="0.5",
    )


STEPS = (
    ("Cutting", "Sewing", "Ironing", "Packing"),
    ("Checking", "Entering", "Approving", "Filing"),
    ("Sawing", "Drilling", "Painting", "Packing"),
    ("Washing", "Filling", "Sealing", "Labelling"),
    ("Sorting", "Weighing", "Wrapping", "Loading"),
    ("Registration", "Interview", "Examination", "Billing"),
)


@item_model(
    "line-throughput",
    skills=("operations-management", "process-improvement", "lean-management", "manufacturing-engineering"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=105,
)
def line_throughput(rng: random.Random) -> Draw:
    """What a line of four steps yields in an hour: as much as its bottleneck."""
    steps = rng.choice(STEPS)
    minutes = [rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 15]) for _ in steps]
    places = [rng.choice([1, 1, 2, 3]) for _ in steps]
    rates = [Fraction(60 * count, each) for count, each in zip(places, minutes, strict=True)]
    key = min(rates)
    hours = rng.choice([6, 7, 8, 9])
    mistakes: list[Mistake] = [
        (
            Fraction(60, max(minutes)) * hours,
            "The longest step is taken for the bottleneck, whatever its places.",
        ),
        (sum(rates, Fraction()) / 4 * hours, "The mean of the four rates is taken."),
        (max(rates) * hours, "The fastest step is taken."),
        (sorted(rates)[1] * hours, "The second slowest step is taken."),
        (Fraction(60 * hours * sum(places), sum(minutes)), "Times and places are added over all steps."),
        (Fraction(60 * hours, sum(minutes)), "One piece is taken to be in the line at a time."),
        (rates[-1] * hours, "The last step is taken."),
        (key * (hours - 1), "An hour is left out for the start of the line."),
    ]
    slow = steps[rates.index(key)]
    each, count = minutes[rates.index(key)], places[rates.index(key)]
    rows = [("Step", "Minutes per piece", "Workplaces")]
    rows += [(step, str(each), str(count)) for step, each, count in zip(steps, minutes, places, strict=True)]
    return asked(
        rng,
        "Every piece passes these four steps; a step can work on as many pieces at once as it has "
        f"workplaces. How many pieces can the line finish in {hours} hours once it is running? Round to a "
        "whole number.",
        key * hours,
        mistakes,
        f"{slow} is the bottleneck with {count} x 60 / {each} = {plain(key)} pieces an hour; in {hours} "
        f"hours that is {figure(key * hours)}.",
        code=table(rows),
        tolerance="0.5",
    )


@item_model(
    "equipment-effectiveness",
    skills=(
        "lean-management",
        "manufacturing-engineering",
        "maintenance-planning",
        "machine-operation",
        "six-sigma",
    ),
    difficulty="senior",
    cognitive_level="apply",
    seconds=120,
)
def equipment_effectiveness(rng: random.Random) -> Draw:
    """Overall equipment effectiveness: availability times performance times quality."""
    planned = 30 * rng.randrange(12, 20)
    down = 6 * rng.randrange(5, 20)
    running = planned - down
    ideal = rng.choice([2, 3, 4, 5])
    made = ideal * running * rng.randrange(70, 96) // 100
    good = made * rng.randrange(88, 99) // 100
    availability, quality = Fraction(running, planned), Fraction(good, made)
    performance = Fraction(made, ideal * running)
    key = 100 * availability * performance * quality
    mistakes: list[Mistake] = [
        (100 * availability * performance, "Quality is left out."),
        (100 * performance * quality, "Availability is left out."),
        (100 * (availability + performance + quality) / 3, "The mean of the three factors is taken."),
        (100 * availability * quality, "Performance is left out."),
        (100 * availability * performance * (2 * quality - 1), "The rejects are taken off twice."),
        (100 * availability**2 * performance * quality, "The downtime is counted twice."),
        (100 * availability * performance**2 * quality, "The loss of speed is counted twice."),
    ]
    machine = rng.choice(
        ["A press", "A filling machine", "A printer", "A mill", "A packing machine", "A lathe"]
    )
    return asked(
        rng,
        f"{machine} was planned to run for {planned} minutes and stood still for {down} of them. At its "
        f"ideal speed it makes {ideal} pieces a minute. It made {figure(made)} pieces, of which "
        f"{figure(good)} were good. What is its overall equipment effectiveness (OEE) in percent? Round to "
        "a whole percent.",
        key,
        mistakes,
        f"Availability {running} / {planned}, performance {figure(made)} / {figure(ideal * running)} and "
        f"quality {figure(good)} / {figure(made)} multiply to {figure(key)}%.",
        form="{}%",
        tolerance="0.5",
    )


@item_model(
    "utilisation",
    skills=(
        "operations-management",
        "workforce-planning",
        "management-consulting",
        "reporting",
        "fleet-management",
    ),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def utilisation(rng: random.Random) -> Draw:
    """The used part of the hours that several people or machines have."""
    what, verb, idle = rng.choice(
        [
            ("consultants", "worked for clients", "on holiday"),
            ("delivery vans", "were on the road", "in the workshop"),
            ("meeting rooms", "were booked", "under repair"),
            ("technicians", "were at customers", "in training"),
            ("cranes", "were in use", "in maintenance"),
        ]
    )
    number, hours = rng.randrange(3, 13), rng.choice([35, 36, 38, 40, 45])
    away = rng.randrange(10, 50)
    whole = number * hours
    used = (whole - away) * rng.randrange(55, 92) // 100
    key = percent(used, whole - away)
    mistakes: list[Mistake] = [
        (percent(used, whole), "The hours that were not available are left in the whole."),
        (percent(used + away, whole), "The hours that were not available are counted as used."),
        (100 - key, "The unused part is given."),
        (percent(whole - used - away, whole), "The unused hours are divided by all hours."),
        (percent(used, whole - 2 * away), "The hours that were not available are taken off twice."),
        (
            percent(used - away, whole - away),
            "The hours that were not available are taken off the used ones too.",
        ),
        (percent(used + away, whole - away), "The hours that were not available are added to the used ones."),
    ]
    return asked(
        rng,
        f"A firm has {number} {what} with {hours} hours each a week. In one week {away} of all these hours "
        f"were lost because some {what} were {idle}. They {verb} for {used} hours. What percentage of the "
        "hours that were available was used? Round to a whole percent.",
        key,
        [(value, why) for value, why in mistakes if value <= 100],
        f"{number} x {hours} - {away} = {whole - away} hours were available; {used} / {whole - away} is "
        f"about {figure(key)}%.",
        form="{}%",
        tolerance="0.5",
    )


@item_model(
    "staff-for-calls",
    skills=("contact-centre-operations", "workforce-planning", "call-handling", "operations-management"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def staff_for_calls(rng: random.Random) -> Draw:
    """The people that an hour's work needs when they are to be busy for a part of the time only."""
    minutes, busy = rng.choice([4, 5, 6, 8, 9, 10, 12]), rng.choice([60, 70, 75, 80, 85, 90])
    people = rng.randrange(5, 30)
    tasks = int(Fraction(people * 60 * busy, 100 * minutes))
    need = Fraction(tasks * minutes * 100, 60 * busy)
    key = ceil(need)
    mistakes: list[Mistake] = [
        (ceil(need * busy / 100), "The share of the time in which people may be busy is left out."),
        (ceil(need * busy * busy / 10000), "The share is multiplied, not divided by."),
        (ceil(Fraction(tasks * 100, minutes * busy)), "The tasks are divided by the minutes of a task."),
        (ceil(need * busy / 100 * (200 - busy) / 100), "The idle share is added to the bare need."),
        (ceil(need * 100 / busy), "The share is divided by twice."),
        (ceil(need * busy / (100 - busy)), "The idle share is taken for the busy one."),
        (key - 1, "The last person that is needed is left out."),
        (key + 1, "One person is added to a number that is enough."),
    ]
    work, unit = rng.choice(
        [
            ("A help desk gets", "calls"),
            ("A counter serves", "customers"),
            ("A team answers", "chats"),
            ("A laboratory gets", "samples"),
            ("A mail room sorts", "registered letters"),
        ]
    )
    one = unit.removesuffix("s")
    return asked(
        rng,
        f"{work} {tasks} {unit} an hour, and one {one} takes a person {minutes} minutes. People are to be "
        f"busy for at most {busy}% of the time. How many people are needed at least?",
        key,
        mistakes,
        f"{tasks} x {minutes} = {figure(tasks * minutes)} minutes of work; a person gives "
        f"{plain(Fraction(60 * busy, 100))} in an hour; {figure(tasks * minutes)} / "
        f"{plain(Fraction(60 * busy, 100))} needs {key} people.",
    )

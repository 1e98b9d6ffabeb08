"""Projects: critical path, three-point estimates, earned value."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, table

SKILLS = ("project-management", "project-planning-tools", "programme-management")
# Which tasks each task waits for: six tasks, two or three ways through.
NETWORKS = (
    {"A": "", "B": "A", "C": "A", "D": "B", "E": "C", "F": "DE"},
    {"A": "", "B": "", "C": "A", "D": "AB", "E": "C", "F": "DE"},
    {"A": "", "B": "A", "C": "A", "D": "BC", "E": "C", "F": "DE"},
    {"A": "", "B": "", "C": "AB", "D": "B", "E": "C", "F": "D"},
    {"A": "", "B": "A", "C": "B", "D": "A", "E": "D", "F": "CE"},
)
PROJECTS = ("An office move", "A web shop", "A trade fair", "A staff survey", "A new product line", "A refit")


@item_model(
    "critical-path",
    skills=(*SKILLS, "construction-management"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=120,
)
def critical_path(rng: random.Random) -> Draw:
    """The shortest time for a small network of tasks: the length of its longest way."""
    network = rng.choice(NETWORKS)
    days = {task: rng.randrange(2, 15) for task in network}
    early, greedy = _earliest(network, days), _earliest(network, days, least=True)
    lengths = {way: sum(days[task] for task in way) for way in _ways(network)}
    longest = max(lengths, key=lambda way: lengths[way])
    key = lengths[longest]
    beside = [task for task in network if task not in longest]
    mistakes: list[Mistake] = [
        (
            max(greedy.values()),
            "A task is taken to start when the first of the tasks that it waits for is done.",
        ),
        *((length, f"The way {way} is taken, which is not the longest.") for way, length in lengths.items()),
        *((key - days[task], f"Task {task} of the longest way is left out.") for task in longest),
        *(
            (key + days[task], f"Task {task} is added, though it runs beside the longest way.")
            for task in beside
        ),
        (sum(days.values()), "The times of all tasks are added."),
    ]
    mistakes[1:] = rng.sample(mistakes[1:], len(mistakes) - 1)
    rows = [("Task", "Waits for", "Days")]
    rows += [(task, " and ".join(before) or "-", str(days[task])) for task, before in network.items()]
    return asked(
        rng,
        f"{rng.choice(PROJECTS)} has these tasks. A task starts as soon as all the tasks that it waits for "
        "are done; there are people enough for any number at once. How many days does the project take at "
        "least?",
        key,
        mistakes,
        "The earliest ends are "
        + ", ".join(f"{task} {end}" for task, end in early.items())
        + f"; the last of them is day {key}.",
        code=table(rows, left=2),
    )


def _ways(network: dict[str, str]) -> list[str]:
    """All ways through the network, from a task that waits for none to a task that none waits for."""
    ways: dict[str, list[str]] = {}
    for task, before in network.items():
        ways[task] = [way + task for one in before for way in ways[one]] or [task]
    awaited = "".join(network.values())
    return [way for task in network if task not in awaited for way in ways[task]]


def _earliest(network: dict[str, str], days: dict[str, int], least: bool = False) -> dict[str, int]:
    """The earliest end of each task; with `least`, as if one finished task were enough to go on."""
    ends: dict[str, int] = {}
    for task, before in network.items():
        waits = [ends[one] for one in before] or [0]
        ends[task] = (min(waits) if least else max(waits)) + days[task]
    return ends


@item_model(
    "three-point-estimate",
    skills=(*SKILLS, "agile"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=60,
)
def three_point_estimate(rng: random.Random) -> Draw:
    """The expected duration of the PERT method; its weights are told."""
    likely = rng.randrange(6, 40)
    low = likely - rng.randrange(1, max(2, likely // 2))
    high = likely + rng.randrange(4, 2 * likely)
    key = Fraction(low + 4 * likely + high, 6)
    mistakes: list[Mistake] = [
        (Fraction(low + likely + high, 3), "The three estimates are averaged without weights."),
        (Fraction(low + high, 2), "The middle between the extremes is taken."),
        (Fraction(low + 4 * likely + high, 5), "The sum is divided by five."),
        (likely, "The most likely estimate is taken as it is."),
        (Fraction(low + likely, 2), "The worst case is left out."),
        (Fraction(4 * low + likely + high, 6), "The best case is given the largest weight."),
        (Fraction(low + likely + 4 * high, 6), "The worst case is given the largest weight."),
    ]
    task = rng.choice(["migrating the data", "printing the catalogue", "training the staff", "the test phase",
                       "fitting out the shop", "the approval", "moving the archive"])  # fmt: skip
    return asked(
        rng,
        f"For {task} a team estimates {low} days at best, {likely} most likely and {high} at worst. What "
        "duration does the PERT formula expect, which gives the most likely value four times the weight of "
        "each of the others? Round to one decimal.",
        key,
        mistakes,
        f"({low} + 4 x {likely} + {high}) / 6 = {figure(key, 1)} days.",
        places=1,
    )


@item_model(
    "earned-value",
    skills=(*SKILLS, "project-budgeting"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=105,
)
def earned_value(rng: random.Random) -> Draw:
    """Cost variance or schedule variance, as an amount over budget or behind plan."""
    budget = 1000 * rng.randrange(40, 400)
    planned = rng.randrange(40, 80, 5)
    done = planned - rng.randrange(5, 25, 5)
    earned, plan = budget * done // 100, budget * planned // 100
    actual = earned * rng.randrange(106, 140) // 1000 * 10
    of_cost = rng.random() < 0.5
    key = actual - earned if of_cost else plan - earned
    mistakes: list[Mistake] = [
        (plan - earned if of_cost else actual - earned, "The other of the two variances is given."),
        (abs(actual - plan), "Actual cost and planned value are compared."),
        (budget - actual, "What is left of the whole budget is given."),
        (key * 100 // done, "The variance is projected on the whole project."),
        (key * done // 100, "The variance is multiplied by the part that is done."),
        (key * planned // 100, "The variance is multiplied by the part that was planned."),
    ]
    wish = (
        "By how much did the work done so far cost more than was planned for it (the cost variance, as a "
        "positive amount)?"
        if of_cost
        else "By how much is the work behind plan, in money (the schedule variance, as a positive amount)?"
    )
    return asked(
        rng,
        f"A project has a budget of {figure(budget)}. By today {planned}% of the work should be done; "
        f"{done}% is done, and {figure(actual)} has been spent. {wish}",
        key,
        mistakes,
        f"The work done is worth {done}% of {figure(budget)} = {figure(earned)}; "
        + (f"{figure(actual)} - {figure(earned)}" if of_cost else f"{figure(plan)} - {figure(earned)}")
        + f" = {figure(key)}.",
    )


@item_model(
    "burn-down",
    skills=("agile", "project-management", "backlog-management", "reporting"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def burn_down(rng: random.Random) -> Draw:
    """The weeks that the rest of a backlog takes at the mean speed of the last weeks, in whole weeks."""
    speeds = [rng.randrange(12, 40) for _ in range(3)]
    speeds[2] += -sum(speeds) % 3
    speed = sum(speeds) // 3
    weeks = rng.randrange(3, 12)
    left = speed * weeks - rng.randrange(0, speed // 2)

    done = rng.randrange(20, 90)
    mistakes: list[Mistake] = [
        (left // speed, "The result is rounded down."),
        (-(-left // min(speeds)), "The slowest week is taken for the mean."),
        (-(-left // max(speeds)), "The best week is taken for the mean."),
        (-(-(left + done) // speed), "The points that are done are counted again."),
        (-(-left // speeds[2]), "Only the last of the three weeks is counted."),
        (-(-left // speeds[0]), "Only the first of the three weeks is counted."),
        (abs(-(-(left - done) // speed)), "The points that are done are subtracted again."),
    ]
    return asked(
        rng,
        f"A team has done {done} points, and {left} are left. In the last three weeks it did {speeds[0]}, "
        f"{speeds[1]} and {speeds[2]} points. In how many more weeks is it done if it goes on at the mean "
        "of these weeks? Count a week that has begun as a whole one.",
        -(-left // speed),
        mistakes,
        f"The mean is {speed} points a week; {left} / {speed} = {figure(Fraction(left, speed), 2)}, so it "
        f"takes {-(-left // speed)} weeks.",
    )

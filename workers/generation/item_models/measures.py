"""Measures: doses, drips, dilutions, scales, distances and units."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, plain

CARE = ("medication-administration", "nursing", "pharmacy-practice", "patient-care")


@item_model(
    "dose-by-weight",
    skills=(*CARE, "paediatrics"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def dose_by_weight(rng: random.Random) -> Draw:
    """The millilitres of one dose from a daily dose per kilogram."""
    doses = rng.choice([2, 3, 4])
    per_kg, weight = rng.choice([4, 5, 6, 8, 9, 10, 12, 15, 20, 30]), rng.randrange(8, 46)
    day = per_kg * weight
    # A child swallows no more than 15 ml at once.
    strength = rng.choice([one for one in (10, 20, 25, 40, 50) if day <= 15 * doses * one])
    key = Fraction(day, doses * strength)
    mistakes: list[Mistake] = [
        (key * doses, "The amount for the whole day is given as one dose."),
        (key / doses, "The amount is divided by the number of doses twice."),
        (Fraction(per_kg * strength, weight), "The weight and the strength change places."),
        (Fraction(day, (doses + 1) * strength), "One dose too many is counted."),
        (Fraction(day, (doses - 1) * strength), "One dose too few is counted."),
        (key * doses * doses, "The amount is multiplied by the number of doses."),
    ]
    return asked(
        rng,
        f"In an exercise, a child of {weight} kg is to get {per_kg} mg of a drug per kg of body weight a "
        f"day, in {doses} equal doses. The syrup holds {strength} mg per ml. How many ml is one dose? Round "
        "to two decimals.",
        key,
        mistakes,
        f"{weight} x {per_kg} = {day} mg a day, {plain(Fraction(day, doses))} mg a dose; divided by "
        f"{strength} mg per ml that is {figure(key, 2)} ml.",
        places=2,
    )


@item_model(
    "infusion-rate",
    skills=(*CARE, "intensive-care"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=90,
)
def infusion_rate(rng: random.Random) -> Draw:
    """Drops a minute, or millilitres an hour."""
    volume = rng.choice([100, 250, 300, 400, 450, 500, 600, 750, 800, 1000])
    # Between 25 and 250 ml an hour; sets with small drops are for slow infusions.
    minutes = 30 * rng.choice([half for half in range(3, 25) if 12.5 * half <= volume <= 125 * half])
    drops = rng.choice([15, 20, 60] if volume < minutes else [15, 20])
    in_drops = rng.random() < 0.5
    hours = Fraction(minutes, 60)
    per_hour, per_minute = volume / hours, Fraction(volume * drops, minutes)
    key, other = (per_minute, per_hour) if in_drops else (per_hour, per_minute)
    wish = "drops a minute" if in_drops else "ml an hour"
    mistakes: list[Mistake] = [
        (other, "Millilitres an hour are given." if in_drops else "Drops a minute are given."),
        (key * 2, "The volume is counted twice."),
        (Fraction(volume, minutes), "The drops per ml are left out.")
        if in_drops
        else (Fraction(100 * volume, minutes), "An hour is taken to have 100 minutes."),
        (key / 2, "The time is counted twice."),
        (key * hours, "The rate is not divided by the hours." if hours > 1 else "The time is left out."),
        (key * minutes / (minutes + 30), "Half an hour too much is counted."),
        (key * minutes / (minutes - 30), "Half an hour too little is counted."),
    ]
    return asked(
        rng,
        f"{figure(volume)} ml of an infusion are to run in over {_hours(minutes)}, through a set that gives "
        f"{drops} drops per ml. What rate is that in {wish}? Round to a whole number.",
        key,
        mistakes,
        f"{figure(volume)} x {drops} / {minutes} minutes = {figure(key)} drops a minute."
        if in_drops
        else f"{figure(volume)} / {plain(hours)} hours = {figure(key)} ml an hour.",
        tolerance="0.5",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    told = [f"{hours} hour{'s' * (hours != 1)}"] * bool(hours) + [f"{rest} minutes"] * bool(rest)
    return " and ".join(told)


@item_model(
    "dilution",
    skills=(
        "professional-cleaning",
        "housekeeping",
        "infection-control",
        "food-safety",
        "laboratory-techniques",
    ),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def dilution(rng: random.Random) -> Draw:
    """Concentrate or water for a mixture of one part to so many parts."""
    parts = rng.choice([4, 7, 9, 11, 14, 19, 24, 39, 49])
    concentrate = 5 * rng.randrange(4, 120)
    water, whole = concentrate * parts, concentrate * (parts + 1)
    wants_water = rng.random() < 0.4
    key, other = (water, concentrate) if wants_water else (concentrate, water)
    wish, other_wish = ("water", "concentrate") if wants_water else ("concentrate", "water")
    off = Fraction(whole, parts)
    mistakes: list[Mistake] = [
        (whole - off if wants_water else off, f"The mixture is divided by {parts}, not by {parts + 1}."),
        (other, f"The amount of {other_wish} is given."),
        (
            Fraction(whole * (parts - 1), parts + 1) if wants_water else Fraction(whole, parts + 2),
            "One part too many is counted.",
        ),
        (key * 2, "The amount is counted twice."),
        (Fraction(key, 2), "Half of the mixture is reckoned with."),
        (
            whole if wants_water else Fraction(whole, parts - 1),
            "The whole mixture is taken to be water." if wants_water else "One part too few is counted.",
        ),
    ]
    liquid = rng.choice(["A floor cleaner", "A disinfectant", "A descaler", "A glass cleaner", "A degreaser"])
    return asked(
        rng,
        f"{liquid} is mixed from 1 part of concentrate and {parts} parts of water. How many ml of {wish} "
        f"are needed for {figure(whole)} ml of the mixture?",
        key,
        mistakes,
        f"The mixture has {parts + 1} parts of {figure(whole)} / {parts + 1} = {figure(concentrate)} ml "
        f"each; the {wish} is {figure(key)} ml.",
    )


SCALES = (20, 25, 50, 75, 100, 125, 200, 250)
DRAWN = ("a wall", "a fence", "a shaft", "a beam", "a counter", "a path", "a pipe", "a rail", "a platform")


@item_model(
    "scale-drawing",
    skills=("technical-drawing", "building-design", "construction-work", "spatial-reasoning", "surveying"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def scale_drawing(rng: random.Random) -> Draw:
    """Metres in reality from millimetres in the drawing, or the other way."""
    scale = rng.choice(SCALES)
    drawn = rng.randrange(16, 320, 2)
    real = Fraction(drawn * scale, 1000)
    to_real = rng.random() < 0.5
    key = real if to_real else Fraction(drawn)
    others = rng.sample([one for one in SCALES if one != scale], 5)
    mistakes: list[Mistake] = [
        (key * 10, "Centimetres are taken for millimetres."),
        (key / 10, "Millimetres are taken for centimetres."),
        *(
            (
                key * (Fraction(one, scale) if to_real else Fraction(scale, one)),
                f"The scale is read as 1 to {one}.",
            )
            for one in others
        ),
    ]
    thing = rng.choice(DRAWN)
    if to_real:
        return asked(
            rng,
            f"On a drawing at a scale of 1 to {scale}, {thing} is {drawn} mm long. How long is it in "
            "reality, in metres? Round to two decimals.",
            key,
            mistakes,
            f"{drawn} mm x {scale} = {figure(drawn * scale)} mm = {figure(real, 2)} m.",
            places=2,
            form="{} m",
        )
    return asked(
        rng,
        f"{thing[0].upper()}{thing[1:]} is {plain(real)} m long. How long is it on a drawing at a scale of "
        f"1 to {scale}, in millimetres?",
        key,
        mistakes,
        f"{plain(real)} m = {figure(drawn * scale)} mm; divided by {scale} that is {drawn} mm.",
        form="{} mm",
    )


@item_model(
    "arrival-time",
    skills=("transport-planning", "route-delivery", "driving", "logistics", "time-management"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def arrival_time(rng: random.Random) -> Draw:
    """When a driver arrives after a distance at a mean speed with stops."""
    speed = rng.choice([30, 40, 45, 48, 50, 60, 72, 75, 80])
    minutes = rng.choice([one for one in range(36, 240) if speed * one % 6 == 0])
    distance = Fraction(speed * minutes, 60)
    stops, each = rng.randrange(2, 7), rng.choice([4, 5, 6, 8, 10, 12])
    start = rng.randrange(6 * 60, 13 * 60, 5)
    key = start + minutes + stops * each
    slips = [
        (start + minutes, "The stops are left out."),
        (start + minutes + each, "One stop only is counted."),
        (start + minutes + (stops + 1) * each, "One stop too many is counted."),
        (
            start + minutes // 60 * 60 + minutes % 60 * 100 // 60 + stops * each,
            "Hundredths of an hour are read as minutes.",
        ),
        (start + minutes + (stops - 1) * each, "One stop too few is counted."),
        (key + 60, "An hour too many is carried."),
    ]
    rng.shuffle(slips)
    who = rng.choice(["A van", "A courier", "A truck", "A service technician", "A mobile library"])
    return Draw(
        stem=f"{who} sets out at {_clock(start)} for a round of {plain(distance)} km at a mean speed of "
        f"{speed} km/h while moving. There are {stops} stops of {each} minutes each on the way. When is the "
        "round finished?",
        right=(_clock(key),),
        wrong=tuple(Wrong(_clock(at), why) for at, why in slips),
        explanation=f"{plain(distance)} / {speed} hours are {minutes} minutes, the stops {stops * each}; "
        f"{_clock(start)} and {minutes + stops * each} minutes is {_clock(key)}.",
        accepted=(_clock(key), _clock(key).lstrip("0")),
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


LOADS = ("boxes", "bags", "crates", "drums", "rolls", "cartons", "sacks", "trays")


@item_model(
    "load-limit",
    skills=("warehouse-operations", "freight-forwarding", "forklift-operation", "logistics", "order-picking"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def load_limit(rng: random.Random) -> Draw:
    """How many pieces a pallet or a van can take in all when grams, kilograms and tonnes meet."""
    grams = 50 * rng.randrange(30, 400)
    limit = Fraction(rng.randrange(4, 60), 20)
    tare = rng.randrange(15, 60)
    free = limit * 1000 - tare
    key = int(free * 1000 / grams)
    mistakes: list[Mistake] = [
        (int(limit * 1_000_000 / grams), "The weight of the pallet is left out."),
        (int((limit * 1000 + tare) * 1000 / grams), "The weight of the pallet is added to the limit."),
        (int((limit * 1000 - 2 * tare) * 1000 / grams), "The weight of the pallet is taken off twice."),
        (key + 1, "The result is rounded up, which exceeds the limit."),
        (int(free * 100 / grams), "A tonne is taken to be 100 kg."),
        (key * 10, "A kilogram is taken to be 100 g."),
        (key - 1, "One piece is left out, though it keeps the limit."),
    ]
    thing = rng.choice(LOADS)
    carrier = rng.choice(["A lift", "A trolley", "A rack", "A small truck", "A hoist"])
    return asked(
        rng,
        f"{carrier} may carry {plain(limit)} t. An empty pallet weighs {tare} kg, and each of the {thing} "
        f"on it {figure(grams)} g. How many {thing} at most may be on a pallet that it carries?",
        key,
        mistakes,
        f"{figure(limit * 1000)} - {tare} = {figure(free)} kg are left, and {figure(free)} / "
        f"{plain(Fraction(grams, 1000))} allows {figure(key)}.",
    )

"""Dates and times: due dates, spans, time zones, shifts, rotas."""

import random
from datetime import date, timedelta
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, plain

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
SKILLS = ("attention-to-detail", "office-administration", "executive-assistance", "calendar-management")


def _day(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def _any_day(rng: random.Random) -> date:
    return date(rng.randrange(2024, 2032), 1, 1) + timedelta(days=rng.randrange(365))


def _working_day(start: date, count: int) -> date:
    """The day so many working days, Monday to Friday, after `start`."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _next_working_day(day: date) -> date:
    return day if day.weekday() < 5 else _working_day(day, 1)


@item_model(
    "due-date",
    skills=(*SKILLS, "order-fulfilment", "paralegal-work"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def due_date(rng: random.Random) -> Draw:
    """The date so many working days after a day, whose weekday is told."""
    start = _working_day(_any_day(rng), 1)
    count = rng.choice([4, 6, 7, 8, 9, 11, 12, 13, 14, 16])
    due = _working_day(start, count)
    slips = [
        (_next_working_day(start + timedelta(days=count)), "Saturdays and Sundays are counted."),
        (_working_day(start, count - 1), "The first day is counted too."),
        (_working_day(start, count + 1), "A day too many is counted."),
        (
            _working_day(start, count + 2),
            "Two days too many are counted.",
        ),
        (
            _next_working_day(start + timedelta(days=count + 2)),
            "A single weekend is left out, however many there are.",
        ),
        (due - timedelta(days=7), "A week too few is counted."),
        (due + timedelta(days=7), "A week too many is counted."),
    ]
    what = rng.choice(
        [
            "A complaint must be answered",
            "An order must be shipped",
            "A form must be sent back",
            "A refund must be paid",
            "A report must be handed in",
        ]
    )
    return Draw(
        stem=f"{what} within {count} working days; the day of receipt is not counted. Saturdays and "
        "Sundays are "
        f"no working days, and there are no holidays. It was received on {_day(start)} {start.year}. "
        "What is the "
        "last day?",
        right=(_day(due),),
        wrong=_around(rng, due, slips),
        explanation=f"{count} working days after {_day(start)}, without Saturdays and Sundays, is "
        f"{_day(due)}.",
    )


def _around(rng: random.Random, key: date, slips: list[tuple[date, str]]) -> tuple[Wrong, ...]:
    """Three wrong dates, so that the key is early or late among them by chance."""
    before = {day: why for day, why in slips if day < key}
    after = {day: why for day, why in slips if day > key}
    least, most = max(0, 3 - len(after)), min(3, len(before))
    if least > most:
        return ()
    rank = rng.randint(least, most)
    kept = [*list(before.items())[:rank], *list(after.items())[: 3 - rank]]
    return tuple(Wrong(_day(day), why) for day, why in kept)


@item_model(
    "days-between",
    skills=(*SKILLS, "hotel-reception", "contract-management", "numerical-reasoning"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def days_between(rng: random.Random) -> Draw:
    """The days from one date to another, often over the end of February."""
    year = rng.choice([2024, 2025, 2026, 2027, 2028, 2029, 2030, 2032])
    start = date(year, rng.choice([1, 2, 2, 2, 5, 7, 9]), rng.randrange(3, 29))
    end = start + timedelta(days=rng.randrange(26, 75))
    key = (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month
    mistakes: list[Mistake] = [
        (months * 30 + end.day - start.day, "Every month is taken to have 30 days."),
        (months * 31 + end.day - start.day, "Every month is taken to have 31 days."),
        (key + 1, "Both the first and the last day are counted."),
        (key - 1, "Neither the first nor the last day is counted."),
        (key + 7, "A week too many is counted."),
        (key - 7, "A week too few is counted."),
    ]
    if start.month < 3 <= end.month:
        is_leap = year % 4 == 0
        slip = "February is taken to have 28 days, though it is a leap year."
        other = "February is taken to have 29 days, though it is no leap year."
        mistakes.insert(0, (key - 1, slip) if is_leap else (key + 1, other))
    told = rng.choice(["A rented machine is used", "A car is parked", "A contract runs", "A show is open"])
    return asked(
        rng,
        f"{told} from {start.day} {MONTHS[start.month - 1]} to {end.day} {MONTHS[end.month - 1]} {year}. "
        "How many days is that if the first day is counted and the last is not?",
        key,
        mistakes,
        f"{_by_month(start, end)}: {key} days.",
    )


def _by_month(start: date, end: date) -> str:
    """The days of each month that are counted."""
    days = [start + timedelta(days=count) for count in range((end - start).days)]
    counted = {day.month: sum(other.month == day.month for other in days) for day in days}
    return " and ".join(f"{count} in {MONTHS[month - 1]}" for month, count in counted.items())


CITIES = (
    ("Lima", -5),
    ("Bogota", -5),
    ("Buenos Aires", -3),
    ("Accra", 0),
    ("Nairobi", 3),
    ("Dubai", 4),
    ("Karachi", 5),
    ("Bangkok", 7),
    ("Singapore", 8),
    ("Tokyo", 9),
    ("Brisbane", 10),
)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


@item_model(
    "time-zones",
    skills=(*SKILLS, "travel-coordination", "logistics", "remote-work", "spatial-reasoning"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def time_zones(rng: random.Random) -> Draw:
    """The local time of an arrival or of the end of a call in another zone."""
    (here, offset), (there, other) = rng.sample(CITIES[1:], 2)
    start, length = rng.randrange(5 * 60, 22 * 60, 5), rng.randrange(45, 780, 5)
    shift = 60 * (other - offset)
    key = start + length + shift
    ahead = f"{abs(shift) // 60} hour{'s' * (abs(shift) > 60)}"
    slips = [
        (start + length - shift, "The difference of the zones is taken the wrong way."),
        (start + length, "The difference of the zones is left out."),
        (start + shift, "The duration is left out."),
        (key + 60, "The difference of the zones is taken an hour too large."),
        (key - 60, "The difference of the zones is taken an hour too small."),
        (key + 720, "Day and night are exchanged."),
    ]
    rng.shuffle(slips)
    event = rng.choice(["flight leaves {} at {}", "data transfer starts in {} at {}"])
    told = f"A {event.format(here, _clock(start))} local time and takes {_span(length)}."
    return Draw(
        stem=f"{here} is at {_utc(offset)} and {there} at {_utc(other)}. {told} What is the local time in "
        f"{there} when it {'lands there' if 'flight' in told else 'ends'}?",
        right=(_clock(key),),
        wrong=tuple(Wrong(_clock(minutes), why) for minutes, why in slips),
        explanation=f"{_clock(start)} and {_span(length)} is {_clock(start + length)} in {here}; {there} is "
        f"{ahead} {'ahead' if shift > 0 else 'behind'}, so it is {_clock(key)} there.",
        accepted=(_clock(key), _clock(key).lstrip("0") if key // 60 % 24 else _clock(key)),
    )


def _utc(offset: int) -> str:
    return f"UTC{offset:+}" if offset else "UTC+0"


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    told = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return " ".join(told)


@item_model(
    "night-shift-hours",
    skills=(
        "payroll",
        "hr-administration",
        "workforce-planning",
        "numerical-reasoning",
        "attention-to-detail",
    ),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def night_shift_hours(rng: random.Random) -> Draw:
    """The paid hours of a shift over midnight, less an unpaid break, as a decimal number."""
    start, length = rng.randrange(19 * 60, 23 * 60 + 30, 15), rng.randrange(375, 615, 15)
    rest, nights = rng.choice([30, 45]), rng.randrange(2, 7)
    end = (start + length) % 1440
    key = Fraction((length - rest) * nights, 60)
    mistakes: list[Mistake] = [
        (Fraction(length * nights, 60), "The break is not taken off."),
        (Fraction(length * nights - rest, 60), "The break is taken off once only."),
        (Fraction((length + rest) * nights, 60), "The break is added."),
        (Fraction(length - rest, 60) * (nights - 1), "One shift is left out."),
        (Fraction((length - rest - 60) * nights, 60), "An hour is lost at midnight."),
        (
            Fraction((length - rest) // 60 * 100 + (length - rest) % 60, 100) * nights,
            "Minutes are read as hundredths.",
        ),
        (Fraction((length - 2 * rest) * nights, 60), "The break is taken off twice."),
    ]
    mistakes[:] = rng.sample(mistakes, len(mistakes))
    job = rng.choice(["porter", "nurse", "guard", "baker", "driver", "machine operator", "cleaner"])
    return asked(
        rng,
        f"A {job} works {nights} shifts, each from {_clock(start)} to {_clock(end)} on the next day with an "
        f"unpaid break of {rest} minutes. How many hours are paid in all? Give a decimal number, such as "
        "7.50.",
        key,
        mistakes,
        f"A shift lasts {_span(length)}; less {rest} minutes it is {plain(Fraction(length - rest, 60))} "
        f"hours, and {nights} of them are {figure(key, 2)} hours.",
        places=2,
    )


@item_model(
    "rota-day",
    skills=("workforce-planning", "calendar-management", "attention-to-detail", "logical-reasoning"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=75,
    type="true_false",
)
def rota_day(rng: random.Random) -> Draw:
    """Whether a rota of days on and days off makes somebody work on a certain date."""
    on, off = rng.choice([(4, 2), (4, 3), (5, 2), (5, 3), (6, 2), (3, 3), (4, 4), (7, 4)])
    first = _any_day(rng)
    works = rng.random() < 0.5
    place = rng.randrange(on) if works else rng.randrange(on, on + off)
    asked_day = first + timedelta(days=(on + off) * rng.randrange(2, 6) + place)
    says_works = rng.random() < 0.5
    right, other = ("True", "False") if works == says_works else ("False", "True")
    days = (asked_day - first).days
    who = rng.choice(["A guard", "A nurse", "A train driver", "An operator", "A paramedic", "A receptionist"])
    return Draw(
        stem=f"{who} works {on} days and then has {off} days off, again and again. The first of {on} "
        f"working days is {_day(first)} {first.year}. On {_day(asked_day)} {asked_day.year} {who.lower()} "
        f"with this rota {'works' if says_works else 'has a day off'}.",
        right=(right,),
        wrong=(
            Wrong(other, "The days are counted from one instead of zero, or a month's length is mistaken."),
        ),
        explanation=f"That is {days} days later, and {days} = {days // (on + off)} x {on + off} + {place}; "
        f"day {place + 1} of the cycle is a {'working day' if works else 'day off'}.",
    )


@item_model(
    "order-over-time-zones",
    skills=("remote-work", "travel-coordination", "logistics", "attention-to-detail", "calendar-management"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=105,
    type="ordering",
)
def order_over_time_zones(rng: random.Random) -> Draw:
    """Calls on one day, each in local time, in the order in which they really take place."""
    cities = rng.sample(CITIES, 4)
    moment = 9 * 60 + rng.randrange(0, 120, 15)
    events = []
    for name, offset in cities:
        local = moment + 60 * offset
        events.append((moment, f"{_clock(local)} in {name} ({_utc(offset)})", local))
        moment += rng.randrange(15, 75, 15)
    day_long = all(0 <= local < 1440 for _, _, local in events)
    if not day_long:
        return order_over_time_zones(rng)
    day = _any_day(rng)
    return Draw(
        stem=f"Four calls take place on {_day(day)} {day.year}; each time is local. Order the calls "
        "from the first "
        "to the last.",
        right=tuple(text for _, text, _ in events),
        wrong=(),
        explanation="In UTC they start at " + ", ".join(_clock(at) for at, _, _ in events) + ".",
    )

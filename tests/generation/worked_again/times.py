"""Dates and times, by the calendar and the clock of the standard library."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

from tests.generation.worked_again import Answer, figures, found, solves
from workers.generation.brief import Item

MONTHS = list(calendar.month_name)
DAYS = list(calendar.day_name)


def _date(day: str, month: str, year: str) -> date:
    return date(int(year), MONTHS.index(month), int(day))


def _told(day: date) -> str:
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month]}"


@solves("due-date")
def due_date(item: Item) -> Answer:
    """The last of so many working days in the calendar's weeks."""
    (count,) = figures(r"within # working days", item.stem)
    weekday, *start = found(r"received on (\w+) (\d+) (\w+) (\d+)\.", item.stem)
    first = _date(*start)
    assert DAYS[first.weekday()] == weekday
    later = [first + timedelta(days=ahead) for ahead in range(1, 60)]
    return _told([day for day in later if calendar.weekday(day.year, day.month, day.day) < 5][int(count) - 1])


@solves("days-between")
def days_between(item: Item) -> Answer:
    day, month, last, end, year = found(r"from (\d+) (\w+) to (\d+) (\w+) (\d{4})", item.stem)
    first = _date(day, month, year)
    days = [
        (number, one)
        for number in range(first.month, 13)
        for one in range(1, calendar.monthrange(int(year), number)[1] + 1)
    ]
    return days.index((MONTHS.index(end), int(last))) - days.index((first.month, first.day))


def _zone(text: str, city: str) -> timezone:
    return timezone(timedelta(hours=int(found(rf"{city} (?:is )?at UTC([+-]\d+)", text)[0])))


@solves("time-zones")
def time_zones(item: Item) -> Answer:
    here, hour, minute, span = found(
        r"(?:leaves|starts in) ([A-Z][A-Za-z ]+) at (\d\d):(\d\d) local time and takes ([^.]*)\.", item.stem
    )
    there = found(r"local time in ([A-Z][A-Za-z ]+) when", item.stem)[0]
    start = datetime(2026, 3, 4, int(hour), int(minute), tzinfo=_zone(item.stem, here))
    length = timedelta(hours=_part(span, "h"), minutes=_part(span, "min"))
    return f"{(start + length).astimezone(_zone(item.stem, there)):%H:%M}"


def _part(span: str, unit: str) -> int:
    match = re.search(rf"(\d+) {unit}\b", span)
    return int(match[1]) if match else 0


@solves("night-shift-hours")
def night_shift_hours(item: Item) -> Answer:
    nights, rest = figures(r"works # shifts.* break of # minutes", item.stem)
    start, end = found(r"from (\d\d:\d\d) to (\d\d:\d\d) on the next day", item.stem)
    begin = datetime.fromisoformat(f"2026-03-04T{start}")
    length = datetime.fromisoformat(f"2026-03-05T{end}") - begin
    assert timedelta(hours=5) < length < timedelta(hours=12)
    return Fraction(int(length.total_seconds()), 3600) * nights - rest * nights / 60


@solves("rota-day")
def rota_day(item: Item) -> Answer:
    """Crossing off days of work and days off until the day that is asked for."""
    on, off = figures(r"works # days and then has # days off", item.stem)
    weekday, *first = found(r"working days is (\w+) (\d+) (\w+) (\d+)\.", item.stem)
    other, *asked = found(r" On (\w+) (\d+) (\w+) (\d+) ", item.stem)
    day, last = _date(*first), _date(*asked)
    assert (DAYS[day.weekday()], DAYS[last.weekday()]) == (weekday, other)
    pattern = [True] * int(on) + [False] * int(off)
    while day < last:
        pattern.append(pattern.pop(0))
        day += timedelta(days=1)
    return pattern[0] == item.stem.endswith(" works.")


@solves("order-over-time-zones")
def order_over_time_zones(item: Item) -> Answer:
    moments = {option: _moment(option) for option in item.options}
    assert len(set(moments.values())) == len(moments)
    return tuple(sorted(moments, key=lambda option: moments[option]))


def _moment(option: str) -> datetime:
    hour, minute, offset = found(r"^(\d\d):(\d\d) in .* \(UTC([+-]\d+)\)$", option)
    zone = timezone(timedelta(hours=int(offset)))
    return datetime(2026, 3, 4, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


@solves("arrival-time")
def arrival_time(item: Item) -> Answer:
    hour, minute = found(r"sets out at (\d\d):(\d\d)", item.stem)
    distance, speed, stops, each = figures(
        r"round of # km at a mean speed of # km/h .* are # stops of # minutes", item.stem
    )
    seconds = distance / speed * 3600 + stops * each * 60
    assert seconds % 60 == 0
    return (
        f"{datetime(2026, 3, 4, int(hour), int(minute), tzinfo=UTC) + timedelta(seconds=int(seconds)):%H:%M}"
    )

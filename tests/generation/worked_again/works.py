"""Operations and measures."""

from fractions import Fraction
from itertools import count

from tests.generation.worked_again import Answer, figures, found, numbers, rows, solves
from workers.generation.brief import Item


@solves("reorder-point")
def reorder_point(item: Item) -> Answer:
    """The stock that just covers every day of the lead time and leaves the safety stock."""
    daily, days, _, weeks, safety = figures(
        r"uses # [a-z ]+ a day on # days a week\. A delivery of # takes # weeks? .* stock is #\.", item.stem
    )
    stock = safety
    for _ in range(int(weeks)):
        for _ in range(int(days)):
            stock += daily
    return stock


@solves("takt-time")
def takt_time(item: Item) -> Answer:
    hours, rest, pieces = figures(r"shifts? of # hours a day, with # minutes .* want # ", item.stem)
    shifts = 2 if "two shifts" in item.stem else 1
    return Fraction(3600 * shifts * (hours - rest / 60), pieces)


@solves("line-throughput")
def line_throughput(item: Item) -> Answer:
    """What each step alone could finish; the line finishes the least of that."""
    minutes = figures(r"finish in # hours", item.stem)[0] * 60
    return min(minutes / int(each) * int(places) for _, each, places in rows(item.code)[1:])


@solves("equipment-effectiveness")
def equipment_effectiveness(item: Item) -> Answer:
    """The time that the good pieces need at the ideal speed, of the planned time."""
    planned, ideal, good = figures(
        r"for # minutes .* makes # pieces a minute.* of which # were good", item.stem
    )
    return 100 * (good / ideal) / planned


@solves("utilisation")
def utilisation(item: Item) -> Answer:
    number, hours, away, used = numbers(item.stem)
    return 100 * used / (number * hours - away)


@solves("staff-for-calls")
def staff_for_calls(item: Item) -> Answer:
    tasks, minutes, busy = figures(r" # [a-z ]+ an hour, and one .* # minutes\. .* at most #%", item.stem)
    return next(people for people in count(1) if people * 60 * busy / 100 >= tasks * minutes)


@solves("dose-by-weight")
def dose_by_weight(item: Item) -> Answer:
    weight, per_kg, doses, strength = figures(
        r"of # kg is to get # mg .* kg of body weight a day, in # equal doses\. The syrup holds # mg",
        item.stem,
    )
    return weight * per_kg / strength / doses


@solves("infusion-rate")
def infusion_rate(item: Item) -> Answer:
    time = found(r"run in over (.*), through", item.stem)[0]
    parts = [amount * (60 if unit.startswith("hour") else 1) for amount, unit in _spans(time)]
    volume, drops = figures(r"^# ml .* gives # drops per ml", item.stem)
    return volume * drops / sum(parts) if "in drops a minute" in item.stem else volume * 60 / sum(parts)


def _spans(text: str) -> list[tuple[Fraction, str]]:
    words = text.replace(" and ", " ").split()
    return [(Fraction(amount), unit) for amount, unit in zip(words[::2], words[1::2], strict=True)]


@solves("dilution")
def dilution(item: Item) -> Answer:
    """By trying: the concentrate that makes the mixture with so many times as much water."""
    parts, whole = figures(r"and # parts of water\. .* for # ml", item.stem)
    concentrate = next(amount for amount in count(1) if amount + amount * parts == whole)
    return concentrate if "ml of concentrate" in item.stem else whole - concentrate


@solves("scale-drawing")
def scale_drawing(item: Item) -> Answer:
    scale = figures(r"scale of 1 to #", item.stem)[0]
    if "in reality" in item.stem:
        return figures(r"is # mm long", item.stem)[0] / 1000 * scale
    return figures(r"is # m long", item.stem)[0] * 1000 / scale


@solves("load-limit")
def load_limit(item: Item) -> Answer:
    tonnes, kilograms, grams = figures(r"carry # t\. .* weighs # kg, and each .* it # g\.", item.stem)
    room = int(tonnes * 1_000_000 - kilograms * 1000)
    return len(range(int(grams), room + 1, int(grams)))

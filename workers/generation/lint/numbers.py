"""The order of options that are numbers, amounts or dates."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from workers.generation.lint.lexicon import in_order
from workers.generation.lint.looked import Looked

Measure = tuple[str, float]

ORDINAL_END = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
OR_MORE = re.compile(r"\+$| or (?:more|less|fewer|over|under|older|younger|higher|lower|later|earlier)$")
ABOUT = re.compile(
    r"(?:(?:about|approximately|around|roughly|exactly|at least|at most|up to|after|on|in|within|every"
    r"|each)\b"
    r"|(?P<under>(?:fewer|less|lower) than|under|below|<)|(?P<over>(?:more|higher) than|over|above|>)"
    r"|no (?:more|less|fewer) than|[~≈≥≤])\s*"
)
# "Under 10" stands before 10, and "over 10" behind it.
NUDGE = 1e-6
NUMBER = re.compile(
    r"(?P<before>(?:[^\W\d]+\s){0,2}[^\d.,\s+−-]{0,3}\s?)(?P<number>[-−]?(?:\d[\d,]*(?:\.\d+)?"
    r"|\.\d+))(?P<unit>\D*)"
)
RANGE = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\D{0,4}?\s?(?:-|–|to|and)\s?\D{0,2}\d[\d,]*(?:\.\d+)?(?P<unit>\D*)"
)
SPAN = re.compile(r"(?P<number>\d+)\s?(?P<unit>[a-z]+),? (?:and )?(?P<rest>\d+)\s?(?P<rest_unit>[a-z]+)")
VERSION = re.compile(r"v?(?P<parts>\d{1,4}(?:\.\d{1,4}){2,3})")
SCIENTIFIC = re.compile(r"(?P<number>-?\d(?:\.\d+)?e[+-]?\d{1,2})(?P<unit>\D*)")
CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d)|(?=\s?[ap]))\s?(?P<half>[ap]\.?m)?")
FRACTION = re.compile(
    r"(?P<above>\d{1,9})(?: ?[/:] ?| in | out of | of )(?P<below>[1-9]\d{0,8})(?P<unit>\D*)"
)
POWER = re.compile(r"(?P<base>\d{1,4}) ?(?:\^|\*\*) ?(?P<exponent>-?[1-6]?\d)(?P<unit>\D*)")
MONTHS = in_order("january february march april may june july august september october november december")
DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<month>{'|'.join(MONTHS)})"
    r"(?: (?P<late_day>\d{1,2})(?:st|nd|rd|th)?(?=,|$))?(?:,? (?P<year>\d{3,4}))?"
)
ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")
ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10}
ISO_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?")
UNITS = in_order(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
    """
)
TENS = in_order("twenty thirty forty fifty sixty seventy eighty ninety")
NAMES = {name: float(at) for at, name in enumerate(UNITS)} | {
    f"{ten}{joint}{unit}": 20.0 + 10 * at + more
    for at, ten in enumerate(TENS)
    for more, (joint, unit) in enumerate([("", ""), *(("-", unit) for unit in UNITS[1:10])])
}
NAMES |= {"hundred": 100.0, "thousand": 1000.0, "dozen": 12.0}
PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
# "Half an hour", "a quarter of the sum", "three quarters", "an hour and a half".
PART = re.compile(
    rf"(?:(?P<many>a|an|one|two|three|four) )?(?P<part>{'|'.join(PARTS)})s?"
    r"(?: of)?(?: (?:a|an|the))?(?P<unit>(?: \D+)?)"
)
ONE_IN = re.compile(r"(?P<many>\w+) (?:in|out of) (?P<of>\w+)")
AND_A_HALF = re.compile(
    r"(?P<many>an?|one|two|three|four|five|\d+) (?:(?P<unit>[a-z]+) and a half|and a half (?P<units>[a-z]+))"
)
SINGLE = re.compile(r"an? (?=[a-z]+$)")
MOMENTS = {"noon": 720.0, "midday": 720.0, "midnight": 0.0}
MULTIPLES = {"thousand": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
# How often: "twice a year", "every six months", "weekly".
OFTEN = re.compile(
    r"(?:(?P<once>once|twice)|(?P<many>\w+) times?)(?: in)? (?:an?|per|each|every|one) (?P<unit>[a-z]+)"
)
REPEATED = re.compile(r"once|twice|(?P<many>\w+) times")
EVERY = re.compile(r"(?:every|each)(?: (?P<many>\w+))? (?P<unit>[a-z]+)")
ADVERBS = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter",
    "yearly": "year", "annually": "year", "fortnightly": "fortnight",
}  # fmt: skip
ORDINALS = in_order("zeroth first second third fourth fifth sixth seventh eighth ninth tenth")
DAYS = in_order("monday tuesday wednesday thursday friday saturday sunday")
# To one measure each: seconds, bytes, metres, grams. Any other unit is a measure of its own.
SCALES = {
    "ns": ("s", 1e-9), "µs": ("s", 1e-6), "us": ("s", 1e-6), "microsecond": ("s", 1e-6), "ms": ("s", 1e-3),
    "millisecond": ("s", 1e-3), "s": ("s", 1.0), "sec": ("s", 1.0), "second": ("s", 1.0), "min": ("s", 60.0),
    "minute": ("s", 60.0), "h": ("s", 3600.0), "hr": ("s", 3600.0), "hour": ("s", 3600.0),
    "day": ("s", 86400.0), "week": ("s", 604800.0), "month": ("s", 2.63e6), "year": ("s", 3.156e7),
    "byte": ("b", 1.0), "kb": ("b", 1e3), "kib": ("b", 1024.0), "mb": ("b", 1e6), "mib": ("b", 1024.0**2),
    "gb": ("b", 1e9), "gib": ("b", 1024.0**3), "tb": ("b", 1e12), "tib": ("b", 1024.0**4), "pb": ("b", 1e15),
    "mm": ("m", 1e-3), "cm": ("m", 1e-2), "m": ("m", 1.0), "km": ("m", 1e3),
    "ml": ("l", 1e-3), "millilitre": ("l", 1e-3), "cl": ("l", 1e-2), "l": ("l", 1.0), "litre": ("l", 1.0),
    "mg": ("g", 1e-3), "g": ("g", 1.0), "gram": ("g", 1.0), "kg": ("g", 1e3), "metre": ("m", 1.0),
    "t": ("g", 1e6),
    "fortnight": ("s", 1209600.0), "quarter": ("s", 7.89e6), "kv": ("v", 1e3), "kw": ("w", 1e3),
    "kilometre": ("m", 1e3), "centimetre": ("m", 1e-2), "millimetre": ("m", 1e-3), "kilogram": ("g", 1e3),
    "milligram": ("g", 1e-3), "tonne": ("g", 1e6), "volt": ("v", 1.0), "watt": ("w", 1.0),
    "hertz": ("hz", 1.0), "ampere": ("a", 1.0), "euro": ("€", 1.0), "dollar": ("$", 1.0),
    "degrees celsius": ("°c", 1.0), "kilometres per hour": ("km/h", 1.0), "metres per second": ("m/s", 1.0),
    "khz": ("hz", 1e3), "mhz": ("hz", 1e6), "ghz": ("hz", 1e9), "%": ("", 0.01), "percent": ("", 0.01),
    "per cent": ("", 0.01), "": ("", 1.0),
}  # fmt: skip
DIGIT = re.compile(r"[\d½¼¾²³]")
NAMED = frozenset((*NAMES, *ORDINALS, *DAYS, *MONTHS, *PARTS, *MOMENTS, "a", "an"))
LEADING = NAMED.union(ADVERBS, ("half", "once", "twice", "every", "each"))
CLOCK_TIME = "time of day"
TWO_PARTS = re.compile(r"(?:\S+ )?v?\d{1,3}\.\d{1,3}\.?")
# After Sunday comes Monday, after December January.
ROUND = ("weekday", "day")
# In minutes: what is before six follows what is after six in the evening.
MORNING, EVENING, DAY = 360.0, 1080.0, 1440.0
FEWEST = 3
# An amount with its unit is short; what is longer is a sentence with a number in it.
LONGEST = 40


def unsorted_numbers(looked: Looked) -> str:
    """Numbers out of order make the reader search for what is known already."""
    if not looked.in_order or len(looked.options) < FEWEST:
        return ""
    measures = [_measure(text) for text in _differing(looked.options)]
    if len({measure[0] for measure in measures if measure}) != 1 or not _all_numbers(looked, measures):
        return ""
    if all(TWO_PARTS.fullmatch(option.strip()) for option in looked.options) and _rising(
        map(_release, looked.options)
    ):
        return ""
    values = [measure[1] for measure in measures if measure]
    if measures[0] and measures[0][0] == CLOCK_TIME:
        values = _past_midnight(values)
    turned = measures[0] is not None and measures[0][0] in ROUND and _turns(values)
    return "" if turned or _rising(values) else "the numbers are out of order"


def _rising(values: Iterable[Any]) -> bool:
    """Whether the values rise, or fall, all the way."""
    row = list(values)
    return row in (sorted(row), sorted(row, reverse=True))


def _release(option: str) -> tuple[int, ...]:
    """The parts of a version, of which 1.10 follows 1.9."""
    return tuple(int(part) for part in re.findall(r"\d+", option))


def _turns(values: list[float]) -> bool:
    """Whether the values follow one another round the week or the year."""
    least = values.index(min(values))
    return _rising(values[least:] + values[:least])


def _past_midnight(minutes: list[float]) -> list[float]:
    """Times of day as they follow one another, where they run from an evening into a morning."""
    if min(minutes) >= MORNING or max(minutes) <= EVENING:
        return minutes
    return [value + DAY if value < MORNING else value for value in minutes]


def _all_numbers(looked: Looked, measures: list[Measure | None]) -> bool:
    """Whether the options are numbers, but for one such as NULL or an error."""
    others = [option for option, measure in zip(looked.options, measures, strict=True) if measure is None]
    numbers = len(measures) - len(others)
    return numbers >= FEWEST and len(others) <= 1 and not any(DIGIT.search(option) for option in others)


def _differing(options: Sequence[str]) -> Sequence[str]:
    """The options without the words that all of them begin or end with: "a fine of £60" is £60."""
    rows = [option.strip(" .`").split() for option in options]
    shortest = min(map(len, rows))
    if shortest < FEWEST:
        return options
    start = next((at for at in range(shortest) if len({row[at] for row in rows}) > 1), shortest)
    shortest -= start
    end = next((at for at in range(shortest) if len({row[-1 - at] for row in rows}) > 1), shortest)
    return [" ".join(row[start : len(row) - end]) for row in rows]


def quantity(option: str) -> Measure | None:
    """What a plain amount or frequency measures, and how much: ("s", 7200.0) for two hours; else None."""
    text = option.strip(" .`").casefold()
    first = text.split(" ", 1)[0]
    if len(text) > LONGEST or not (first in LEADING or DIGIT.search(text)):
        return None
    read = (_clock, _number, _part, _single, _named, _fraction, _span, _frequency)
    return next((measure for one in read if (measure := one(text))), None)


def _frequency(text: str) -> Measure | None:
    """How often in a second, for "twice a year" or "every six months"."""
    if match := REPEATED.fullmatch(text):
        return "time", {"once": 1.0, "twice": 2.0}.get(text) or _count(match["many"])
    if text in ADVERBS:
        return _per(1.0, 1.0, ADVERBS[text])
    if match := OFTEN.fullmatch(text):
        many = {"once": 1.0, "twice": 2.0}.get(match["once"]) or _count(match["many"])
        return _per(many, 1.0, match["unit"])
    match = EVERY.fullmatch(text.replace("every other ", "every two ").replace("every second ", "every two "))
    return _per(1.0, _count(match["many"] or "one"), match["unit"]) if match else None


def _count(word: str | None) -> float:
    """A small number, written in letters or digits; 0 for any other word."""
    if not word:
        return 0.0
    return float(word) if word.isdecimal() and len(word) < 4 else NAMES.get(word, 0.0)


def _per(many: float, units: float, unit: str) -> Measure | None:
    measure, seconds = _scaled(units, unit)
    return ("per s", float(f"{many / seconds:.9g}")) if measure == "s" and many and units else None


def _measure(option: str) -> Measure | None:
    text = _bare(option)
    if not text:
        return None
    about = ABOUT.match(text)
    rest = text[about.end() :] if about else text
    measure = next((measure for read in READERS if (measure := read(rest))), None)
    if measure is None or about is None:
        return measure
    nudge = NUDGE * ((about["over"] is not None) - (about["under"] is not None))
    return measure[0], measure[1] + abs(measure[1]) * nudge


def _bare(option: str) -> str:
    """The option without what stands around a number; empty where there is none."""
    if len(option) > LONGEST:
        return ""
    text = option.strip().strip("`").casefold().rstrip(".")
    told = DIGIT.search(text) or not LEADING.isdisjoint(text.split(" ", 3)[:3]) or ROMAN.fullmatch(text)
    if not told:
        return ""
    return OR_MORE.sub("", ORDINAL_END.sub("", text))


def _clock(text: str) -> Measure | None:
    if text in MOMENTS:
        return CLOCK_TIME, MOMENTS[text]
    if text.startswith("half past "):
        return CLOCK_TIME, _count(text.removeprefix("half past ")) * 60.0 + 30.0
    match = CLOCK.fullmatch(text)
    # "0.15" is a number.
    if match is None or text.startswith("0."):
        return None
    half = match["half"]
    hour = int(match["hour"]) % (12 if half else 24) + (12 if half and half.startswith("p") else 0)
    return CLOCK_TIME, hour * 60.0 + int(match["minute"] or 0)


def _date(text: str) -> Measure | None:
    match = DATE.fullmatch(text)
    if match is None:
        return None
    day = int(match["day"] or match["late_day"] or 0)
    return "date" if match["year"] else "day", int(match["year"] or 0) * 372.0 + MONTHS.index(
        match["month"]
    ) * 31 + day


def _iso_date(text: str) -> Measure | None:
    match = ISO_DATE.fullmatch(text)
    return ("date", float(text.replace("-", "").ljust(8, "0"))) if match else None


def _range(text: str) -> Measure | None:
    match = RANGE.fullmatch(text)
    return _scaled(float(match["number"].replace(",", "")), match["unit"]) if match else None


def _fraction(text: str) -> Measure | None:
    match = FRACTION.fullmatch(text)
    return _scaled(int(match["above"]) / int(match["below"]), match["unit"]) if match else None


def _power(text: str) -> Measure | None:
    match = POWER.fullmatch(text)
    if match is None or match["base"].strip("0") == "":
        return None
    return _scaled(float(match["base"]) ** int(match["exponent"]), match["unit"])


def _span(text: str) -> Measure | None:
    match = SPAN.fullmatch(text)
    if match is None:
        return None
    (unit, many), (rest_unit, rest) = (
        _scaled(float(match["number"]), match["unit"]),
        _scaled(float(match["rest"]), match["rest_unit"]),
    )
    return (unit, many + rest) if unit == rest_unit else None


def _version(text: str) -> Measure | None:
    match = VERSION.fullmatch(text)
    if match is None:
        return None
    parts = [*map(int, match["parts"].split(".")), 0][:4]
    return "version", float(sum(part * 10_000**place for place, part in enumerate(reversed(parts))))


def _roman(text: str) -> Measure | None:
    """A small number in Roman numerals: IV."""
    if not ROMAN.fullmatch(text):
        return None
    digits = [ROMAN_DIGITS[letter] for letter in text]
    signed = [-one if one < more else one for one, more in pairwise([*digits, 0])]
    return "roman", float(sum(signed))


def _scientific(text: str) -> Measure | None:
    match = SCIENTIFIC.fullmatch(text)
    return _scaled(float(match["number"]), match["unit"]) if match else None


def _part(text: str) -> Measure | None:
    """A half, ½, one in four, three quarters of an hour, two hours and a half."""
    if len(text) == 1 and text in "½¼¾":
        return "", unicodedata.numeric(text)
    if match := AND_A_HALF.fullmatch(text):
        many = 1.0 if match["many"] in ("a", "an") else _count(match["many"])
        return _scaled(many + 0.5, match["unit"] or match["units"])
    if match := ONE_IN.fullmatch(text):
        return "", float(f"{_count(match['many']) / (_count(match['of']) or 1.0):.9g}")
    match = PART.fullmatch(text)
    if match is None or (match["part"] in ORDINALS and not match["many"]):
        return None
    many = _count(match["many"]) or 1.0
    return _scaled(many * PARTS[match["part"]], match["unit"])


def _single(text: str) -> Measure | None:
    """An hour, a week."""
    match = SINGLE.match(text)
    unit = text[match.end() :] if match else ""
    return _scaled(1.0, unit) if unit in SCALES and unit else None


def _number(text: str) -> Measure | None:
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = match["number"].replace(",", "").replace("−", "-")
    return _scaled(float(digits), f"{match['before']} {match['unit']}")


def _named(text: str) -> Measure | None:
    first, _, rest = text.removeprefix("a ").partition(" ")
    if first in NAMES:
        return _scaled(NAMES[first], rest)
    if first in ORDINALS:
        return _scaled(float(ORDINALS.index(first)), rest)
    return ("weekday", float(DAYS.index(text))) if text in DAYS else None


def _scaled(number: float, unit: str) -> Measure:
    names = unit.split()
    while names and names[-1].rstrip(".") in MULTIPLES and (len(names) > 1 or len(names[-1]) > 2):
        number *= MULTIPLES[names.pop().rstrip(".")]
    name = " ".join(names).rstrip(".")
    if name.startswith(("% of ", "percent of ")):
        number, name = number * 0.01, name.partition(" of ")[2].removeprefix("the ")
    singular = name[:-1] if name.endswith("s") and name not in SCALES else name
    measure, scale = SCALES.get(singular, (singular, 1.0))
    return measure, float(f"{number * scale:.9g}")


READERS: tuple[Callable[[str], Measure | None], ...] = (
    _date,
    _clock,
    _number,
    _part,
    _single,
    _named,
    _iso_date,
    _fraction,
    _power,
    _range,
    _span,
    _version,
    _scientific,
    _roman,
    _frequency,
)

"""Statistics and spreadsheets."""

import re
import statistics
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations, product

from tests.generation.worked_again import Answer, figures, found, numbers, solves
from workers.generation.brief import Item


@solves("centre-of-a-list")
def centre_of_a_list(item: Item) -> Answer:
    values = [int(value) for value in found(r"were ([\d, ]+)\.", item.stem)[0].split(", ")]
    assert len(values) == 7
    return statistics.median(values) if "median" in item.stem else Fraction(sum(values), len(values))


@solves("weighted-mean")
def weighted_mean(item: Item) -> Answer:
    one, many, other, more, _ = numbers(item.stem)
    cases = [one] * int(many) + [other] * int(more)
    return sum(cases) / len(cases)


@solves("spread-after-change")
def spread_after_change(item: Item) -> Answer:
    """Tried on values that have that standard deviation: the mean less it, and the mean plus it."""
    spread, rate, added = figures(r"deviation of #\. All are raised by #%, and then # is", item.stem)
    changed = [value * (100 + rate) / 100 + added for value in (1000 - spread, 1000 + spread)]
    return (changed[1] - changed[0]) / 2


@solves("two-draws")
def two_draws(item: Item) -> Answer:
    whole, hits = (int(found) for found in numbers(item.stem)[:2])
    things = [True] * hits + [False] * (whole - hits)
    pairs = list(product(things, repeat=2) if "is put back" in item.stem else permutations(things, 2))
    chance = Fraction(sum(first and second for first, second in pairs), len(pairs))
    return f"{chance.numerator}/{chance.denominator}"


@solves("expected-value")
def expected_value(item: Item) -> Answer:
    gain, good, some, middling, loss, bad = figures(
        r"gains # with a probability of #%, gains # with #% and loses # with #%", item.stem
    )
    tickets = [gain] * int(good) + [some] * int(middling) + [-loss] * int(bad)
    assert len(tickets) == 100
    return sum(tickets) / 100


@solves("share-of-flagged")
def share_of_flagged(item: Item) -> Answer:
    whole, rate, hit, alarm = numbers(item.stem)
    true = whole * rate / 100
    flagged = true * hit / 100 + (whole - true) * alarm / 100
    return 100 * (true * hit / 100) / flagged


@solves("order-of-size")
def order_of_size(item: Item) -> Answer:
    sizes = {option: _share(option) for option in item.options}
    assert len(set(sizes.values())) == len(sizes)
    assert set(found(r"checked: (.*)\. Order", item.stem)[0].split(", ")) == set(sizes)
    return tuple(sorted(sizes, key=lambda option: sizes[option]))


def _share(text: str) -> Fraction:
    if " of " in text or "/" in text:
        part, whole = numbers(text)
        return part / whole
    return numbers(text)[0] / (100 if text.endswith("%") else 1)


Cell = int | str | None


def _sheet(code: str | None) -> dict[str, Cell]:
    """The cells by their names; a cell is where its column's letter stands, so that gaps stay gaps."""
    assert code is not None
    head, *lines = code.splitlines()
    ends = [match.end() for match in re.finditer("[A-G]", head)]
    letters = re.findall("[A-G]", head)
    sheet: dict[str, Cell] = {}
    for line in lines:
        for word in re.finditer(r"\S+", line):
            near = min(range(len(ends)), key=lambda at: _distance(word, ends[at]))
            if word.start() > 0:
                sheet[letters[near] + line.split()[0]] = int(word[0]) if word[0].isdigit() else word[0]
    return sheet


def _distance(word: re.Match[str], end: int) -> int:
    return min(abs(word.end() - end), abs(word.start() + 1 - end))


def _range(sheet: dict[str, Cell], name: str) -> list[Cell]:
    column, first, last = found(r"([A-G])(\d+):[A-G](\d+)", name)
    return [sheet.get(f"{column}{row}") for row in range(int(first), int(last) + 1)]


def _meets(value: Cell, criterion: str) -> bool:
    match = re.fullmatch(r"(>=|<=|>|<)(\d+)", criterion)
    if match is None:
        return value == criterion
    assert isinstance(value, int)
    limit = int(match[2])
    tests: dict[str, Callable[[int], bool]] = {
        ">=": lambda one: not one < limit,
        "<=": lambda one: not one > limit,
        ">": lambda one: not one <= limit,
        "<": lambda one: not one >= limit,
    }
    return tests[match[1]](value)


@solves("sumif-result")
def sumif_result(item: Item) -> Answer:
    sheet = _sheet(item.code)
    where, criterion, what = found(r'=SUMIF\((\w+:\w+),"([^"]+)"(?:,(\w+:\w+))?\)', item.stem)
    pairs = zip(_range(sheet, where), _range(sheet, what or where), strict=True)
    return sum(value for one, value in pairs if _meets(one, criterion) and isinstance(value, int))


@solves("countif-result")
def countif_result(item: Item) -> Answer:
    sheet = _sheet(item.code)
    one, first, two, second = found(r'=COUNTIFS\((\w+:\w+),"([^"]+)",(\w+:\w+),"([^"]+)"\)', item.stem)
    pairs = zip(_range(sheet, one), _range(sheet, two), strict=True)
    return sum(_meets(name, first) and _meets(value, second) for name, value in pairs)


@solves("lookup-result")
def lookup_result(item: Item) -> Answer:
    sheet = _sheet(item.code)
    formula, name = found(r'What does (=\w+\(.*"(\w+)".*\)) return', item.stem)
    if formula.startswith("=VLOOKUP"):
        column = "ABC"[int(found(r",(\d),FALSE\)", formula)[0]) - 1]
    else:
        column = found(r"\b([BC])2:[BC]6", formula)[0]
    places = [cell for cell, value in sheet.items() if value == name]
    assert len(places) == 1
    value = sheet[column + places[0][1:]]
    assert isinstance(value, int)
    return value


@solves("nested-if")
def nested_if(item: Item) -> Answer:
    sheet = _sheet(item.code)
    high, limit, first, low, _, second, third = found(
        r'=IF\(AND\(A2>=(\d+),B2<(\d+)\),"(\w+)",IF\(OR\(A2>=(\d+),B2>=(\d+)\),"(\w+)","(\w+)"\)\)', item.stem
    )
    wanted = found(r"show (\w+)\?", item.stem)[0]
    shown = []
    for points, days in zip(_range(sheet, "A2:A8"), _range(sheet, "B2:B8"), strict=True):
        assert isinstance(points, int)
        assert isinstance(days, int)
        if points >= int(high) and days < int(limit):
            shown.append(first)
        elif points < int(low) and days < int(limit):
            shown.append(third)
        else:
            shown.append(second)
    return shown.count(wanted)


@solves("copied-formula")
def copied_formula(item: Item) -> Answer:
    cell, formula, other = found(
        r"Cell (\w+) holds the formula (\S+)\. It is copied to cell (\w+)\.", item.stem
    )
    right, down = ord(other[0]) - ord(cell[0]), int(other[1:]) - int(cell[1:])

    def moved(match: re.Match[str]) -> str:
        column = match[2] if match[1] else chr(ord(match[2]) + right)
        return match[1] + column + match[3] + (match[4] if match[3] else str(int(match[4]) + down))

    return re.sub(r"(\$?)([A-Z])(\$?)(\d+)", moved, formula)


@solves("average-with-gaps")
def average_with_gaps(item: Item) -> Answer:
    cells = _range(_sheet(item.code), found(r"AVERAGE\((\w+:\w+)\)", item.stem)[0])
    assert cells.count(None) == 1
    values = [cell for cell in cells if isinstance(cell, int)]
    return Fraction(sum(values), len(values))

"""Pictures of figures: SVG made here, with a title and a description for who does not see them.

All are 360 units wide, so that their words can be read on a phone. Colours come from classes, and nothing is
told by colour alone. A value that is no finite number (None too) is not drawn; the table beneath says why.
Every text is escaped.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

Value = float | int | None

WIDTH = 360
# Letters are so wide at most, so that a text of a known length fits.
LETTER = 7
LONGEST = 44
SERIES = 4
SUFFIXES = ("", "k", "M", "G", "T")


@dataclass(frozen=True)
class Told:
    """What a picture is called and what it shows in a sentence; `name` is its own on the page."""

    name: str
    title: str
    description: str


@dataclass(frozen=True)
class Bar:
    """A bar from 0 to `value`; `text` tells the value. `mark` is a place to compare it with."""

    label: str
    value: Value
    text: str
    mark: Value = None


@dataclass(frozen=True)
class Point:
    """A point; one that is flagged has another shape too."""

    label: str
    x: Value
    y: Value
    is_flagged: bool = False


@dataclass(frozen=True)
class Spread:
    """How values are spread: the tenth, the quarter, the half, three quarters, nine tenths; their mean."""

    label: str
    percentiles: tuple[Value, Value, Value, Value, Value]
    mean: Value
    text: str


def part(value: Value, low: Value, high: Value) -> float | None:
    """Where between `low` (0) and `high` (1) a value is; None for what is no finite number, 0 where all are
    one.
    """
    if not (is_number(value) and is_number(low) and is_number(high)):
        return None
    assert value is not None
    assert low is not None
    assert high is not None
    # Exact: differences and products of huge numbers would be infinite.
    span = Fraction(high) - Fraction(low)
    if span <= 0:
        return 0.0
    return float(min(max((Fraction(value) - Fraction(low)) / span, Fraction(0)), Fraction(1)))


def is_number(value: Value) -> bool:
    """Whether it can be drawn."""
    return value is not None and (isinstance(value, int) or math.isfinite(value))


def short(count: int) -> str:
    """A count in at most five characters: 9999, 12k, 3M; one that is beyond all as a power of ten."""
    if abs(count) < 10_000:
        return str(count)
    power = 0
    while abs(count) >= 1000 and power < len(SUFFIXES) - 1:
        count, power = count // 1000, power + 1
    if abs(count) >= 1000:
        return f">{SUFFIXES[-1]}"
    return f"{count}{SUFFIXES[power]}"


def cut(text: str, letters: int = LONGEST) -> str:
    """A text that has at most so many letters."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def histogram(
    told: Told,
    counts: Sequence[int],
    edges: Sequence[float],
    words: tuple[str, str],
    mark: tuple[float, str] | None = None,
) -> Markup:
    """Columns side by side: `edges` are one more than `counts`; `words` name the two axes.

    `mark` is a place on the axis of the edges and what it is.
    """
    left, top, wide, tall = 8, 40, WIDTH - 16, 150
    step = wide / max(len(counts), 1)
    highest = max(counts, default=0)
    parts = [_words(left, 14, words[1]), _line("axis", left, top + tall, left + wide, top + tall)]
    for place, count in enumerate(counts):
        height = (part(count, 0, highest) or 0) * tall
        x = left + place * step
        parts.append(_rect("bar", x + 1.5, top + tall - height, max(step - 3, 1), height))
        if count:
            parts.append(_words(x + step / 2, top + tall - height - 4, short(count), "middle"))
    for place, edge in enumerate(edges):
        at = ("start", "middle", "end")[(place > 0) + (place == len(edges) - 1)]
        parts.append(_words(left + place * step, top + tall + 16, f"{edge:g}" if is_number(edge) else "", at))
    parts.append(_words(left, top + tall + 36, words[0]))
    if mark and edges:
        parts += _marked(mark, left, wide, top, tall, edges)
    return _picture(told, top + tall + 46, parts)


def _marked(
    mark: tuple[float, str], left: float, wide: float, top: float, tall: float, edges: Sequence[float]
) -> list[Markup]:
    where = part(mark[0], edges[0], edges[-1])
    if where is None:
        return []
    x = left + where * wide
    anchor = "end" if where > 0.5 else "start"
    return [
        _line("mark", x, 20, x, top + tall),
        _words(x + (-5 if where > 0.5 else 5), 28, cut(mark[1], 22), anchor),
    ]


def bars(told: Told, rows: Iterable[Bar], most: float = 100) -> Markup:
    """Bars beneath each other, each with its label above it; `most` is where a bar is full."""
    return grouped(told, [(bar.label, [bar]) for bar in rows], most)


def grouped(told: Told, groups: Sequence[tuple[str, Sequence[Bar]]], most: float = 100) -> Markup:
    """Groups of bars beneath each other; where a group has several, each has its own label before it."""
    parts: list[Markup] = []
    y = 4.0
    for label, inside in groups:
        is_several = len(inside) > 1
        parts.append(_words(4, y + 13, cut(label)))
        y += 19
        left = 26 if is_several else 4
        for place, bar in enumerate(inside):
            if is_several:
                parts.append(_words(4, y + 11, cut(bar.label, 2)))
            parts += _bar(bar, place, left, y, most)
            y += 20 if is_several else 22
        y += 6
    return _picture(told, max(y, 20), parts)


def _bar(bar: Bar, place: int, left: float, y: float, most: float) -> list[Markup]:
    wide = WIDTH - left - 60
    length = part(bar.value, 0, most)
    mark = part(bar.mark, 0, most)
    parts = [_rect("track", left, y, wide, 13)]
    if length is not None:
        parts.append(_rect(f"bar series-{place % SERIES + 1}", left, y, length * wide, 13))
    if mark is not None:
        x = left + mark * wide
        parts.append(_line("tick", x, y - 3, x, y + 16))
    return [*parts, _words(left + wide + 6, y + 11, cut(bar.text, 8))]


def scatter(
    told: Told,
    points: Iterable[Point],
    low: tuple[float, float],
    high: tuple[float, float],
    words: Sequence[str],
) -> Markup:
    """Points between `low` and `high`, each (x, y). `words` name the axes."""
    left, top, wide, tall = 40.0, 30.0, WIDTH - 56.0, 230.0
    parts = [_words(4, 14, words[1])]
    for share in (0, 0.25, 0.5, 0.75, 1):
        x, y = left + share * wide, top + tall - share * tall
        parts += [_line("grid", x, top, x, top + tall), _line("grid", left, y, left + wide, y)]
        parts.append(_words(x, top + tall + 17, _tick(low[0], high[0], share), "middle"))
        parts.append(_words(left - 6, y + 4, _tick(low[1], high[1], share), "end"))
    zero = part(0, low[1], high[1])
    if low[1] < 0 < high[1] and zero is not None:
        y = top + tall - zero * tall
        parts.append(_line("axis", left, y, left + wide, y))
    parts.append(_words(left + wide, top + tall + 36, words[0], "end"))
    for point in points:
        parts += _point(point, (left, top, wide, tall), low, high)
    return _picture(told, top + tall + 46, parts)


def _tick(low: float, high: float, share: float) -> str:
    return f"{low + share * (high - low):.3g}"


def _point(
    point: Point,
    frame: tuple[float, float, float, float],
    low: tuple[float, float],
    high: tuple[float, float],
) -> list[Markup]:
    across, up = part(point.x, low[0], high[0]), part(point.y, low[1], high[1])
    if across is None or up is None:
        return []
    left, top, wide, tall = frame
    x, y = left + across * wide, top + tall - up * tall
    shape = (
        Markup('<path class="point flagged" d="M{} {}l7 7l-7 7l-7 -7z"/>').format(_at(x), _at(y - 7))
        if point.is_flagged
        else Markup('<circle class="point" cx="{}" cy="{}" r="5"/>').format(_at(x), _at(y))
    )
    is_right = across > 0.9
    return [
        shape,
        _words(x + (-9 if is_right else 9), y + 4, cut(point.label, 6), "end" if is_right else "start"),
    ]


def spreads(told: Told, rows: Iterable[Spread], low: float = 0, high: float = 100) -> Markup:
    """Lines from the tenth to the nine tenths, boxes from quarter to three quarters, the half, the mean."""
    left, wide = 8.0, WIDTH - 16.0
    parts: list[Markup] = []
    y = 4.0
    for place, row in enumerate(rows):
        parts.append(_words(left, y + 13, cut(f"{row.label} {row.text}", LONGEST)))
        parts += _spread(row, place, left, wide, y + 34, (low, high))
        y += 56
    parts.append(_line("axis", left, y, left + wide, y))
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = "start" if share == 0 else "end" if share == 1 else "middle"
        parts.append(_words(left + share * wide, y + 16, _tick(low, high, share), at))
    return _picture(told, y + 26, parts)


def _spread(
    row: Spread, place: int, left: float, wide: float, y: float, ends: tuple[float, float]
) -> list[Markup]:
    at = [part(one, *ends) for one in (*row.percentiles, row.mean)]
    found = [left + one * wide for one in at if one is not None]
    if len(found) < len(at):
        return []
    tenth, quarter, half, three, nine, mean = found
    return [
        _line("axis", tenth, y, nine, y),
        _line("axis", tenth, y - 5, tenth, y + 5),
        _line("axis", nine, y - 5, nine, y + 5),
        _rect(f"box series-{place % SERIES + 1}", quarter, y - 9, max(three - quarter, 1), 18),
        _line("tick", half, y - 12, half, y + 12),
        Markup('<circle class="mean" cx="{}" cy="{}" r="4"/>').format(_at(mean), _at(y)),
    ]


def _picture(told: Told, height: float, parts: Iterable[Markup]) -> Markup:
    frame = Markup(
        '<svg class="chart figures" role="img" viewBox="0 0 {} {}" aria-labelledby="{}-title" '
        'aria-describedby="{}-desc"><title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    )
    name = told.name
    inside = Markup("").join(parts)
    return frame.format(WIDTH, _at(height), name, name, name, told.title, name, told.description, inside)


def _words(x: float, y: float, text: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_at(x), _at(y), anchor, text)


def _rect(kind: str, x: float, y: float, wide: float, tall: float) -> Markup:
    values = (kind, _at(x), _at(y), _at(wide), _at(tall))
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(*values)


def _line(kind: str, x: float, y: float, to_x: float, to_y: float) -> Markup:
    values = (kind, _at(x), _at(y), _at(to_x), _at(to_y))
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(*values)


def _at(number: float) -> str:
    """A coordinate, to a tenth of a unit."""
    return f"{number:.1f}".removesuffix(".0")

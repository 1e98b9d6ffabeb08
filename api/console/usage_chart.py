"""A month's days as bars: SVG made here, without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 26
LINES = 4


@dataclass(frozen=True)
class Bar:
    """A day's bar, in the picture's units."""

    name: str
    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """A line across, at a round value."""

    y: float
    value: float


@dataclass(frozen=True)
class Chart:
    """What the template draws; `top` is the value of the highest line."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    top: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def chart(values: Sequence[tuple[str, str, float]]) -> Chart:
    """The bars of (name, label below it, value), from left to right; an empty label is not drawn."""
    top = _round_top(max((value for _, _, value in values), default=0.0))
    tall, wide = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    step = wide / max(1, len(values))
    bars = tuple(
        Bar(
            name,
            label,
            round(LEFT + place * step + step * 0.15, 2),
            round(TOP + tall * (1 - value / top), 2),
            round(step * 0.7, 2),
            round(tall * value / top, 2),
        )
        for place, (name, label, value) in enumerate(values)
    )
    lines = tuple(Line(round(TOP + tall * (1 - at / LINES), 2), top * at / LINES) for at in range(LINES + 1))
    return Chart(bars, lines, top)


def _round_top(most: float) -> float:
    """The smallest of 1, 2, 4, 6, 8 or 10 times a power of ten that is no less."""
    if most <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(most))
    steps = ceil(round(most / power, 9))
    return power * (1 if steps == 1 else steps + steps % 2)

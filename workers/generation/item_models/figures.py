"""Figures in item models: how they are written, and which wrong ones stand beside the right one."""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from workers.generation.item_models import DISTRACTORS, Draw, Wrong

Number = int | Fraction
Mistake = tuple[Number, str]

# A wrong number that is so many times too large or too small is seen to be wrong without any work.
MOST_APART = 10


def half_up(value: Number, places: int = 0) -> Decimal:
    """Rounded to so many decimals, halves away from zero, as people round."""
    units = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return Decimal(-units if value < 0 else units).scaleb(-places)


def figure(value: Number, places: int = 0) -> str:
    """A number with so many decimals: 1,234.50."""
    return f"{half_up(value, places):,}"


def plain(value: Number) -> str:
    """A number with the decimals that it needs, six at most: 1,234.5."""
    return f"{half_up(value, 6).normalize():,f}"


def percent(part: Number, whole: Number) -> Fraction:
    """The part as a percentage of the whole."""
    return Fraction(100 * part) / Fraction(whole)


def asked(
    rng: random.Random,
    stem: str,
    key: Number,
    mistakes: Sequence[Mistake],
    explanation: str,
    *,
    places: int = 0,
    form: str = "{}",
    code: str | None = None,
    tolerance: str | None = None,
) -> Draw:
    """A question whose answer is a number, with the results of mistakes beside it.

    All options have the same decimals, so that none stands out as the roundest. An answer that was left
    unrounded counts where the stem asks for decimals.
    """
    texts = beside(rng, key, mistakes, lambda value: form.format(figure(value, places)))
    return Draw(
        stem=stem,
        right=(form.format(figure(key, places)),),
        wrong=texts,
        explanation=explanation,
        code=code,
        code_language="text" if code else None,
        value=str(half_up(key, places)),
        tolerance=tolerance or (str(Decimal(5).scaleb(-places - 1)) if places else "0"),
    )


def beside(
    rng: random.Random,
    key: Number,
    mistakes: Sequence[Mistake],
    write: Callable[[Number], str],
    *,
    most_apart: int | None = MOST_APART,
) -> tuple[Wrong, ...]:
    """Three wrong numbers, so that the key is the smallest, the middle or the largest by chance.

    Of the mistakes that lead below the key, and of those that lead above it, the first come first;
    those that can't be taken for the key's like are passed over. Fewer where there are no three.
    """
    below: list[Wrong] = []
    above: list[Wrong] = []
    seen = {write(key)}
    for value, why in mistakes:
        text = write(value)
        if text in seen or (most_apart is not None and not _is_near(value, key, most_apart)):
            continue
        seen.add(text)
        (below if value < key else above).append(Wrong(text, why))
    least, most = max(0, DISTRACTORS - len(above)), min(DISTRACTORS, len(below))
    if least > most:
        return (*below, *above)
    rank = rng.randint(least, most)
    return (*below[:rank], *above[: DISTRACTORS - rank])


def _is_near(value: Number, key: Number, most_apart: int) -> bool:
    return Fraction(key) / most_apart <= value <= Fraction(key) * most_apart


def table(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Rows under each other: the first `left` columns flush left, the others, numbers, flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)

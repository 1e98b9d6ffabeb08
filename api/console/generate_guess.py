"""How far blind guessing gets on questions of four options, told while the cutoff is being chosen.

`static/generate.js` computes the same as the numbers change. What the finished questions really give is
computed by the worker, which knows their types (`workers/generation/guessing.py`).
"""

from math import comb

from babel.numbers import format_percent
from flask_babel import get_locale

from models import scoring

OPTIONS = 4


def guess_pass_chance(cutoff: int, questions: int) -> float:
    """How likely somebody who guesses every one of the questions reaches the cutoff, which is in percent."""
    hit = 1 / OPTIONS
    return sum(
        comb(questions, right) * hit**right * (1 - hit) ** (questions - right)
        for right in range(questions + 1)
        if scoring.percent(right, questions) >= cutoff
    )


def shown(chance: float) -> str:
    """The chance in percent, with two places at most."""
    return str(format_percent(round(chance, 4), locale=get_locale(), decimal_quantization=False))

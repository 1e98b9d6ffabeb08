"""How the fake model scores a task: each criterion at its highest level, quoting the notes' first line.

server.responder = lambda request: scored(request, lambda criterion: 2 if criterion.is_second else 3)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.fakes.model_wire import Json, user_text

CRITERION = re.compile(r"^Criterion (\d+): (.*)$", re.MULTILINE)
LEVEL = re.compile(r"^- level (-?\d+): ", re.MULTILINE)
SUBMITTED = re.compile(r"<submission-(notes|patch)-([0-9a-f]{16})>\n(.*?)\n</submission-\1-\2>", re.DOTALL)


class Criterion(NamedTuple):
    """A criterion as it is shown; the second pass shows the levels falling."""

    number: int
    name: str
    levels: list[int]

    @property
    def is_second(self) -> bool:
        """Whether the second pass asks."""
        return self.levels != sorted(self.levels)


def criteria_of(request: Json) -> list[Criterion]:
    """The criteria that are to be judged, in the order in which they are shown."""
    text = user_text(request)
    starts = list(CRITERION.finditer(text))
    ends = [*(start.start() for start in starts[1:]), text.index("The submission:", starts[-1].end())]
    return [
        Criterion(int(start[1]), start[2], [int(one) for one in LEVEL.findall(text[start.end() : end])])
        for start, end in zip(starts, ends, strict=True)
    ]


def submitted(request: Json) -> dict[str, str]:
    """The notes and the patch, as they stand between their tags."""
    return {part: text for part, _, text in SUBMITTED.findall(user_text(request))}


def highest(criterion: Criterion) -> int:
    """The best level there is."""
    return max(criterion.levels)


def scored(request: Json, level_of: Callable[[Criterion], int] = highest, *quotes: str) -> Json:
    """The judgements of one pass; with these one to three quotes, if any are given, for each criterion."""
    chosen = quotes or submitted(request)["notes"].splitlines()[:1]
    evidence = {f"quote_{at}": text for at, text in enumerate([*chosen, "", ""][:3], start=1)}
    return {
        "judgements": [
            {
                "criterion": criterion.number,
                **evidence,
                "rationale": f"The work shows it for {criterion.name}.",
                "level": level_of(criterion),
            }
            for criterion in criteria_of(request)
        ]
    }

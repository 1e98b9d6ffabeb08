"""The blueprint as a map of skill × difficulty, with what covers each must-have."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.console.assessments_words import DIFFICULTIES
from models.forms import Form, ShownQuestion

# How many shades there are above the one for nothing; few questions are not drawn as if they were many.
SHADES = 4


@dataclass(frozen=True)
class Cell:
    """How many questions there are and were planned; `shade` goes from 0, for none, to `SHADES`."""

    count: int
    planned: int
    shade: int


@dataclass(frozen=True)
class Row:
    """A skill: a cell for each difficulty, and by which skills' questions it is covered where not by its own.

    `evidence` is the sentence of the description that asks for it.
    """

    name: str
    must_have: bool
    weight: int
    evidence: str
    cells: tuple[Cell, ...]
    total: int
    stand_ins: tuple[str, ...]

    @property
    def is_covered(self) -> bool:
        """Whether any question asks for it, or stands in for it."""
        return self.total > 0 or bool(self.stand_ins)


@dataclass(frozen=True)
class Heat:
    """The map; `totals` are those of the difficulties."""

    rows: tuple[Row, ...]
    totals: tuple[int, ...]

    @property
    def must_haves(self) -> list[Row]:
        """The skills that the role can't do without."""
        return [row for row in self.rows if row.must_have]

    @property
    def missing(self) -> list[Row]:
        """Must-haves that nothing covers."""
        return [row for row in self.must_haves if not row.is_covered]


def heat_of(form: Form, questions: Sequence[ShownQuestion]) -> Heat:
    """The map of a form: its questions as they are, beside what its blueprint planned."""
    counts = Counter((one.question.skill, one.question.difficulty) for one in questions)
    planned: Counter[tuple[str, str]] = Counter()
    for cell in form.blueprint:
        planned[cell["skill"], cell["difficulty"]] += cell["count"]
    most = max(SHADES, *counts.values())
    rows = tuple(_row(skill, counts, planned, most, questions) for skill in _skills(form, questions))
    totals = tuple(sum(row.cells[place].count for row in rows) for place in range(len(DIFFICULTIES)))
    return Heat(rows, totals)


def _skills(form: Form, questions: Sequence[ShownQuestion]) -> list[dict[str, Any]]:
    """The form's skills, and those that only a question has."""
    known = {skill["id"] for skill in form.skills}
    extra = {one.question.skill: one.question.skill_name for one in questions}
    return [
        *form.skills,
        *({"id": skill, "name": name} for skill, name in extra.items() if skill not in known),
    ]


def _row(
    skill: dict[str, Any],
    counts: Counter[tuple[str, str]],
    planned: Counter[tuple[str, str]],
    most: int,
    questions: Sequence[ShownQuestion],
) -> Row:
    places = [(skill["id"], difficulty) for difficulty in DIFFICULTIES]
    cells = tuple(
        Cell(counts[place], planned[place], math.ceil(SHADES * counts[place] / most)) for place in places
    )
    instead = dict.fromkeys(one.question.skill_name for one in questions if one.asked_for == skill["id"])
    return Row(
        name=skill["name"],
        must_have=skill.get("must_have", False),
        weight=skill.get("weight", 0),
        evidence=skill.get("evidence", ""),
        cells=cells,
        total=sum(cell.count for cell in cells),
        stand_ins=tuple(instead),
    )

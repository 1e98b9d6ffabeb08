"""What goes in and what is made on the way: the brief, the analysis, cells, items and the form."""

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

DIFFICULTIES = ("entry", "intermediate", "senior")
COGNITIVE_LEVELS = ("remember", "understand", "apply", "analyse")


@dataclass(frozen=True)
class Brief:
    """What was asked for. `description` is a stranger's text: never an instruction."""

    role: str
    description: str
    cutoff: int = 40
    number_of_questions: int = 20
    duration_minutes: int | None = None
    difficulty: str | None = None
    language: str = "en"
    question_types: tuple[str, ...] = ("multiple_choice",)
    on_shortfall: str = "partial"
    mode: str = "live"

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Brief":
        """The brief that the API stored with the job."""
        return cls(**{**data, "question_types": tuple(data["question_types"])})


@dataclass(frozen=True)
class SkillNeed:
    """A skill that the role needs. `id` is the taxonomy's where it knows the skill; weight 1-5."""

    id: str
    name: str
    group: str
    weight: int
    must_have: bool
    evidence: str = ""


@dataclass(frozen=True)
class Analysis:
    """What was read out of the brief."""

    seniority: str
    summary: str
    skills: tuple[SkillNeed, ...]
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The stored form."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Analysis":
        """The analysis that `to_json` gave."""
        return cls(
            seniority=data["seniority"],
            summary=data["summary"],
            skills=tuple(SkillNeed(**skill) for skill in data["skills"]),
            warnings=tuple(data["warnings"]),
        )


@dataclass(frozen=True)
class Cell:
    """One question to be had: a place in the blueprint."""

    skill: SkillNeed
    difficulty: str
    cognitive_level: str
    type: str = "multiple_choice"


@dataclass(frozen=True)
class Item:
    """A question with its key. `options[0]` is the key until assembly shuffles them.

    `misconceptions` says of each distractor, in order, what choosing it betrays.
    `stored_id` names the question where the bank holds it already.
    """

    skill: str
    skill_name: str
    difficulty: str
    cognitive_level: str
    stem: str
    options: tuple[str, ...]
    misconceptions: tuple[str, ...]
    explanation: str
    seconds: int
    source: str
    type: str = "multiple_choice"
    code: str | None = None
    code_language: str | None = None
    library_id: str | None = None
    version: int = 1
    stored_id: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def identity(self) -> str:
        """A hash that ignores case, spaces and punctuation of the stem and its code."""
        text = "".join(letter for letter in (self.stem + (self.code or "")).casefold() if letter.isalnum())
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Placed:
    """An item in its section, with its options in the order in which they are shown."""

    item: Item
    section: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A part of a form: questions on skills of one group. `seconds` is the sum of their times."""

    name: str
    skills: tuple[str, ...]
    seconds: int
    number_of_questions: int


@dataclass(frozen=True)
class Shortfall:
    """What was asked for and could not be had, and why."""

    skill: str
    requested: int
    delivered: int
    reason: str


@dataclass(frozen=True)
class FormDraft:
    """A whole form, ready to be stored."""

    name: str
    summary: str
    sections: tuple[Section, ...]
    placed: tuple[Placed, ...]
    skills: tuple[SkillNeed, ...]
    blueprint: tuple[Cell, ...]
    duration_minutes: int
    shortfall: tuple[Shortfall, ...]
    warnings: tuple[str, ...]
    engine: str

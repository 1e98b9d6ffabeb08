"""What goes in and what is made on the way: the brief, the analysis, cells, items and the form."""

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

DIFFICULTIES = ("entry", "intermediate", "senior")
COGNITIVE_LEVELS = ("remember", "understand", "apply", "analyse")
# `multiple_choice` takes items with and without code; `code_reading` asks for code.
QUESTION_TYPES = (
    "multiple_choice",
    "multiple_select",
    "true_false",
    "ordering",
    "numeric",
    "short_answer",
    "code_reading",
)
# One key among several options; and an answer that is typed, without options.
CHOICE_TYPES = ("multiple_choice", "code_reading")
OPEN_TYPES = ("numeric", "short_answer")


@dataclass(frozen=True)
class Context:
    """What a person has done that questions may build on. All of it is the person's own text.

    `kind` is "project", "experience" or "certificate"; `name` the project's, the role's or the
    certificate's; `organization` the company or the issuer. None of it is ever an instruction.
    """

    kind: str
    name: str
    organization: str = ""
    description: str = ""


@dataclass(frozen=True)
class Brief:
    """What was asked for. `description` is a stranger's text: never an instruction.

    Without `general_stand_ins` no question on general aptitude takes the place of one on a skill, and the
    skill's own come first, whatever their type.
    """

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
    reuse: bool = True
    contexts: tuple[Context, ...] = ()
    general_stand_ins: bool = True

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Brief":
        """The brief that the API stored with the job."""
        contexts = tuple(Context(**context) for context in data.get("contexts", ()))
        return cls(**{**data, "question_types": tuple(data["question_types"]), "contexts": contexts})


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
    """One question to be had: a place in the blueprint.

    `asked_for` is the skill in whose place this one stands, where its own had no questions.
    """

    skill: SkillNeed
    difficulty: str
    cognitive_level: str
    type: str = "multiple_choice"
    asked_for: str | None = None

    def takes(self, item: "Item") -> bool:
        """Whether the item is of the type asked for; a multiple choice may be about code."""
        return self.type == item.type or (self.type == "multiple_choice" and item.type == "code_reading")


@dataclass(frozen=True)
class Item:
    """A question with its key.

    Of `options` the first `right` are the right ones until assembly shuffles them; of an ordering
    all are, in their order. `misconceptions` says of each distractor, in order, what choosing it
    betrays. A numeric or a short answer has no options but `accepted` answers: the first is the
    one that is shown, and a number counts within `tolerance` of it. `family` names the item model that
    made it; `stored_id` names the question where the bank holds it already.
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
    right: int = 1
    accepted: tuple[str, ...] = ()
    tolerance: str = "0"
    family: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def identity(self) -> str:
        """A hash that ignores case, spaces and punctuation of the stem and its code."""
        text = "".join(letter for letter in (self.stem + (self.code or "")).casefold() if letter.isalnum())
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Rejected:
    """An item that failed a gate, its cell, and why.

    `is_mendable` says that the key is beyond doubt and the flaw one that other words cure;
    `is_unchecked` that no gate could judge it.
    """

    cell: Cell
    item: Item
    problems: tuple[str, ...]
    is_mendable: bool = False
    is_unchecked: bool = False


@dataclass(frozen=True)
class Placed:
    """An item in its section, with its options in the order in which they are shown.

    `asked_for` is the skill that the question stands in for.
    """

    item: Item
    section: int
    options: tuple[str, ...]
    asked_for: str | None = None


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

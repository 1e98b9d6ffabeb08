"""Item models: templates whose keys are computed or executed (automatic item generation).

A model is a function that draws an item from a random generator: a stem with its numbers or its
code, the right answer worked out from them, and wrong answers each of which is the result of a
named mistake. One file a field of work; a model is found by its registration.

After Gierl and Lai, "Instructional topics in educational measurement: using automated processes
to generate test items" (Educational Measurement: Issues and Practice, 2013).
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from workers.generation.brief import (
    CHOICE_TYPES,
    COGNITIVE_LEVELS,
    DIFFICULTIES,
    OPEN_TYPES,
    QUESTION_TYPES,
    Item,
)
from workers.generation.lint import flaws

# A draw whose mistakes lead to the right answer, or that has a flaw, is drawn again at most so often.
MOST_DRAWS = 60
DISTRACTORS = 3


@dataclass(frozen=True)
class Wrong:
    """A wrong answer and the mistake that leads to it."""

    text: str
    misconception: str


@dataclass(frozen=True)
class Draw:
    """What a model drew.

    `right` is the key; of a multiple select all keys, of an ordering everything in its order.
    `wrong` may hold more than are needed, the likeliest mistakes first: those that come out equal
    to the key or to each other are passed over. `value` is the key as a plain decimal number where the
    question can be asked without options, and counts within `tolerance`; `accepted` are the spellings of a
    short answer. The stem names the unit.
    """

    stem: str
    right: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    explanation: str
    code: str | None = None
    code_language: str | None = None
    value: str | None = None
    tolerance: str = "0"
    accepted: tuple[str, ...] = ()


Maker = Callable[[random.Random], Draw]


@dataclass(frozen=True)
class ItemModel:
    """A model: its name is its family, of which a form has one item at most."""

    name: str
    skills: tuple[str, ...]
    difficulty: str
    cognitive_level: str
    seconds: int
    type: str
    make: Maker

    def types(self) -> tuple[str, ...]:
        """The question types that it can give: its own, and what its draws can be asked as besides."""
        draw = self.make(random.Random(self.name))
        is_code = draw.code is not None and draw.code_language != "text"
        own = (self.type, "code_reading") if self.type == "multiple_choice" and is_code else (self.type,)
        numeric = ("numeric",) if draw.value is not None and self.type != "numeric" else ()
        short = ("short_answer",) if draw.accepted and self.type != "short_answer" else ()
        return own + numeric + short

    def item(self, skill: str, skill_name: str, kind: str, rng: random.Random) -> Item:
        """An item of the type asked for, which must be one of `types()`. Raises NoDraw.

        A draw that rules find a flaw in, by the chance of its figures, is drawn again.
        """
        needed = DISTRACTORS if kind in CHOICE_TYPES else 0
        for _ in range(MOST_DRAWS):
            draw = self.make(rng)
            if len(_distinct(draw)) >= needed:
                item = self._item(draw, skill, skill_name, kind)
                if not flaws(item):
                    return item
        raise NoDraw(f"The item model {self.name} drew nothing sound in {MOST_DRAWS} draws.")

    def _item(self, draw: Draw, skill: str, skill_name: str, kind: str) -> Item:
        is_open = kind in OPEN_TYPES
        wrong = () if is_open else _distinct(draw)
        wrong = wrong[:DISTRACTORS] if kind in CHOICE_TYPES else wrong
        if kind == "multiple_choice" and draw.code and draw.code_language != "text":
            kind = "code_reading"
        return Item(
            skill=skill,
            skill_name=skill_name,
            difficulty=self.difficulty,
            cognitive_level=self.cognitive_level,
            stem=draw.stem,
            options=() if is_open else draw.right + tuple(one.text for one in wrong),
            misconceptions=tuple(one.misconception for one in wrong),
            explanation=draw.explanation,
            seconds=self.seconds,
            source="item_model",
            type=kind,
            code=draw.code,
            code_language=draw.code_language,
            right=0 if is_open else len(draw.right),
            accepted=_accepted(draw, kind),
            tolerance=draw.tolerance if kind == "numeric" else "0",
            family=self.name,
            provenance={"engine": "item_model", "model": self.name},
        )


class NoDraw(Exception):
    """A model's mistakes nearly always coincide: it must be mended."""


def _distinct(draw: Draw) -> tuple[Wrong, ...]:
    """The wrong answers that differ from the right ones and from each other."""
    seen = {_folded(text) for text in draw.right}
    kept: list[Wrong] = []
    for one in draw.wrong:
        if _folded(one.text) not in seen:
            seen.add(_folded(one.text))
            kept.append(one)
    return tuple(kept)


def _folded(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.casefold().splitlines())


def _accepted(draw: Draw, kind: str) -> tuple[str, ...]:
    if kind == "numeric":
        return (draw.value or draw.right[0],)
    return draw.accepted if kind == "short_answer" else ()


_MODELS: dict[str, ItemModel] = {}


def item_model(
    name: str,
    *,
    skills: tuple[str, ...],
    difficulty: str,
    cognitive_level: str,
    seconds: int,
    type: str = "multiple_choice",
) -> Callable[[Maker], Maker]:
    """Register a model; `skills` are ids of the taxonomy, the first is its home.

    Raises ValueError for a second model of that name or a word that the product doesn't have.
    """
    if (
        difficulty not in DIFFICULTIES
        or cognitive_level not in COGNITIVE_LEVELS
        or type not in QUESTION_TYPES
    ):
        raise ValueError(f"The item model {name!r} names a difficulty, level or type that there is not.")

    def register(make: Maker) -> Maker:
        if name in _MODELS:
            raise ValueError(f"There is an item model named {name!r} already.")
        _MODELS[name] = ItemModel(name, skills, difficulty, cognitive_level, seconds, type, make)
        return make

    return register


@cache
def load() -> dict[str, ItemModel]:
    """Every model by its name; importing the files registers them."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(_MODELS.items()))


@cache
def by_skill() -> dict[str, tuple[tuple[ItemModel, tuple[str, ...]], ...]]:
    """The models that serve each skill, each with the types it can give. The first call draws from all."""
    found: dict[str, list[tuple[ItemModel, tuple[str, ...]]]] = {}
    for model in load().values():
        types = model.types()
        for skill in model.skills:
            found.setdefault(skill, []).append((model, types))
    return {skill: tuple(models) for skill, models in found.items()}


def of_skill(skill: str) -> tuple[tuple[ItemModel, tuple[str, ...]], ...]:
    """The models that serve a skill, each with the types it can give."""
    return by_skill().get(skill, ())


def drawn(model: ItemModel, count: int, seed: int = 0) -> Iterator[Item]:
    """`count` items of a model in its own type, for tests and for reading over."""
    rng = random.Random(seed)
    for _ in range(count):
        yield model.item(model.skills[0], model.skills[0], model.type, rng)

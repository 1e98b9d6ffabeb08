"""The tools of one job in memory, and short ways to make briefs, skills, items and runs."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from settings import Models
from workers.generation import library, pipeline
from workers.generation.brief import Brief, Cell, FormDraft, Item, SkillNeed
from workers.generation.engines import Engine, offline
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRequest, Stock

SendModel = Callable[[ModelRequest], Awaitable[ModelAnswer]]


@dataclass
class FakeBank:
    """A bank over lists of items, by skill; `stock` is what the organisation has of its own."""

    by_skill: Mapping[str, list[Item]]
    stock: Stock = field(default_factory=Stock)
    looks: int = 0

    def shipped(self, skill_id: str) -> list[Item]:
        return list(self.by_skill.get(skill_id, ()))

    async def look(self, skill_ids: Sequence[str], language: str) -> Any:
        self.looks += 1
        return {"skills": list(skill_ids), "language": language}

    async def open(self, found: Any) -> Stock:
        return self.stock


@cache
def shipped_items() -> dict[str, list[Item]]:
    """The real library, read once for all tests."""
    by_skill: dict[str, list[Item]] = defaultdict(list)
    for item in library.load():
        by_skill[item.skill].append(item)
    return dict(by_skill)


async def no_model(_request: ModelRequest) -> ModelAnswer:
    raise ModelBusy("no model is configured")


@dataclass
class FakeTools:
    """`workers.generation.tools.Tools`, remembering steps, lines and requests."""

    seed: int = 1
    writer_model: str = Models().writer
    bank: FakeBank = field(default_factory=lambda: FakeBank(shipped_items()))
    avoid: Sequence[Item] = ()
    send: SendModel = no_model
    steps: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, float | None]] = field(default_factory=list)
    requests: list[tuple[str, ModelRequest]] = field(default_factory=list)

    async def step(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        if key not in self.steps:
            self.steps[key] = await make()
        return self.steps[key]

    async def ask(self, step: str, request: ModelRequest) -> ModelAnswer:
        self.requests.append((step, request))
        return await self.send(request)

    def stage(self, name: str) -> AbstractContextManager[object]:
        return nullcontext()

    def say(self, message: str, progress: float | None = None) -> None:
        self.lines.append((message, progress))

    @property
    def log(self) -> str:
        """Every progress line."""
        return "\n".join(message for message, _ in self.lines)


def brief(
    role: str = "Python Developer", description: str = "We need Python, SQL and Docker.", **more: Any
) -> Brief:
    """A brief."""
    return Brief(role, description, **more)


def made(a_brief: Brief, tools: FakeTools | None = None, engine: Engine = offline.ENGINE) -> FormDraft:
    """The form that the pipeline makes."""
    return asyncio.run(pipeline.generate(a_brief, engine, tools or FakeTools()))


def skill(skill_id: str = "python", weight: int = 3, must_have: bool = False, **more: Any) -> SkillNeed:
    """A skill that a role needs."""
    return SkillNeed(
        skill_id,
        more.pop("name", skill_id.title()),
        more.pop("group", "programming"),
        weight,
        must_have,
        **more,
    )


def cell(
    need: SkillNeed | None = None, difficulty: str = "intermediate", cognitive_level: str = "apply"
) -> Cell:
    """A place in a blueprint."""
    return Cell(need or skill(), difficulty, cognitive_level)


def word(number: object) -> str:
    """A word like no other of another number: items that differ in figures only are copies."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()[:12]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def item(number: int | str = 1, **more: Any) -> Item:
    """An item like no other of another number."""
    fields: dict[str, Any] = {
        "skill": "python",
        "skill_name": "Python",
        "difficulty": "intermediate",
        "cognitive_level": "apply",
        "stem": f"Which {word(number)} follows from the {word((number, 2))}?",
        "options": ("right", "wrong", "mistaken", "false"),
        "misconceptions": ("one", "two", "three"),
        "explanation": "It is right.",
        "seconds": 60,
        "source": "library",
        "library_id": f"test-{number}",
    }
    return Item(**{**fields, **more})

"""The claude engine: one call reads the role, one call a skill writes its questions, all at once.

Where the model is busy, refuses or answers nonsense, the taxonomy reads the role and the
library fills the cells, and the result says so. The request shapes are those of anthropic 2.11:
structured output by `output_config`, no temperature, and the stop reason is checked before the
text is read.
"""

import json
import random
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from settings import Models
from workers.generation import taxonomy
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, Analysis, Brief, Cell, Item, SkillNeed
from workers.generation.engines import Engine
from workers.generation.engines.offline import MOST_SKILLS, analysis_of
from workers.generation.engines.prompts import ANALYST_GUIDE, WRITER_GUIDE
from workers.generation.seniority import seniority_of
from workers.generation.sources import Order
from workers.generation.text import clean, fenced
from workers.generation.tools import ModelAnswer, ModelBusy, ModelRequest, Tools

ANALYST_TOKENS = 2_000
TOKENS_AN_ITEM = 700
# A longer quote is no quote: the writer must not see the description through it.
MOST_EVIDENCE = 200
# What the guide asks of an item's time; a model's slip must not make a form of an hour.
LEAST_SECONDS, MOST_SECONDS = 30, 180
PROMPT_VERSION = "2026-11-21"


class WrittenSkill(BaseModel):
    """A skill as the analyst names it."""

    name: str
    must_have: bool
    weight: int
    evidence: str


class WrittenAnalysis(BaseModel):
    """The analyst's answer."""

    job_title: str
    seniority: str
    summary: str
    skills: list[WrittenSkill]


class WrittenItem(BaseModel):
    """An item as the writer gives it: fixed fields, for the server enforces no list lengths.

    An empty text is for `lint` to find: one bad item must not spoil the others of its answer.
    """

    stem: str
    code: str
    code_language: str
    correct: str
    distractor_1: str
    distractor_2: str
    distractor_3: str
    misconception_1: str
    misconception_2: str
    misconception_3: str
    explanation: str
    difficulty: str
    cognitive_level: str
    seconds: int


class WrittenItems(BaseModel):
    """The writer's answer."""

    items: list[WrittenItem]


class UnusableAnswer(Exception):
    """The model answered, but not with what was asked for; the message says how."""


Answered = TypeVar("Answered", bound=BaseModel)


def engine(models: Models) -> Engine:
    """The engine on these models. What a first call would need is made now, not in the first job."""
    taxonomy.shipped()
    _format(WrittenAnalysis)
    _format(WrittenItems)

    async def read(brief: Brief, tools: Tools) -> Analysis:
        try:
            answer = await tools.ask("analyse", analysis_request(models.analyst, brief, tools.seed))
            return to_analysis(parsed(answer, WrittenAnalysis), brief)
        except (ModelBusy, UnusableAnswer) as problem:
            tools.say(f"AI Progress: The model could not read the role ({problem}); the taxonomy does")
            analysis = analysis_of(brief)
            warning = f"The role was read by the taxonomy, not by the model: {problem}"
            return Analysis(
                analysis.seniority, analysis.summary, analysis.skills, (warning, *analysis.warnings)
            )

    return Engine("claude", read, ("language_model", "library"))


def parsed(answer: ModelAnswer, model: type[Answered]) -> Answered:
    """The answer as data; raises UnusableAnswer for a refusal, a cut-off answer or the wrong shape."""
    if answer.stop_reason == "refusal":
        raise UnusableAnswer("the model refused the request")
    if answer.stop_reason != "end_turn":
        raise UnusableAnswer(f"the model's answer was cut off ({answer.stop_reason})")
    try:
        return model.model_validate_json(answer.text)
    except ValidationError as error:
        raise UnusableAnswer(
            f"the model's answer has not the shape asked for ({error.error_count()} errors)"
        ) from error


def analysis_request(model: str, brief: Brief, seed: int) -> ModelRequest:
    """The call that reads the role. The description is fenced: it is a stranger's text."""
    # With the text in its seed, the number can't be known to who wrote the text, even of a known seed.
    rng = random.Random(f"{seed}:{clean(brief.role)}:{clean(brief.description)}")
    text = (
        "Read the job below.\n"
        + fenced("job-role", brief.role, rng)
        + "\n"
        + fenced("job-description", brief.description, rng)
        + f"\nName at most {MOST_SKILLS} skills."
    )
    return ModelRequest("analyse", _body(model, ANALYST_TOKENS, ANALYST_GUIDE, text, WrittenAnalysis))


def items_request(model: str, order: Order, seed: int) -> ModelRequest:
    """The call that writes a skill's items: cells and a short quote, never the whole description."""
    cells = "\n".join(
        f"- difficulty: {cell.difficulty}; cognitive level: {cell.cognitive_level}" for cell in order.cells
    )
    known = "\n".join(f"- {item.stem[:120]}" for item in order.hits[:8])
    rng = random.Random(f"{seed}:{order.skill.id}:{order.skill.evidence}")
    quote = fenced("quote", order.skill.evidence[:MOST_EVIDENCE], rng) if order.skill.evidence else "(none)"
    text = (
        f"Skill: {json.dumps(clean(order.skill.name)[:120])}\n"
        f"Language of the questions: {order.brief.language}\n"
        f"Where the role names the skill:\n{quote}\n"
        f"Write exactly {len(order.cells)} {'item' if len(order.cells) == 1 else 'items'}, "
        f"one for each of these cells:\n{cells}\n"
        f"Questions that exist already and must not be repeated:\n{known or '(none)'}"
    )
    tokens = 500 + TOKENS_AN_ITEM * len(order.cells)
    return ModelRequest("write", _body(model, tokens, WRITER_GUIDE, text, WrittenItems))


@cache
def _format(model: type[BaseModel]) -> dict[str, Any]:
    """The output format of a stage: the same bytes every time, for the grammar is cached.

    The SDK is imported here and not above, so that an offline worker never loads it.
    """
    import anthropic

    return {"type": "json_schema", "schema": anthropic.transform_schema(model)}


def _body(model: str, max_tokens: int, guide: str, text: str, shape: type[BaseModel]) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{"type": "text", "text": guide, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": text}],
        "output_config": {"format": _format(shape)},
    }


def to_analysis(written: WrittenAnalysis, brief: Brief) -> Analysis:
    """The model's analysis in our terms: known skills by their id, evidence only where verbatim."""
    book = taxonomy.shipped()
    description = clean(brief.role) + "\n" + clean(brief.description)
    skills: dict[str, SkillNeed] = {}
    for skill in written.skills:
        need = _need(book, skill, description)
        if need.id:
            skills.setdefault(need.id, need)
    if not skills:
        raise UnusableAnswer("the model named no skill")
    seniority = written.seniority if written.seniority in DIFFICULTIES else ""
    return Analysis(
        seniority=brief.difficulty or seniority or seniority_of(brief.role, brief.description),
        summary=clean(written.summary)[:1000] or brief.role,
        skills=tuple(list(skills.values())[:MOST_SKILLS]),
    )


def _need(book: taxonomy.Taxonomy, skill: WrittenSkill, description: str) -> SkillNeed:
    name = " ".join(clean(skill.name).split())[:100]
    known = book.named(name)
    return SkillNeed(
        id=known.id if known else _slug(name),
        name=known.name if known else name,
        group=known.group if known else "other",
        weight=max(1, min(5, skill.weight)),
        must_have=skill.must_have,
        evidence=skill.evidence[:MOST_EVIDENCE] if skill.evidence in description else "",
    )


def _slug(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name.casefold()).split()
    return "-".join(words)[:80]


def to_item(written: WrittenItem, cell: Cell, answer: ModelAnswer) -> Item:
    """The writer's item in our terms; what it says in words that we don't have is taken from the cell."""
    skill = cell.skill
    code = clean(written.code).rstrip()
    return Item(
        skill=skill.id,
        skill_name=skill.name,
        difficulty=written.difficulty if written.difficulty in DIFFICULTIES else cell.difficulty,
        cognitive_level=(
            written.cognitive_level if written.cognitive_level in COGNITIVE_LEVELS else cell.cognitive_level
        ),
        stem=clean(written.stem).strip(),
        options=tuple(
            clean(text).strip()
            for text in (written.correct, written.distractor_1, written.distractor_2, written.distractor_3)
        ),
        misconceptions=tuple(
            clean(text).strip()
            for text in (written.misconception_1, written.misconception_2, written.misconception_3)
        ),
        explanation=clean(written.explanation).strip(),
        seconds=max(LEAST_SECONDS, min(MOST_SECONDS, written.seconds)),
        source="language_model",
        code=code or None,
        code_language=(clean(written.code_language).strip()[:40] or None) if code else None,
        provenance={
            "engine": "claude",
            "model": answer.model,
            "prompt_version": PROMPT_VERSION,
            "request_id": answer.request_id,
        },
    )

"""The writer's calls: items for a skill's cells, and items mended. Its answers in our terms."""

import json
import random
from collections.abc import Sequence

from pydantic import BaseModel

from workers.generation import contextual
from workers.generation.brief import COGNITIVE_LEVELS, DIFFICULTIES, OPEN_TYPES, Cell, Item, Rejected
from workers.generation.engines.asking import request
from workers.generation.engines.prompts import OTHER_TYPES_GUIDE, WRITER_GUIDE
from workers.generation.sources import Order
from workers.generation.text import clean, counted, fenced
from workers.generation.tools import ModelAnswer, ModelRequest

TOKENS_AN_ITEM = 700
# A longer quote is no quote: the writer must not see the description through it.
MOST_EVIDENCE = 200
# What the guide asks of an item's time; a model's slip must not make a form of an hour.
LEAST_SECONDS, MOST_SECONDS = 30, 180
PROMPT_VERSION = "2026-11-21.2"
MOST_KNOWN = 8
# What a person has done is shown in few words, and little of it: enough to build a question on.
MOST_CONTEXTS, MOST_CONTEXT = 3, 200
CONTEXT_TAGS = {"project": "project", "experience": "role", "certificate": "certificate"}


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


class OtherItem(BaseModel):
    """An item of another type than multiple choice. What its type has no use for is empty."""

    type: str
    stem: str
    code: str
    code_language: str
    right_1: str
    right_2: str
    right_3: str
    right_4: str
    right_5: str
    wrong_1: str
    wrong_2: str
    wrong_3: str
    misconception_1: str
    misconception_2: str
    misconception_3: str
    tolerance: str
    explanation: str
    difficulty: str
    cognitive_level: str
    seconds: int


class OtherItems(BaseModel):
    """The writer's answer where other types were asked for."""

    items: list[OtherItem]


def items_request(model: str, order: Order, cells: Sequence[Cell], seed: int) -> ModelRequest:
    """The call that writes a skill's items: cells and a short quote, never the whole description."""
    text = _order_text(order, cells, seed)
    return request("write", model, _tokens(len(cells)), WRITER_GUIDE, text, WrittenItems)


def others_request(model: str, order: Order, cells: Sequence[Cell], seed: int) -> ModelRequest:
    """The call that writes a skill's items of other types."""
    text = _order_text(order, cells, seed)
    return request("write", model, _tokens(len(cells)), OTHER_TYPES_GUIDE, text, OtherItems)


def mend_request(model: str, rejected: Sequence[Rejected], language: str) -> ModelRequest:
    """The call that writes flawed items anew, each with what was wrong with it."""
    items = [
        {
            "skill": one.cell.skill.name,
            "difficulty": one.item.difficulty,
            "cognitive_level": one.item.cognitive_level,
            "stem": one.item.stem,
            "code": one.item.code or "",
            "correct": one.item.options[0],
            "distractors": one.item.options[1:],
            "problems": one.problems,
        }
        for one in rejected
    ]
    text = (
        f"Mend these items. Write exactly {counted(len(items), 'item')}, in this order. Keep what each "
        "asks and which answer is right; change only what cures its problems.\n"
        f"Language of the questions: {language}\n"
        f"{json.dumps(items, ensure_ascii=False, indent=1)}"
    )
    return request("mend", model, _tokens(len(items)), WRITER_GUIDE, text, WrittenItems)


def _order_text(order: Order, cells: Sequence[Cell], seed: int) -> str:
    lines = "\n".join(
        f"- {'' if cell.type == 'multiple_choice' else f'type: {cell.type}; '}"
        f"difficulty: {cell.difficulty}; cognitive level: {cell.cognitive_level}"
        for cell in cells
    )
    known = "\n".join(f"- {item.stem[:120]}" for item in (*order.hits, *order.taken)[:MOST_KNOWN])
    rng = random.Random(f"{seed}:{order.skill.id}:{order.skill.evidence}")
    evidence = "" if order.brief.contexts else order.skill.evidence[:MOST_EVIDENCE]
    quote = fenced("quote", evidence, rng) if evidence else "(none)"
    return (
        f"Skill: {json.dumps(clean(order.skill.name)[:120])}\n"
        f"Language of the questions: {order.brief.language}\n"
        f"Where the role names the skill:\n{quote}\n"
        f"{_contexts_text(order, seed)}"
        f"Write exactly {counted(len(cells), 'item')}, one for each of these cells:\n{lines}\n"
        f"Questions that exist already and must not be repeated:\n{known or '(none)'}"
    )


def _contexts_text(order: Order, seed: int) -> str:
    """What the person has done that belongs to the skill, and what to do with it.

    Of many contexts the next skill sees the next ones.
    """
    works = contextual.for_skill(contextual.usable(order.brief.contexts), order.skill.id, order.skill.name)
    if not works:
        return ""
    first = order.number % len(works)
    shown = [*works[first:], *works[:first]][:MOST_CONTEXTS]
    lines = [contextual.shortened(work.line, MOST_CONTEXT) for work in shown]
    rng = random.Random(f"{seed}:{order.skill.id}:{lines}")
    fences = "\n".join(
        fenced(CONTEXT_TAGS[work.kind], line, rng) for work, line in zip(shown, lines, strict=True)
    )
    return (
        f"What the person who will answer has done:\n{fences}\n"
        "Build each question on one of these where that makes sense, and name it in the stem by its name. "
        "The answer follows from the skill and from what the stem says, not from what only that person "
        "knows.\n"
    )


def _tokens(count: int) -> int:
    return 500 + TOKENS_AN_ITEM * count


def to_item(written: WrittenItem, cell: Cell, answer: ModelAnswer) -> Item:
    """The writer's item in our terms; what it says in words that we don't have is taken from the cell."""
    code = clean(written.code).rstrip()
    return Item(
        skill=cell.skill.id,
        skill_name=cell.skill.name,
        difficulty=_known(written.difficulty, DIFFICULTIES, cell.difficulty),
        cognitive_level=_known(written.cognitive_level, COGNITIVE_LEVELS, cell.cognitive_level),
        stem=clean(written.stem).strip(),
        options=_texts(written.correct, written.distractor_1, written.distractor_2, written.distractor_3),
        misconceptions=_texts(written.misconception_1, written.misconception_2, written.misconception_3),
        explanation=clean(written.explanation).strip(),
        seconds=max(LEAST_SECONDS, min(MOST_SECONDS, written.seconds)),
        source="language_model",
        type="code_reading" if code else "multiple_choice",
        code=code or None,
        code_language=_code_language(code, written.code_language),
        provenance=_provenance(answer),
    )


def to_other_item(written: OtherItem, cell: Cell, answer: ModelAnswer) -> Item:
    """The writer's item of another type in our terms."""
    code = clean(written.code).rstrip()
    right = _filled(written.right_1, written.right_2, written.right_3, written.right_4, written.right_5)
    wrong = _filled(written.wrong_1, written.wrong_2, written.wrong_3)
    is_open = cell.type in OPEN_TYPES
    whys = _texts(written.misconception_1, written.misconception_2, written.misconception_3)
    if cell.type in ("true_false", "numeric"):
        right, wrong = right[:1], wrong[:1]
    if cell.type == "ordering":
        wrong = ()
    return Item(
        skill=cell.skill.id,
        skill_name=cell.skill.name,
        difficulty=_known(written.difficulty, DIFFICULTIES, cell.difficulty),
        cognitive_level=_known(written.cognitive_level, COGNITIVE_LEVELS, cell.cognitive_level),
        stem=clean(written.stem).strip(),
        options=() if is_open else right + wrong,
        misconceptions=() if is_open else whys[: len(wrong)],
        explanation=clean(written.explanation).strip(),
        seconds=max(LEAST_SECONDS, min(MOST_SECONDS, written.seconds)),
        source="language_model",
        type=cell.type,
        code=code or None,
        code_language=_code_language(code, written.code_language),
        right=0 if is_open else len(right),
        accepted=right if is_open else (),
        tolerance=written.tolerance.strip() or "0",
        provenance=_provenance(answer),
    )


def _texts(*texts: str) -> tuple[str, ...]:
    return tuple(clean(text).strip() for text in texts)


def _filled(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in _texts(*texts) if text)


def _known(word: str, words: Sequence[str], otherwise: str) -> str:
    return word if word in words else otherwise


def _code_language(code: str, named: str) -> str | None:
    return (clean(named).strip()[:40] or None) if code else None


def _provenance(answer: ModelAnswer) -> dict[str, str | None]:
    return {
        "engine": "claude",
        "model": answer.model,
        "prompt_version": PROMPT_VERSION,
        "request_id": answer.request_id,
    }

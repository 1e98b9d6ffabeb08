"""The bank of questions, as generation sees it: the shipped items, and what an organisation has kept.

Shipped items never change under an id, so a process reads them once. What an organisation has
kept is looked up when a job searches.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models import forms, questions, skills
from models.questions import KeptQuestion, NewQuestion
from models.session import Database
from workers.generation import library, taxonomy
from workers.generation.brief import Item
from workers.generation.tools import Stock

# Exposure spreads as well when it is a few seconds old, and then costs a burst of jobs nothing.
EXPOSURE_FOR = 3.0


class ShippedLibrary:
    """The shipped items, stored in `questions` by library id and version when first met."""

    def __init__(self, database: Database) -> None:
        items = library.load()
        with database.transaction() as connection:
            questions.load_library(connection, [new_question(item, None) for item in items])
            ids = questions.library_ids(connection)
            skills.load(connection, known_skills())
        self.database = database
        self.by_skill: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            stored = ids[(str(item.library_id), item.version)]
            self.by_skill[item.skill].append(replace(item, stored_id=stored))
        self._exposure: dict[str, tuple[float, dict[str, int]]] = {}

    def bank_of(self, organization_id: str, mode: str) -> "OrganizationBank":
        """The bank as an organisation's jobs see it."""
        return OrganizationBank(self, organization_id, mode == "live")

    def exposure_of(self, organization_id: str) -> dict[str, int]:
        """How often each question stood in the organisation's latest forms, at most a few seconds old."""
        now = time.monotonic()
        read_at, exposure = self._exposure.get(organization_id, (-EXPOSURE_FOR, {}))
        if now - read_at >= EXPOSURE_FOR:
            with self.database.connection() as connection:
                exposure = forms.exposure_of(connection, organization_id)
            self._exposure[organization_id] = (now, exposure)
        return exposure


class OrganizationBank:
    """What one organisation's jobs find. In test mode only the shipped items: the brief decides all."""

    def __init__(self, shipped: ShippedLibrary, organization_id: str, is_live: bool) -> None:
        self._library = shipped
        self._organization_id = organization_id
        self._is_live = is_live

    def shipped(self, skill_id: str) -> list[Item]:
        """The shipped items of a skill; empty for a skill without any."""
        return list(self._library.by_skill.get(skill_id, ()))

    async def look(self, skill_ids: Sequence[str], language: str) -> Any:
        """The ids of the organisation's kept questions, and the exposure of what the skills have."""
        if not self._is_live:
            return {"kept": [], "exposure": {}}
        return await asyncio.to_thread(self._look, skill_ids, language)

    def _look(self, skill_ids: Sequence[str], language: str) -> Any:
        exposure = self._library.exposure_of(self._organization_id)
        with self._library.database.connection() as connection:
            kept = questions.kept_ids(connection, self._organization_id, skill_ids, language)
        known = kept + [str(item.stored_id) for skill in skill_ids for item in self.shipped(skill)]
        return {"kept": kept, "exposure": {one: exposure[one] for one in known if one in exposure}}

    async def open(self, found: Any) -> Stock:
        """The questions that `look` found."""
        if not found["kept"]:
            return Stock({}, found["exposure"])
        return await asyncio.to_thread(self._open, found)

    def _open(self, found: Any) -> Stock:
        with self._library.database.connection() as connection:
            rows = questions.kept_questions(connection, self._organization_id, found["kept"])
        kept: dict[str, list[Item]] = defaultdict(list)
        for row in rows:
            kept[row.question.skill].append(stored_item(row))
        return Stock(kept, found["exposure"])


def known_skills() -> list[dict[str, Any]]:
    """The taxonomy's skills as the database takes them."""
    book = taxonomy.shipped()
    return [
        {"id": skill.id, "name": skill.name, "group_name": book.groups[skill.group]}
        for skill in book.skills.values()
    ]


def stored_item(row: KeptQuestion) -> Item:
    """A stored question as generation sees it: the right options first."""
    question, key = row.question, row.key
    texts = {option["id"]: option["text"] for option in question.options}
    is_open = not texts
    right = [] if is_open else key.correct
    wrong = [option_id for option_id in texts if option_id not in right]
    numeric = key.correct[0] if question.type == questions.NUMERIC else {}
    return Item(
        skill=question.skill,
        skill_name=question.skill_name,
        difficulty=question.difficulty,
        cognitive_level=question.cognitive_level,
        stem=question.stem,
        options=tuple(texts[option_id] for option_id in (*right, *wrong)),
        misconceptions=tuple(key.misconceptions.get(option_id, "") for option_id in wrong),
        explanation=key.explanation,
        seconds=question.seconds,
        source=question.source,
        type=question.type,
        code=question.code,
        code_language=question.code_language,
        library_id=question.library_id,
        version=question.version,
        stored_id=question.id,
        right=len(right),
        accepted=(numeric["value"],) if numeric else tuple(key.correct) if is_open else (),
        tolerance=numeric.get("tolerance", "0"),
        family=question.provenance.get("model") if question.source == "item_model" else None,
        provenance=question.provenance,
    )


def new_question(
    item: Item, organization_id: str | None, language: str = "en", may_keep: bool = True
) -> NewQuestion:
    """The item as the database takes it.

    A written item is kept, if it may be, when a gate has vouched for its key.
    """
    verdicts = item.provenance.get("verdicts", {})
    return NewQuestion(
        skill=item.skill,
        skill_name=item.skill_name,
        type=item.type,
        difficulty=item.difficulty,
        cognitive_level=item.cognitive_level,
        stem=item.stem,
        code=item.code,
        code_language=item.code_language,
        options=item.options,
        misconceptions=item.misconceptions,
        explanation=item.explanation,
        seconds=item.seconds,
        source=item.source,
        organization_id=organization_id,
        library_id=item.library_id,
        version=item.version,
        language=language,
        right=item.right,
        accepted=item.accepted,
        tolerance=item.tolerance,
        is_kept=may_keep and item.source == "language_model" and all(verdicts.get("solved") or [False]),
        provenance=item.provenance,
    )

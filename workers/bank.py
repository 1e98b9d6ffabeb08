"""The bank of questions, as generation sees it: the shipped items, by skill, with their stored ids.

Shipped items never change under an id, so a process reads them once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from models import questions
from models.questions import NewQuestion
from models.session import Database
from workers.generation import library
from workers.generation.brief import Item


class ShippedBank:
    """The shipped library, stored in `questions` by library id and version when first met."""

    def __init__(self, database: Database) -> None:
        items = library.load()
        with database.transaction() as connection:
            questions.load_library(connection, [new_question(item, None) for item in items])
            ids = questions.library_ids(connection)
        self._by_skill: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            stored = ids[(str(item.library_id), item.version)]
            self._by_skill[item.skill].append(replace(item, stored_id=stored))

    def search(self, skill_ids: Iterable[str]) -> dict[str, list[Item]]:
        """The items of each skill; a skill without any has an empty list."""
        return {skill: list(self._by_skill.get(skill, ())) for skill in skill_ids}


def new_question(item: Item, organization_id: str | None) -> NewQuestion:
    """The item as the database takes it."""
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
        provenance=item.provenance,
    )

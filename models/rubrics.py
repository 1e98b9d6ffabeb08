"""Rubrics: by which criteria, and at which levels, a task is scored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import paging
from models.base import Base, Id, Json, new_id, parse_id, utcnow
from models.errors import InvalidInput, NotFound

NO_SUCH_RUBRIC = "No rubric has this id."


class Rubric(Base):
    """A named list of criteria.

    `criteria` is `[{"id", "name", "description", "weight", "levels": [{"level", "label", "description"}]}]`
    with the levels rising from the lowest. Each change makes a new `version`; a session keeps the criteria
    that it was submitted under. One that is deleted can't be linked any more; what is linked to it already
    is scored by it as before.
    """

    __tablename__ = "rubrics"
    __table_args__ = (Index("ix_rubrics_list", "organization_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    criteria: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    deleted_at: Mapped[datetime | None]

    @classmethod
    def get(cls, session: Session, organization_id: str, text: str) -> "Rubric":
        """The organisation's rubric of that id; raises NotFound for anything else."""
        rubric_id = parse_id(text)
        found = session.get(cls, rubric_id) if rubric_id else None
        if found is None or found.organization_id != organization_id or found.deleted_at is not None:
            raise NotFound(NO_SUCH_RUBRIC)
        return found

    @classmethod
    def held(cls, session: Session, organization_id: str, text: str) -> "Rubric":
        """As `get`, held until the transaction ends: of two changes one comes first."""
        found = cls.get(session, organization_id, text)
        session.refresh(found, with_for_update=True)
        if found.deleted_at is not None:
            raise NotFound(NO_SUCH_RUBRIC)
        return found

    @classmethod
    def page(
        cls, session: Session, organization_id: str, after: tuple[datetime, str] | None, limit: int
    ) -> list["Rubric"]:
        """Up to `limit` rubrics, oldest first, from the place after the one given."""
        query = select(cls).where(cls.organization_id == organization_id, cls.deleted_at.is_(None))
        query = paging.oldest_first(query, cls.created_at, cls.id, after, limit)
        return list(session.scalars(query))

    def change(self, **values: Any) -> None:
        """Set `name`, `description` or `criteria`; what is as wanted already makes no version.

        Raises InvalidInput for a criterion's id that is not this rubric's.
        """
        if "criteria" in values:
            values["criteria"] = numbered(values["criteria"], self.criteria)
        changed = {name: value for name, value in values.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.version += 1
            self.updated_at = utcnow()

    def delete(self) -> None:
        """Delete it, softly."""
        self.deleted_at = utcnow()


def create(
    session: Session, organization_id: str, name: str, description: str, criteria: Sequence[Json]
) -> Rubric:
    """Store a rubric, and give its criteria ids."""
    now = utcnow()
    made = Rubric(
        organization_id=organization_id,
        name=name,
        description=description,
        criteria=numbered(criteria),
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made


def numbered(criteria: Sequence[Json], before: Sequence[Json] = ()) -> list[Json]:
    """Criteria with ids: one that names an id, or has the name of one from before, keeps that one's.

    Raises InvalidInput for an id that was not there before, or that comes twice.
    """
    ids = [one["id"] for one in criteria if one.get("id")]
    known = {one["id"] for one in before}
    for place, one in enumerate(criteria):
        if one.get("id") and (one["id"] not in known or ids.count(one["id"]) > 1):
            message = "No criterion of this rubric has this id, or another one names it too."
            raise InvalidInput(f"criteria: {message}", {f"criteria.{place}.id": [message]})
    free = {one["name"]: one["id"] for one in before if one["id"] not in ids}
    return [{**one, "id": one.get("id") or free.get(one["name"]) or new_id()} for one in criteria]

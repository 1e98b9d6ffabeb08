"""The skills that the product knows by name. The taxonomy's files are their source; a worker stores them.

A web process reads them here, for it starts without generation.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, String, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Json, table_of
from models.errors import Unready
from models.session import one_at_a_time

# Workers that start together must not both store the skills. Any number will do, if it is ours alone.
SKILLS_LOCK = 7_203_414
NOT_STORED = "The skills are not stored yet: start a worker, which does it, and try again."


class Skill(Base):
    """A skill of the taxonomy."""

    __tablename__ = "skills"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    group: Mapped[str] = mapped_column("group_name", String(80))


def load(connection: Connection, skills: Sequence[Json]) -> None:
    """Store skills (`id`, `name`, `group_name`): those that are new, and those that have changed."""
    one_at_a_time(connection, SKILLS_LOCK)
    table = table_of(Skill)
    stored = {row.id: dict(row._mapping) for row in connection.execute(select(table))}
    fresh = [skill for skill in skills if skill["id"] not in stored]
    if fresh:
        connection.execute(insert(table), fresh)
    for skill in skills:
        if skill != stored.get(skill["id"], skill):
            connection.execute(update(table).where(table.c.id == skill["id"]).values(skill))


def names_of(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The names of those of the ids that are known. Raises Unready where no skill is stored yet."""
    rows = session.execute(select(Skill.id, Skill.name).where(Skill.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    if not names:
        _check_stored(session)
    return names


def search(session: Session, text: str, after: str | None, limit: int) -> list[Skill]:
    """Up to `limit` skills whose name or id holds the text, by name, after the one with that name."""
    query = select(Skill).order_by(Skill.name).limit(limit)
    if text:
        wanted = text.lower()
        query = query.where(
            or_(
                func.lower(Skill.name).contains(wanted, autoescape=True),
                Skill.id.contains(wanted, autoescape=True),
            )
        )
    if after is not None:
        query = query.where(Skill.name > after)
    found = list(session.scalars(query))
    if not found:
        _check_stored(session)
    return found


def _check_stored(session: Session) -> None:
    if session.scalar(select(Skill.id).limit(1)) is None:
        raise Unready(NOT_STORED)

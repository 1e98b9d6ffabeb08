"""Which worker processes live: each writes its name and the time every few seconds."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, String, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, table_of, utcnow

# A worker writes every ten seconds; one that has missed five of those is away.
ALIVE = timedelta(minutes=1)
# A killed worker removes no row of its own; the others do, when nobody asks about it any more.
KEPT = timedelta(hours=1)


class WorkerSeen(Base):
    """A worker process and its last sign of life."""

    __tablename__ = "workers_seen"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)


_seen = table_of(WorkerSeen)


def show(connection: Connection, name: str) -> None:
    """Write that this worker lives, and remove those that have been silent for long."""
    now = utcnow()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_seen).values(name=name[:200], seen_at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))
    connection.execute(delete(_seen).where(_seen.c.seen_at < now - KEPT))


def leave(connection: Connection, name: str) -> None:
    """The worker ends: nobody need wait until it counts as silent."""
    connection.execute(delete(_seen).where(_seen.c.name == name[:200]))


def alive(connection: Connection) -> int:
    """How many workers gave a sign of life in the last minute."""
    count = select(func.count()).select_from(_seen).where(_seen.c.seen_at > utcnow() - ALIVE)
    return int(connection.execute(count).scalar_one())

"""Bringing questions into an organisation's library: the job `library_import`, and what it stores."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, update

from models import library, questions
from models.base import Json, new_id, table_of
from models.bulk import insert_rows
from models.questions import NewQuestion
from models.runs import End, Line, Write
from models.task_executions import FAILED, TaskExecution
from workers.bank import new_question
from workers.generation import lint
from workers.generation.brief import Item
from workers.generation.engines import Engine
from workers.generation.library.files import BadLibrary, parsed
from workers.generation.lint import Finding
from workers.generation.tools import GenerationFailed
from workers.run import Run

COMPLETED = "Questions imported successfully"
REFUSED = "The file has problems, and nothing was imported"
GONE = GenerationFailed("FILE_GONE", "The file is kept until its import ends, and no longer; send it again.")
# Whoever has more of them to mend begins with these.
MOST_TOLD = 200


@dataclass(frozen=True)
class Imported:
    """How many questions were stored, and how many the organisation had already."""

    fresh: int
    known: int


@dataclass(frozen=True)
class _Looked:
    """What a file came to: its items, each with what the rules find in it, or why there are none."""

    items: list[tuple[Item, list[Finding]]]
    problems: list[Json]


async def import_library(run: Run, engine: Engine) -> None:  # noqa: ARG001 - as every job's
    """Check a file, and store all of its questions or none.

    The brief is `{"file", "text", "takes_flawed"}`; the text goes from it when the job ends.
    """
    brief = run.job.brief
    if not brief["text"]:
        raise GONE
    with run.stage("check"):
        looked = await asyncio.to_thread(_look, brief["text"], brief["takes_flawed"])
    if looked.problems:
        await run.write(_refusal(run, looked.problems))
        return

    def store(connection: Connection) -> Json:
        _forget(connection, run)
        done = stored(connection, run.job.organization_id, looked.items)
        flawed = sum(bool(found) for _, found in looked.items)
        return {"imported": done.fresh, "known": done.known, "flawed": flawed, "problems": []}

    await run.write(Write(run.claim, line=Line(COMPLETED, 1.0), work=store))


def _refusal(run: Run, problems: list[Json]) -> Write:
    count = len(problems)
    told = "1 problem" if count == 1 else f"{count} problems"
    error = {"code": "LIBRARY_REFUSED", "message": f"The file has {told}; nothing was imported."}
    result = {"imported": 0, "known": 0, "found": count, "problems": problems[:MOST_TOLD]}
    return Write(
        run.claim,
        line=Line(REFUSED),
        end=End(FAILED, result=result, error=error),
        work=lambda connection: _forget(connection, run),
    )


def _forget(connection: Connection, run: Run) -> Json:
    """Take the text from the brief: what of it is wanted is stored now."""
    table = table_of(TaskExecution)
    brief = {**run.job.brief, "text": ""}
    connection.execute(update(table).where(table.c.id == run.claim.execution_id).values(brief=brief))
    return {}


def _look(text: str, takes_flawed: bool) -> _Looked:
    try:
        items = [(item, line, lint.flaws(item)) for item, line in parsed(text)]
    except BadLibrary as error:
        return _Looked([], [vars(one) for one in error.problems])
    flaws = [
        {"message": f"{flaw.code}: {flaw.message}", "line": line, "item": item.library_id, "field": None}
        for item, line, found in items
        for flaw in found
    ]
    return _Looked([(item, found) for item, _, found in items], [] if takes_flawed else flaws)


def stored(
    connection: Connection, organization_id: str, items: Sequence[tuple[Item, list[Finding]]]
) -> Imported:
    """Store the items that the organisation has not got yet, each with what was found in it."""
    known = library.known_fingerprints(connection, organization_id)
    rows: list[tuple[str, NewQuestion]] = []
    for item, found in items:
        fingerprint = questions.fingerprint(item.stem, item.code)
        if fingerprint not in known:
            known.add(fingerprint)
            rows.append((new_id(), _imported(item, organization_id, found)))
    insert_rows(connection, questions.rows_of(rows))
    return Imported(len(rows), len(items) - len(rows))


def _imported(item: Item, organization_id: str, found: Sequence[Finding]) -> NewQuestion:
    """The item as the organisation's own: it may have the id of a shipped one."""
    provenance: dict[str, Any] = {
        "engine": "import",
        "library_id": item.library_id,
        "source": item.provenance["source"],
    }
    if found:
        provenance["lint"] = [vars(one) for one in found]
    question = new_question(item, organization_id)
    return replace(question, library_id=None, is_kept=True, source="import", provenance=provenance)

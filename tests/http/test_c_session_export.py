"""Sessions as CSV: a row each, no cell a formula, a page at a time."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import insert, update

from models import CandidateKey, CandidateSession
from models.base import new_id
from models.session import Database
from tests.conftest import Account
from tests.contract.candidate_sessions import (
    SESSIONS,
    Known,
    known_assessment,
    sat,
    shown,
    taker,
    values_of,
)
from tests.contract.checked import CheckedClient


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


def exported(client: CheckedClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{SESSIONS}.csv{query}")
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode(), newline="")))


def test_sessions_are_exported_a_row_each(
    app: Flask, client: CheckedClient, database: Database, account: Account, known: Known
) -> None:
    one = taker(app, client, known.id, candidateEmails=["zoë@example.com"], candidateNames=['Zoë, "Z"'])
    one.save(known.answers("111111"))
    one.submit()
    taker(app, client, known_assessment(database, account.organization_id).id)
    told = shown(client, one.session_id)
    [row] = exported(client, f"?assessmentId={known.id}")
    assert row == {
        "id": one.session_id,
        "assessmentId": known.id,
        "candidateEmail": "zoë@example.com",
        "candidateName": 'Zoë, "Z"',
        "status": "scored",
        "score": "100",
        "passed": "true",
        "cutoff": "50",
        "startedAt": told["startedAt"],
        "submittedAt": told["submittedAt"],
        "submittedBy": "candidate",
        "mode": "live",
    }
    assert [row["status"] for row in exported(client)] == ["in_progress", "scored"]
    [begun] = exported(client, "?status=in_progress")
    assert (begun["score"], begun["passed"], begun["submittedAt"], begun["candidateName"]) == ("", "", "", "")
    assert client.get(f"{SESSIONS}.csv?assessmentId={new_id()}").status_code == 404


def test_an_export_of_nothing_has_its_header(client: CheckedClient) -> None:
    assert client.get(f"{SESSIONS}.csv").text == (
        "id,assessmentId,candidateEmail,candidateName,status,score,passed,cutoff,"
        "startedAt,submittedAt,submittedBy,mode\r\n"
    )


@pytest.mark.parametrize(("name", "cell"), [
    ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+1", "'+1"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("＝1", "'＝1"), ("a=1", "a=1"), ("O'Neil", "O'Neil"),
    ("two\nlines", "two\nlines"),
])  # fmt: skip
def test_no_cell_is_a_formula(
    client: CheckedClient, database: Database, known: Known, name: str, cell: str
) -> None:
    [one] = sat(database, known, "111111")
    with database.write() as session:
        key_id = session.get_one(CandidateSession, one).key_id
        session.execute(update(CandidateKey).where(CandidateKey.id == key_id).values(candidate_name=name))
    assert [row["candidateName"] for row in exported(client)] == [cell]


def many(database: Database, known: Known, count: int) -> None:
    """So many sessions that have begun at one moment."""
    [first] = sat(database, known, "111111")
    with database.write() as session:
        taken = session.get_one(CandidateSession, first)
        key = session.get_one(CandidateKey, taken.key_id)
        keys = [(new_id(), new_id()) for _ in range(count - 1)]
        plain = values_of(key)
        rows = [{**plain, "id": one, "prefix": one[-10:]} for one, _ in keys]
        session.execute(insert(CandidateKey), rows)
        plain = values_of(taken)
        session.execute(insert(CandidateSession), [{**plain, "id": two, "key_id": one} for one, two in keys])


def test_an_export_is_streamed_in_pages(
    client: CheckedClient, database: Database, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.sessions_v1.EXPORTED_AT_ONCE", 100)
    many(database, known, 250)
    answer = client.get(f"{SESSIONS}.csv", buffered=False)
    pieces = [bytes(piece).decode() for piece in answer.response]
    answer.close()
    # The header, then a page each.
    assert [len(piece.splitlines()) for piece in pieces] == [1, 100, 100, 50]
    assert len({line.split(",")[0] for line in "".join(pieces).splitlines()} - {"id"}) == 250

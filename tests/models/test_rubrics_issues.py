"""Rules of rubrics, issues and invitations that need no wire: ids, difficulty, what is put twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models import Assessment, CandidateKey, OssIssue, Rubric, invitations, oss_issues, rubrics, tasks
from models.base import Json, new_id
from models.errors import InvalidInput, NotFound
from models.invitations import Candidate
from models.organizations import Caller
from models.oss_issues import EASY, HARD, MEDIUM, Wanted, estimated_difficulty
from models.rubrics import numbered
from models.session import Database
from models.tasks import NewTask
from tests.jobs import organization, standing_clock
from tests.sittings import key_of_text
from tests.stack import until

SECRET = b"for-tests-only"
URL = "https://a.example/o/r/issues/1"
WORDS = "word " * 100
LONG = "word " * 400
LEVELS: list[Json] = [{"level": 0, "label": "No"}, {"level": 1, "label": "Yes"}]


def criterion(name: str, **more: Any) -> Json:
    return {"name": name, "description": "", "weight": 1, "levels": LEVELS, **more}


# labels, text, comments -> difficulty
DIFFICULTY = [
    ((), "", 0, EASY),
    ((), "Fix the typo.", 0, EASY),
    ((), "Fix the typo.", 1, MEDIUM),
    ((), WORDS, 0, MEDIUM),
    ((), WORDS, 14, MEDIUM),
    ((), WORDS, 15, HARD),
    ((), LONG, 0, HARD),
    (("good first issue",), LONG, 99, EASY),
    (("Good-First-Issue",), LONG, 0, EASY),
    (("E-easy",), LONG, 0, EASY),
    (("difficulty: easy",), LONG, 0, EASY),
    (("difficulty/hard",), "", 0, HARD),
    (("level:beginner",), LONG, 0, EASY),
    (("hard", "easy"), "", 0, HARD),
    (("E-hard",), "", 0, HARD),
    (("security",), "", 0, HARD),
    (("security", "good first issue"), LONG, 0, EASY),
    # Words within words tell nothing.
    (("hardware",), "", 0, EASY),
    (("uneasy", "difficulty: unknown"), WORDS, 0, MEDIUM),
    (("topic: uneasiness",), LONG, 0, HARD),
]


@pytest.mark.parametrize(("labels", "body", "comments", "expected"), DIFFICULTY)
def test_difficulty_is_what_the_labels_say_else_how_much_there_is_to_read(
    labels: tuple[str, ...], body: str, comments: int, expected: str
) -> None:
    assert estimated_difficulty(labels, body, comments) == expected


# criteria before, criteria wanted -> of each wanted one the id it keeps; None for a new one
BEFORE = [criterion("A", id="a"), criterion("B", id="b")]
KEPT: dict[str, tuple[list[Json], list[Json], list[str | None]]] = {
    "all are new": ([], [criterion("A"), criterion("B")], [None, None]),
    "by their names": (BEFORE, [criterion("B"), criterion("A")], ["b", "a"]),
    "one is new": (BEFORE, [criterion("A"), criterion("C")], ["a", None]),
    "renamed under its id": (BEFORE, [criterion("C", id="a"), criterion("B")], ["a", "b"]),
    "names changed places": (BEFORE, [criterion("B", id="a"), criterion("A", id="b")], ["a", "b"]),
    "a name whose id another one took": (BEFORE, [criterion("C", id="a"), criterion("A")], ["a", None]),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_criterion_keeps_its_id_by_its_id_or_else_its_name(case: str) -> None:
    before, wanted, expected = KEPT[case]
    found = numbered(wanted, before)
    assert [one["id"] if one["id"] in ("a", "b") else None for one in found] == expected
    assert len({one["id"] for one in found}) == len(found)
    assert [{**one, "id": None} for one in found] == [{**one, "id": None} for one in wanted]


@pytest.mark.parametrize("ids", [("x", None), ("a", "a"), ("b", "B")])
def test_an_id_that_was_not_there_or_comes_twice_is_refused(ids: tuple[str | None, ...]) -> None:
    wanted = [criterion(name, **({"id": one} if one else {})) for name, one in zip("AB", ids, strict=True)]
    with pytest.raises(InvalidInput):
        numbered(wanted, BEFORE)


def test_only_what_differs_makes_a_new_version(shared: Database) -> None:
    with shared.write() as session:
        made = rubrics.create(session, organization(shared), "R", "", [criterion("A")])
        before = made.criteria
    with shared.write() as session:
        found = Rubric.held(session, made.organization_id, made.id)
        found.change(name="R", criteria=[criterion("A")])
        assert (found.version, found.criteria) == (1, before)
        found.change(criteria=[criterion("A", weight=2)])
        assert (found.version, found.criteria[0]["id"]) == (2, before[0]["id"])
    with shared.read() as session:
        again = Rubric.get(session, made.organization_id, made.id)
        assert (again.version, again.criteria[0]["weight"]) == (2, 2)


def test_a_deleted_rubric_is_found_no_more_though_it_was_held_for(shared: Database) -> None:
    owner = organization(shared, f"Acme {new_id()}")
    with shared.write() as session:
        made = rubrics.create(session, owner, "R", "", [criterion("A")])
        made.delete()
    for find in (Rubric.get, Rubric.held):
        with shared.write() as session, pytest.raises(NotFound):
            find(session, owner, made.id)
    with shared.read() as session:
        assert session.get(Rubric, made.id) is not None
        assert Rubric.page(session, owner, None, 100) == []


def test_an_issue_is_put_once_for_each_address_and_organisation(shared: Database) -> None:
    one, other = organization(shared, f"One {new_id()}"), organization(shared, f"Other {new_id()}")
    told = {"title": "T", "body": "", "labels": [], "difficulty": EASY, "repo_url": None, "language": None}
    with standing_clock() as clock, shared.write() as session:
        first, is_new = oss_issues.put(session, one, URL, **told)
        assert is_new
        clock.forward(seconds=1)
        again, is_new = oss_issues.put(
            session, one, "https://a.example/o/r/issues/1", **{**told, "title": "N"}
        )
        assert (again.id, again.title, is_new) == (first.id, "N", False)
        assert again.updated_at == clock.now > again.created_at
        theirs, is_new = oss_issues.put(session, other, URL, **told)
        assert (theirs.id != first.id, is_new) == (True, True)
    with shared.read() as session:
        assert [issue.id for issue in OssIssue.page(session, one, Wanted(), None, 100)] == [first.id]


def test_of_two_that_put_the_same_issue_at_once_the_second_finds_the_first_s(shared: Database) -> None:
    owner = organization(shared, f"Acme {new_id()}")
    told = {"title": "T", "body": "", "labels": [], "difficulty": EASY, "repo_url": None, "language": None}

    def put() -> tuple[str, bool]:
        with shared.write() as session:
            found, is_new = oss_issues.put(session, owner, URL, **told)
            return found.id, is_new

    def is_waiting() -> bool:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with shared.connection() as connection:
            return shared.is_sqlite or connection.exec_driver_sql(query).scalar_one() > 0

    with ThreadPoolExecutor(1) as thread:
        with shared.write() as session:
            first, _ = oss_issues.put(session, owner, URL, **told)
            second = thread.submit(put)
            until(is_waiting, "the second waits for the first")
        assert second.result() == (first.id, False)


def a_task(session: Any, owner: str, **more: Any) -> Assessment:
    values: Json = {
        "name": "T",
        "role": "R",
        "brief": "B",
        "repo_url": None,
        "minutes": None,
        "expires_in_days": 7,
        "issue": None,
        "rubric": None,
    }
    return tasks.create(session, Caller(owner, new_id(), "prefix", "live"), NewTask(**{**values, **more}))


def test_a_task_is_approved_from_the_start_and_has_no_form(shared: Database) -> None:
    with shared.write() as session:
        made = a_task(session, organization(shared))
        assert (made.status, made.approved_by, made.form(session)) == ("approved", "api_key:prefix", None)
        assert (made.total_duration, made.brief) == (0, "B")


def test_a_deletion_revokes_what_is_not_revoked_and_leaves_when_another_was(shared: Database) -> None:
    with standing_clock() as clock, shared.write() as session:
        made = a_task(session, organization(shared))
        issued = invitations.issue(
            session, made, [Candidate(), Candidate("a@b.example")], "test", "me", SECRET
        )
        first, second = (one.key for one in issued)
        invitations.revoke(first)
        earlier = clock.now
        clock.forward(seconds=1)
        invitations.revoke(first)
        invitations.delete(session, made)
        session.flush()
        session.expire_all()
        assert (first.revoked_at, second.revoked_at, made.deleted_at) == (earlier, clock.now, clock.now)
        assert CandidateKey.page(session, made, None, 10) == []


def test_a_key_holds_its_candidate_and_is_found_by_its_text_alone(shared: Database) -> None:
    with shared.write() as session:
        made = a_task(session, organization(shared))
        [issued] = invitations.issue(
            session, made, [Candidate("a@b.example", "A", 25)], "test", "command line", SECRET
        )
        assert issued.text.startswith("ck_test_")
        found = key_of_text(session, issued.text, SECRET)
        assert found is issued.key
        assert (found.candidate_email, found.candidate_name, found.extra_percent) == ("a@b.example", "A", 25)
        assert (found.created_by, found.mode) == ("command line", "test")
        assert key_of_text(session, issued.text, b"another") is None

"""Taking an assessment: what may be done when, who is first, and what is done when the time is up."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import invitations, sittings, taking
from models.assessments import DRAFT, Assessment
from models.base import Json, new_id
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SUBMITTED, CandidateKey, CandidateSession
from models.errors import InvalidInput, NotFound, Refused
from models.session import Database
from models.taking_rules import CALLS, Standing, refusal
from models.task_executions import TASK_SCORING, TaskExecution
from tests.jobs import Clock, everything
from tests.sittings import (
    SECRET_KEY,
    Exam,
    at_once,
    begun,
    change,
    exam,
    key,
    key_row,
    save,
    session_of,
    start,
    submit,
    task,
    versions_of,
)
from workers import queue

# Each state as (what is true in it) -> what is answered to identify, start, read, save, submit.
FRESH, STARTED = Standing(), Standing(has_begun=True)
OK, INVALID, EXPIRED = None, "INVALID_KEY", "KEY_EXPIRED"
NOT_YET, ALREADY, LATE = "SESSION_NOT_STARTED", "ALREADY_SUBMITTED", "TIME_IS_UP"
STATES: dict[str, tuple[Standing, tuple[str | None, ...]]] = {
    "fresh": (FRESH, (OK, OK, NOT_YET, NOT_YET, NOT_YET)),
    "expired before its start": (Standing(is_expired=True), (EXPIRED,) * 5),
    "begun": (STARTED, (OK, OK, OK, OK, OK)),
    "begun, and then expired": (Standing(is_expired=True, has_begun=True), (OK,) * 5),
    "the time is up": (Standing(has_begun=True, is_over=True), (OK, OK, OK, LATE, LATE)),
    "submitted by the deadline": (
        Standing(has_begun=True, is_over=True, is_submitted=True),
        (OK, OK, OK, LATE, LATE),
    ),
    "submitted": (Standing(has_begun=True, is_submitted=True), (OK, OK, OK, ALREADY, ALREADY)),
    "submitted, and then expired": (
        Standing(has_begun=True, is_submitted=True, is_expired=True),
        (OK, OK, OK, ALREADY, ALREADY),
    ),
    "revoked": (Standing(is_revoked=True), (INVALID,) * 5),
    "revoked and expired": (Standing(is_revoked=True, is_expired=True), (INVALID,) * 5),
    "revoked in the session": (Standing(is_revoked=True, has_begun=True), (INVALID,) * 5),
    "revoked after it": (Standing(is_revoked=True, has_begun=True, is_submitted=True), (INVALID,) * 5),
    "revoked, the time is up": (Standing(is_revoked=True, has_begun=True, is_over=True), (INVALID,) * 5),
    "deleted": (Standing(is_deleted=True), (INVALID,) * 5),
    "deleted in the session": (Standing(is_deleted=True, has_begun=True), (INVALID,) * 5),
}


@pytest.mark.parametrize("state", STATES)
def test_each_call_is_answered_by_the_table_of_states(state: str) -> None:
    standing, expected = STATES[state]
    found = [refusal(call, standing) for call in CALLS]
    assert tuple(rule.code if rule else None for rule in found) == expected


# --- start -------------------------------------------------------------------------------------


def test_the_first_start_redeems_the_key_and_the_next_gives_the_same_session(
    shared: Database, clock: Clock
) -> None:
    made = exam(shared)
    key_id, _ = key(shared, made.assessment_id)
    first = start(shared, key_id).session
    redeemed = key_row(shared, key_id)
    clock.forward(minutes=5)
    again = start(shared, key_id).session
    assert (again.id, again.started_at, again.deadline) == (first.id, first.started_at, first.deadline)
    assert (redeemed.status, redeemed.redeemed_at) == ("redeemed", first.started_at)
    assert key_row(shared, key_id).redeemed_at == first.started_at
    kept = (first.status, first.form_id, first.cutoff, first.assessment_version)
    assert kept == (IN_PROGRESS, made.form_id, 50, 1)


def test_many_starts_at_once_make_one_session(shared: Database) -> None:
    key_id, _ = key(shared, exam(shared).assessment_id)
    found = at_once([lambda: start(shared, key_id).session.id] * 20)
    assert len(set(found)) == 1
    assert session_of(shared, key_id).id == found[0]


@pytest.mark.parametrize(
    ("minutes", "extra", "given"),
    [
        (30, 0, timedelta(minutes=30)),
        (30, 25, timedelta(minutes=37, seconds=30)),
        (30, 100, timedelta(hours=1)),
        (1, 33, timedelta(seconds=79, milliseconds=800)),
        (600, 300, timedelta(hours=40)),
        (0, 50, timedelta(days=7)),
    ],
)
def test_the_deadline_is_the_limit_with_the_extra_time_and_without_a_limit_the_end_of_the_key(
    shared: Database, clock: Clock, minutes: int, extra: int, given: timedelta
) -> None:
    made = exam(shared, total_duration=minutes)
    taken = start(shared, key(shared, made.assessment_id, extra_percent=extra)[0]).session
    assert taken.deadline - taken.started_at == given
    assert taken.time_limit == minutes


def test_a_key_that_is_redeemed_in_its_last_second_gives_the_whole_time(
    shared: Database, clock: Clock
) -> None:
    key_id, _ = key(shared, exam(shared).assessment_id)
    clock.forward(days=7, seconds=-1)
    taken = start(shared, key_id).session
    assert taken.deadline - taken.started_at == timedelta(minutes=30)
    clock.forward(seconds=2)
    assert start(shared, key_id).session.id == taken.id


def test_a_key_is_expired_from_its_last_moment_on(shared: Database, clock: Clock) -> None:
    key_id, _ = key(shared, exam(shared).assessment_id)
    clock.forward(days=7)
    before = everything(shared)
    with pytest.raises(Refused) as refused:
        start(shared, key_id)
    assert refused.value.code == EXPIRED
    assert everything(shared) == before


def test_what_nobody_has_approved_is_not_started_where_that_is_asked_for(shared: Database) -> None:
    key_id, _ = key(shared, exam(shared, status=DRAFT).assessment_id)
    with pytest.raises(Refused, match="not approved"), shared.write() as session:
        taking.start(session, key_id, require_approval=True)
    assert key_row(shared, key_id).redeemed_at is None
    assert start(shared, key_id).session.status == IN_PROGRESS


def test_a_key_that_is_revoked_while_it_is_started_is_either_or(shared: Database) -> None:
    key_id, _ = key(shared, exam(shared).assessment_id)

    def revoke() -> str:
        with shared.write() as session:
            invitations.revoke(session.get_one(CandidateKey, key_id, with_for_update=True))
        return "revoked"

    outcomes = at_once([lambda: start(shared, key_id).session.id, revoke])
    with pytest.raises(Refused) as refused:
        start(shared, key_id)
    assert refused.value.code == INVALID
    with shared.read() as session:
        rows = session.scalars(select(CandidateSession).where(CandidateSession.key_id == key_id)).all()
    assert [row.id for row in rows] == [one for one in outcomes if isinstance(one, str) and one != "revoked"]


# --- recognising keys --------------------------------------------------------------------------


def test_a_key_is_recognised_by_its_whole_text_alone(shared: Database) -> None:
    key_id, text = key(shared, exam(shared).assessment_id)
    _, other = key(shared, exam(shared).assessment_id)
    changed = text[:-1] + ("a" if text[-1] != "a" else "b")
    texts = [
        text,
        changed,
        text[:-1],
        text + "a",
        text.replace("ck_live_", "ck_test_"),
        text.replace("ck_", "ak_"),
        text[:18] + other[18:],
        "",
        "ck_live_" + "0" * 42,
    ]
    with shared.read() as session:
        found = sittings.recognise(session, texts, SECRET_KEY)
        assert sittings.recognise(session, [text], b"x" * 32) == [None]
    assert [one.key_id if one else None for one in found] == [key_id] + [None] * 8


# --- submit ------------------------------------------------------------------------------------


def test_fifty_submits_at_once_make_one(shared: Database) -> None:
    made = exam(shared)
    key_id = begun(shared, made.assessment_id)
    found = at_once([lambda: submit(shared, key_id, made.right)] * 50)
    assert Counter(one.code if isinstance(one, Refused) else type(one).__name__ for one in found) == {
        "CandidateSession": 1,
        ALREADY: 49,
    }
    assert session_of(shared, key_id).score == 100
    assert {len(versions) for versions in versions_of(shared, key_id).values()} == {1}


def test_a_submitted_form_is_scored_at_once_with_its_last_answers(shared: Database, clock: Clock) -> None:
    made = exam(shared)
    key_id = begun(shared, made.assessment_id)
    for question_id, wrong in made.wrong.items():
        save(shared, key_id, question_id, wrong)
    clock.forward(minutes=10)
    taken = submit(shared, key_id, made.right)
    assert (taken.status, taken.score, taken.submitted_by) == (SCORED, 100, "candidate")
    assert taken.submitted_at == clock.now
    assert (key_row(shared, key_id).status, key_row(shared, key_id).completed_at) == ("completed", clock.now)


# After a good first answer: another that is none.
BAD: dict[str, Callable[[Exam], tuple[str, Any]]] = {
    "another shape": lambda made: (made.questions["code"], ["a"]),
    "no option": lambda made: (made.questions["code"], "z"),
    "no number": lambda made: (made.questions["number"], "twelve"),
    "an unknown question": lambda made: (new_id(), "a"),
    "no id": lambda made: ("q-1", "a"),
    "a question twice": lambda made: (made.questions["choice"], "a"),
    "a question twice, in capitals": lambda made: (made.questions["choice"].upper(), "a"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_answer_submits_nothing(shared: Database, case: str) -> None:
    made = exam(shared)
    key_id = begun(shared, made.assessment_id)
    answers = [(made.questions["choice"], "a"), BAD[case](made)]
    before = everything(shared)
    with pytest.raises(InvalidInput), shared.write() as session:
        taking.submit(session, key_id, answers, {})
    assert everything(shared) == before


def test_a_form_takes_no_patch_and_a_task_no_answers(shared: Database) -> None:
    made = exam(shared)
    of_form, of_task = begun(shared, made.assessment_id), begun(shared, task(shared, has_rubric=True))
    before = everything(shared)
    for key_id, answers, work in (
        (of_form, {}, {"patch": "+1"}),
        (of_task, made.right, {}),
        (of_task, made.right, {"notes": "Done."}),
        (of_task, {}, {}),
    ):
        with pytest.raises(InvalidInput):
            submit(shared, key_id, answers, **work)
    assert everything(shared) == before


def jobs_of(database: Database, key_id: str) -> list[Json]:
    taken = session_of(database, key_id)
    with database.read() as session:
        rows = session.scalars(select(TaskExecution).where(TaskExecution.type == TASK_SCORING)).all()
        key_row = session.get_one(CandidateKey, key_id)
    mine = [row for row in rows if row.brief["session_id"] == taken.id]
    assert all(row.created_by == f"candidate_key:{key_row.prefix}" for row in mine)
    return [row.brief for row in mine]


def test_a_task_with_a_rubric_is_handed_to_a_job_in_the_same_transaction(shared: Database) -> None:
    key_id = begun(shared, task(shared, has_rubric=True))
    taken = submit(shared, key_id, notes="Done.", patch="+1\n", repo_url="https://git.example.com/mine")
    assert (taken.status, taken.result, taken.score) == (SUBMITTED, None, None)
    assert (taken.notes, taken.patch, taken.repo_url) == ("Done.", "+1\n", "https://git.example.com/mine")
    assert [one["name"] for one in taken.criteria or ()] == ["Tests"]
    assert jobs_of(shared, key_id) == [{"session_id": taken.id}]


def test_a_task_without_a_rubric_waits_for_a_person(shared: Database) -> None:
    key_id = begun(shared, task(shared, has_rubric=False))
    taken = submit(shared, key_id, notes="Done.")
    assert (taken.status, taken.criteria, jobs_of(shared, key_id)) == (IN_REVIEW, None, [])


# --- the time is up ----------------------------------------------------------------------------


def test_the_deadline_itself_is_too_late_and_a_millisecond_before_it_is_not(
    shared: Database, clock: Clock
) -> None:
    made = exam(shared)
    first, *_ = made.right.items()
    key_id = begun(shared, made.assessment_id)
    clock.forward(minutes=30, milliseconds=-1)
    save(shared, key_id, *first)
    clock.forward(milliseconds=1)
    before = everything(shared)
    for call in (lambda: save(shared, key_id, first[0], None), lambda: submit(shared, key_id, made.right)):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == LATE
    assert everything(shared) == before


def test_the_sweep_submits_what_was_saved_in_sessions_whose_time_is_up(
    shared: Database, clock: Clock
) -> None:
    made = exam(shared)
    late, early = begun(shared, made.assessment_id), begun(shared, made.assessment_id, extra_percent=10)
    first, *_ = made.right.items()
    save(shared, late, *first)
    work = begun(shared, task(shared, has_rubric=True))
    clock.forward(minutes=31)
    jobs = queue.close_sessions(shared)
    taken = session_of(shared, late)
    assert (taken.status, taken.score, taken.submitted_by) == (SCORED, 14, "deadline")
    assert taken.submitted_at == taken.deadline == key_row(shared, late).completed_at
    assert session_of(shared, early).status == IN_PROGRESS
    assert session_of(shared, work).status == SUBMITTED
    assert len(jobs) == len(jobs_of(shared, work)) == 1
    assert queue.close_sessions(shared) == []
    for call in (lambda: save(shared, late, *first), lambda: submit(shared, late)):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == LATE


def test_one_session_that_cannot_be_submitted_keeps_no_other_from_it(
    shared: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = exam(shared)
    broken, whole = begun(shared, made.assessment_id), begun(shared, made.assessment_id)
    clock.forward(minutes=30)
    finish, broken_id = taking.finish_overdue, session_of(shared, broken).id

    def failing(session: Any, session_id: str) -> list[str]:
        if session_id == broken_id:
            raise RuntimeError("broken")
        return finish(session, session_id)

    monkeypatch.setattr(taking, "finish_overdue", failing)
    queue.close_sessions(shared)
    assert session_of(shared, whole).status == SCORED
    assert session_of(shared, broken).status == IN_PROGRESS
    assert broken_id in caplog.text
    monkeypatch.undo()
    queue.close_sessions(shared)
    assert session_of(shared, broken).status == SCORED


def test_a_submit_and_the_sweep_at_once_make_one_result(shared: Database, clock: Clock) -> None:
    made = exam(shared)
    keys = [begun(shared, made.assessment_id) for _ in range(5)]
    clock.forward(minutes=30)
    at_once([lambda: queue.close_sessions(shared)] * 4 + [lambda: submit(shared, keys[0], made.right)] * 4)
    assert [session_of(shared, one).score for one in keys] == [0] * 5


def test_a_session_that_was_erased_is_not_submitted(shared: Database, clock: Clock) -> None:
    key_id = begun(shared, exam(shared).assessment_id)
    change(shared, CandidateSession, session_of(shared, key_id).id, erased_at=clock.now)
    clock.forward(minutes=30)
    queue.close_sessions(shared)
    assert session_of(shared, key_id).status == IN_PROGRESS


# --- revoked and deleted -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["the key is revoked", "the assessment is deleted"])
def test_once_revoked_or_deleted_every_call_is_refused_and_nothing_changes(
    shared: Database, how: str
) -> None:
    made = exam(shared)
    first, *_ = made.right.items()
    key_id = begun(shared, made.assessment_id)
    save(shared, key_id, *first)
    with shared.write() as session:
        if how == "the key is revoked":
            invitations.revoke(session.get_one(CandidateKey, key_id))
        else:
            invitations.delete(session, session.get_one(Assessment, made.assessment_id))
    before = everything(shared)
    for call in (
        lambda: start(shared, key_id),
        lambda: save(shared, key_id, first[0], None),
        lambda: submit(shared, key_id, made.right),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == INVALID
    assert everything(shared) == before


def test_a_question_of_another_form_is_not_found(shared: Database) -> None:
    mine, other = exam(shared), exam(shared)
    key_id = begun(shared, mine.assessment_id)
    for unknown in (other.questions["choice"], new_id(), "q-1", "", mine.form_id):
        with pytest.raises(NotFound):
            save(shared, key_id, unknown, "a")
    of_task = begun(shared, task(shared, has_rubric=False))
    with pytest.raises(NotFound):
        save(shared, of_task, mine.questions["choice"], "a")
    assert versions_of(shared, key_id) == {}

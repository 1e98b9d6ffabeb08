"""Random walks through all calls of API B, tokens mixed up on purpose, and what holds after each step."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from werkzeug.test import TestResponse

import migrations
from api import create_app
from models import eligibility
from models.base import new_id, table_of
from models.eligibility import CHANGE
from models.events import Delivery, Event
from models.forms import Form, FormQuestion
from models.idempotency import IdempotentRequest
from models.questions import QuestionKey
from models.session import Database
from models.task_executions import OPEN, TaskExecution
from models.verifications import Attempt, Student, Verification, VerificationSkill
from settings import Settings
from tests.conftest import Account, new_account, settings_for
from tests.contract.checked import CheckedClient, client_of
from tests.contract.jobs import claim, fail
from tests.contract.verifications import (
    ASYNC,
    CHOSEN,
    GENERATE,
    RETAKE,
    SKILLS,
    STEP_1,
    STEP_2,
    STEP_3,
    SUBMIT,
    VERIFICATIONS,
    WANTED,
    Json,
    StudentSession,
    begin_session,
    code_of,
    session_client,
)
from tests.http.test_no_key_leaks import REVEALING, members, strings
from workers.process import WorkerProcess

RUNS, STEPS = 25, 30
# Everything that a call of B may change; a question is never changed, and comes with its form.
TABLES = [
    table_of(model)
    for model in (
        Student, Verification, VerificationSkill, Attempt, Form, FormQuestion, TaskExecution, Event, Delivery,
        IdempotentRequest,
    )
]  # fmt: skip
BODIES: dict[str, list[Json]] = {
    STEP_1: [{"skills": WANTED}, {"skills": [{"skillId": "python"}]}, {"skills": []}],
    STEP_2: [{"verificationMethod": "assessment"}, {"verificationMethod": "human"}],
    STEP_3: [CHOSEN, {"projectIds": ["p1"]}, {"projectIds": ["p9"]}],
}
CALLS = {
    STEP_1: CHANGE,
    STEP_2: CHANGE,
    STEP_3: CHANGE,
    GENERATE: eligibility.GENERATE,
    RETAKE: eligibility.RETAKE,
    SUBMIT: eligibility.SUBMIT,
}
OTHER_S, WRONG, NO, KEY = "another session's", "wrong", "no", "an organisation's"
# What names the session in a body: itself, another, or nothing.
NAMED = st.sampled_from([None, None, None, "itself", "another"])
AT = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3])
DEFECTS = st.sampled_from([None] * 6 + ["less", "other", "twice"])
IDEMPOTENCY = st.sampled_from([None, None, "k1", "k2"])


class World:
    """The product on one SQLite database, for all walks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url)
        migrations.upgrade(self.database)
        self.app: Flask = create_app(settings)
        self.process = WorkerProcess(settings, "walk")

    def close(self) -> None:
        self.process.close()
        self.app.extensions["assessgen"].close()
        self.database.dispose()

    def work(self, job_id: str) -> None:
        self.process.run([job_id])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("walk")
    world = World(settings_for(home, f"sqlite:///{home / 'test.db'}"))
    yield world
    world.close()


class Walk(RuleBasedStateMachine):
    """Students of one organisation, walked at random."""

    world: ClassVar[World]
    reached: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.database = self.world.database
        self.account: Account = new_account(self.database, self.world.settings, f"Acme {new_id()}")
        self.client: CheckedClient = client_of(self.world.app, self.account.key)
        self.sessions: list[StudentSession] = []
        self.erased: set[str] = set()
        self.known: dict[str, tuple[bool, list[Any]]] = {}
        self.bodies: list[Any] = []

    # --- what is looked at -----------------------------------------------------------------------

    def rows(self) -> list[list[Any]]:
        """All rows that a call may change."""
        with self.database.connection() as connection:
            return [list(connection.execute(select(table).order_by(*table.primary_key))) for table in TABLES]

    def attempts(self, student: StudentSession) -> list[Any]:
        table = table_of(Attempt)
        with self.database.connection() as connection:
            query = select(table).where(table.c.verification_id == student.id).order_by(table.c.number)
            return list(connection.execute(query))

    def refusal(self, student: StudentSession, call: str, has_answers: bool = True) -> str | None:
        with self.database.read() as session:
            standing = eligibility.standing_of(session, student.stored(), has_answers)
        rule = eligibility.refusal(call, standing)
        return rule.code if rule else None

    def saw(self, answer: TestResponse) -> TestResponse:
        """Keep what was answered, for the invariants; the client has checked that it is documented."""
        self.bodies.append(answer.get_json())
        self.reached.add(code_of(answer) or str(answer.status_code))
        return answer

    def named(self, student: StudentSession, which: str | None, body: Json) -> Json:
        if which is None:
            return body
        of = student if which == "itself" else self.other(student)
        return {**body, "recordVerificationId": of.record_id}

    def other(self, student: StudentSession) -> StudentSession:
        return next(one for one in self.sessions if one.record_id != student.record_id)

    def post(self, student: StudentSession, path: str, body: Json, which: str | None) -> TestResponse:
        """The session's own call; one that names another, or whose session was erased, changes nothing."""
        is_dead, is_other = student.id in self.erased, which == "another"
        before = self.rows() if is_dead or is_other else None
        answer = self.saw(student.post(path, self.named(student, which, body), **ASYNC))
        if before is not None:
            # An empty set of skills is told before whose it is.
            assert code_of(answer) in (
                {"INVALID_SESSION"} if is_dead else {"VERIFICATION_MISMATCH", "NO_SKILLS"}
            )
            assert self.rows() == before
        return answer

    def may_go_on(self, student: StudentSession, which: str | None) -> bool:
        return student.id not in self.erased and which != "another"

    # --- the calls -------------------------------------------------------------------------------

    @initialize(start=st.sampled_from([StudentSession.steps, StudentSession.ready, StudentSession.failed]))
    def begin(self, start: Callable[[StudentSession], StudentSession]) -> None:
        for number in range(2):
            self.begin_again(number)
        start(self.sessions[0])

    @rule(number=st.integers(0, 1))
    def begin_again(self, number: int) -> None:
        if len(self.sessions) < 4:
            student = begin_session(self.client, self.database, self.world.work, studentId=f"s{number}")
            self.sessions.append(student)

    def pick(self, at: int) -> StudentSession:
        """One of the sessions, the first ones more often."""
        return self.sessions[(at if at < len(self.sessions) else at % 2)]

    @rule(at=AT, path=st.sampled_from(list(BODIES)), choice=st.integers(0, 2), which=NAMED)
    def step(self, at: int, path: str, choice: int, which: str | None) -> None:
        student = self.pick(at)
        body = BODIES[path][choice % len(BODIES[path])]
        refusal = self.refusal(student, CHANGE)
        answer = self.post(student, path, body, which)
        if self.may_go_on(student, which) and answer.status_code in (403, 409):
            assert code_of(answer) == refusal

    @rule(at=AT, path=st.sampled_from([GENERATE, RETAKE]), which=NAMED, leaves=st.booleans())
    def questions(self, at: int, path: str, which: str | None, leaves: bool) -> None:
        student = self.pick(at)
        refusal = self.refusal(student, CALLS[path])
        if leaves:
            answer = self.post(student, path, {}, which)
        else:
            answer = self.saw(student.client.post(path))
            which = None
        if not self.may_go_on(student, which):
            return
        waits = (202, None) if leaves else (504, "GENERATION_TIMEOUT")
        if refusal is not None:
            assert code_of(answer) == refusal
        else:
            assert (answer.status_code, code_of(answer)) in (waits, (200, None))

    @rule(at=AT, right=st.integers(0, 10), which=NAMED, defect=DEFECTS, key=IDEMPOTENCY)
    def submit(self, at: int, right: int, which: str | None, defect: str | None, key: str | None) -> None:
        student = self.pick(at)
        answers = student.with_right(right)
        total, right = len(answers), min(right, len(answers))
        if defect == "less":
            answers = answers[1:]
        elif defect == "other":
            answers = self.other(student).with_right(right)
        elif defect == "twice":
            answers = answers[:1] * len(answers)
        refusal = self.refusal(student, eligibility.SUBMIT, bool(answers))
        made = student.stored().attempts_made
        headers = {"Idempotency-Key": key} if key else {}
        if which == "another" or student.id in self.erased:
            self.post(student, SUBMIT, {"answers": answers}, which)
            return
        answer = self.saw(student.post(SUBMIT, self.named(student, which, {"answers": answers}), **headers))
        if "Idempotent-Replayed" in answer.headers or answer.status_code == 422:
            assert student.stored().attempts_made == made
            return
        if refusal is not None or defect is not None:
            assert answer.status_code in (400, 403, 404, 409)
            assert refusal is None or code_of(answer) == refusal
            assert student.stored().attempts_made == made
            return
        # The contract's own formula, in whole numbers: round half up.
        score = int(right * 100 / total + 0.5)
        result = answer.get_json()["data"]["result"]
        assert (result["score"], result["passed"], result["attemptNumber"]) == (score, score >= 60, made + 1)
        assert (result["correctAnswers"], result["totalQuestions"]) == (right, total)
        last = self.attempts(student)[-1]
        assert (last.number, last.score, last.passed, last.correct) == (made + 1, score, score >= 60, right)

    @rule(at=AT, right=st.integers(0, 10))
    def go_on(self, at: int, right: int) -> None:
        """Take the session to its next state, for chance alone would take long."""
        student = self.pick(at)
        if student.id in self.erased:
            return
        if student.stored().has_open_form:
            self.submit(at, right, None, None, None)
        elif self.refusal(student, CHANGE) is None:
            student.steps()
            student.questions(RETAKE if student.stored().attempts_made else GENERATE)

    @rule(at=st.integers(0, 9), fails=st.sampled_from([False, False, False, True]))
    def job(self, at: int, fails: bool) -> None:
        with self.database.read() as session:
            query = select(TaskExecution.id).where(
                TaskExecution.organization_id == self.account.organization_id, TaskExecution.status.in_(OPEN)
            )
            jobs = list(session.scalars(query.order_by(TaskExecution.created_at)))
        if jobs and fails:
            fail(self.database, claim(self.database, jobs[at % len(jobs)]))
        elif jobs:
            self.world.work(jobs[at % len(jobs)])

    @rule(at=AT, path=st.sampled_from(list(CALLS)), how=st.sampled_from([WRONG, NO, KEY]))
    def with_no_token(self, at: int, path: str, how: str) -> None:
        student = self.pick(at)
        token = {WRONG: student.token[:-1] + "é", NO: None, KEY: self.account.key}[how]
        body: Json = {"answers": student.with_right(10)} if path == SUBMIT else BODIES.get(path, [{}])[0]
        before = self.rows()
        answer = self.saw(session_client(self.world.app, token).post(path, json=body))
        assert code_of(answer) == ("MISSING_VERIFICATION_ID" if how == NO else "INVALID_SESSION")
        assert self.rows() == before

    @rule(at=AT)
    def look(self, at: int) -> None:
        student = self.pick(at)
        before = self.rows()
        for answer in (
            self.client.get(f"{VERIFICATIONS}/{student.record_id}"),
            self.client.get(VERIFICATIONS),
            student.client.get(f"{SKILLS}?search=git"),
            student.client.get(f"{VERIFICATIONS}/{student.record_id}"),
        ):
            self.saw(answer)
        assert self.rows() == before

    @rule(at=AT, sure=st.sampled_from([True, False, False, False, False, False]))
    def erase(self, at: int, sure: bool) -> None:
        student = self.pick(at)
        if not sure:
            return
        answer = self.saw(self.client.delete(f"{VERIFICATIONS}/{student.record_id}"))
        assert answer.status_code == (404 if student.id in self.erased else 200)
        self.erased.add(student.id)
        # What stays of attempts has no questions and may have fewer names.
        self.known.pop(student.id, None)

    # --- what holds after each step ----------------------------------------------------------------

    @invariant()
    def attempts_only_grow_and_a_lock_stays(self) -> None:
        for student in self.sessions:
            stored, attempts = student.stored(), self.attempts(student)
            was_locked, before = self.known.get(student.id, (False, []))
            assert attempts[: len(before)] == before
            assert not was_locked or stored.locked_at is not None
            assert [one.number for one in attempts] == list(range(1, stored.attempts_made + 1))
            assert (stored.locked_at is not None) == any(one.passed for one in attempts)
            assert not any(one.passed for one in attempts[:-1])
            self.known[student.id] = (stored.locked_at is not None, attempts)

    @invariant()
    def each_session_s_rows_agree(self) -> None:
        for student in self.sessions:
            stored = student.stored()
            with self.database.read() as session:
                events = session.scalars(
                    select(Event).where(Event.verification_id == student.id).order_by(Event.id)
                ).all()
                jobs = session.scalars(
                    select(TaskExecution.status).where(TaskExecution.verification_id == student.id)
                ).all()
            assert sum(status in OPEN for status in jobs) <= 1
            if student.id in self.erased:
                assert (stored.form_id, list(events), stored.name) == (None, [], "")
                assert not any(status in OPEN for status in jobs)
                continue
            kinds = [event.type.rpartition(".")[2] for event in events]
            assert (
                kinds
                == ["initiated"][: stored.initiated_at is not None] + ["completed"] * stored.attempts_made
            )
            assert [event.sequence for event in events] == list(range(1, stored.sequence + 1))
            assert stored.form_id is None or stored.form_attempt - stored.attempts_made in (0, 1)

    @invariant()
    def no_form_is_left_behind(self) -> None:
        with self.database.read() as session:
            mine = Form.organization_id == self.account.organization_id
            forms = set(session.scalars(select(Form.id).where(mine)))
        assert forms == {student.stored().form_id for student in self.sessions} - {None}

    @invariant()
    def no_answer_told_a_key(self) -> None:
        bodies, self.bodies = self.bodies, []
        if not bodies:
            return
        ids = [question_id for student in self.sessions for question_id in student.places()]
        with self.database.read() as session:
            keys = session.scalars(select(QuestionKey).where(QuestionKey.question_id.in_(ids))).all()
        secrets = {text for key in keys for text in (key.explanation, *key.misconceptions.values()) if text}
        for body in bodies:
            assert REVEALING & set(members(body)) == set()
            texts = list(strings(body))
            assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def test_whatever_is_called_in_whatever_order_the_rules_hold(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.verification_assessment_v1.LONGEST_WAIT", 0)
    Walk.world = world
    Walk.reached.clear()
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=True,
            # To make a walk shorter takes minutes.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The walks are worth something only where they come through.
    wanted = "200 202 ASSESSMENT_LOCKED ATTEMPT_ALREADY_SUBMITTED VERIFICATION_MISMATCH"
    assert set(wanted.split()) - Walk.reached == set()

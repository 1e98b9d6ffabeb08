"""Verifications as the domain keeps them: ids, tokens, students, and forms that come and go."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from models import verification_forms, verifications
from models.base import new_id, table_of, utcnow
from models.bulk import insert_rows
from models.errors import NotFound, Refused
from models.forms import Form, FormQuestion, Placement, rows_of
from models.organizations import Caller
from models.questions import NewQuestion, Question, QuestionKey
from models.questions import rows_of as question_rows
from models.session import Database
from models.verification_forms import asked_before, delete_form, put, shown, skill_counts
from models.verifications import NewVerification, Student, Verification, VerificationSkill
from tests.jobs import Clock, organization, standing_clock

SECRET = b"for-tests-only-" + b"0" * 32
OPTIONS = ("right", "wrong", "other", "fourth")


def session_of(database: Database, student: str = "", **more: Any) -> tuple[Verification, str]:
    """A session that has begun, and its token."""
    caller = Caller(organization(database), new_id(), "ab12cd34", more.pop("mode", "live"))
    new = NewVerification(
        student=student or new_id(),
        name="Maya",
        email=None,
        phone="123",
        callback_url="https://a.example/x",
        sources=[],
        skills=[{"skill_id": one, "name": one.title(), "proof_urls": []} for one in ("react", "git")],
    )
    with database.write() as session:
        return verifications.create(session, caller, new, SECRET)


def question(number: int, **more: Any) -> NewQuestion:
    values: dict[str, Any] = {
        "skill": "react",
        "skill_name": "React",
        "type": "multiple_choice",
        "difficulty": "entry",
        "cognitive_level": "apply",
        "stem": f"Question {number} {new_id()}?",
        "code": None,
        "code_language": None,
        "options": OPTIONS,
        "misconceptions": ("a", "b", "c"),
        "explanation": "So.",
        "seconds": 30,
        "source": "model",
    }
    return NewQuestion(**{**values, **more})


def stored(database: Database, questions: Sequence[NewQuestion]) -> list[str]:
    """The questions' ids."""
    made = [(new_id(), one) for one in questions]
    with database.transaction() as connection:
        insert_rows(connection, question_rows(made))
    return [question_id for question_id, _ in made]


def form_of(database: Database, ids: Sequence[str]) -> str:
    """A form with these questions."""
    form_id = new_id()
    form = {
        "id": form_id,
        "organization_id": organization(database),
        "seed": 1,
        "language": "en",
        "sections": [{"name": "All", "skills": ["React"], "seconds": 60}],
        "skills": [],
        "blueprint": [],
        "created_at": utcnow(),
    }
    with database.transaction() as connection:
        insert_rows(connection, rows_of(form, [Placement(one, 0, OPTIONS) for one in ids]))
    return form_id


SUBJECTS = {"react": "react", "git": "git"}


def current(database: Database, verification: Verification) -> Verification:
    with database.read() as session:
        return session.get_one(Verification, verification.id)


def left(database: Database, ids: Sequence[str]) -> list[str]:
    """Those of the questions that are stored with their keys; no key is left without its question."""
    with database.read() as session:
        questions = set(session.scalars(select(Question.id).where(Question.id.in_(ids))))
        keys = set(session.scalars(select(QuestionKey.question_id).where(QuestionKey.question_id.in_(ids))))
    assert questions == keys
    return [one for one in ids if one in questions]


def test_an_id_is_read_back_from_the_wire_and_no_other_text_is(shared: Database) -> None:
    made, _ = session_of(shared)
    record_id = made.record_id
    assert record_id == f"ver_live_{made.id.replace('-', '')}"
    mine, bare = made.organization_id, record_id.rpartition("_")[2]
    with shared.read() as session:
        assert Verification.get(session, mine, record_id).id == made.id
        for organization_id, text in (
            (new_id(), record_id),
            (mine, f"ver_test_{bare}"),
            (mine, f"ver_live_{bare.upper()}"),
            (mine, made.id),
            (mine, bare),
            (mine, ""),
            (mine, f"ver_live_{bare[:-1]}"),
            (mine, f"ver_live_{new_id().replace('-', '')}"),
            (mine, f"ver_live_{'²' * 32}"),
        ):
            with pytest.raises(NotFound):
                Verification.get(session, organization_id, text)


def test_a_token_opens_its_session_alone_and_only_for_forty_days(shared: Database) -> None:
    with standing_clock() as clock:
        (one, token), (_, other) = session_of(shared), session_of(shared)
        with shared.read() as session:
            assert Verification.of_token(session, token, SECRET).id == one.id
            # The letters by which one is found and the rest of the other.
            mixed = token[: len("st_live_") + 10] + other[len("st_live_") + 10 :]
            for wrong in (mixed, token[:-1], token + "x", "", token.replace("live", "test"), token.lower()):
                with pytest.raises(Refused, match="wrong"):
                    Verification.of_token(session, wrong, SECRET)
            with pytest.raises(Refused, match="wrong"):
                Verification.of_token(session, token, b"another secret")
            clock.forward(days=40)
            with pytest.raises(Refused, match="expired"):
                Verification.of_token(session, token, SECRET)


def test_sixteen_at_once_store_a_new_student_once(shared: Database) -> None:
    name, together = new_id(), Barrier(16)
    organization_id = organization(shared)

    def begin() -> str:
        together.wait(20)
        with shared.write() as session:
            return verifications.student_of(session, organization_id, "live", name).id

    with ThreadPoolExecutor(16) as pool:
        found = {done.result() for done in [pool.submit(begin) for _ in range(16)]}
    with shared.read() as session:
        assert list(session.scalars(select(Student.id).where(Student.external_id == name))) == list(found)


def test_a_student_of_test_mode_is_another(shared: Database) -> None:
    (live, _), (test, _) = session_of(shared, "s"), session_of(shared, "s", mode="test")
    assert live.student_id != test.student_id


def test_verifications_of_one_moment_are_paged_without_a_gap(shared: Database, clock: Clock) -> None:
    student = new_id()
    made = sorted((session_of(shared, student)[0].id for _ in range(5)), reverse=True)
    found: list[str] = []
    after = None
    with shared.read() as session:
        while page := Verification.page(session, organization(shared), student, after, 2):
            found += [one.id for one in page]
            after = (page[-1].created_at, page[-1].id)
    assert found == made


def test_a_new_form_takes_the_old_one_s_place_and_shared_questions_stay(shared: Database) -> None:
    made, _ = session_of(shared)
    mine = organization(shared)
    alone, both, kept, shipped = stored(
        shared,
        [
            question(1, organization_id=mine),
            question(2, organization_id=mine),
            question(3, organization_id=mine, is_kept=True),
            question(4, library_id=f"lib-{new_id()}"),
        ],
    )
    old, elsewhere = form_of(shared, [alone, both, kept, shipped]), form_of(shared, [both])
    with shared.write() as session:
        put(session, made.id, 1, old, SUBJECTS)
    assert current(shared, made).has_open_form
    with shared.write() as session:
        session.get_one(Verification, made.id).attempts_made = 1
    [new] = stored(shared, [question(5, organization_id=mine)])
    with shared.write() as session:
        put(session, made.id, 2, form_of(shared, [new]), SUBJECTS)
    assert left(shared, [alone, both, kept, shipped, new]) == [both, kept, shipped, new]
    with shared.read() as session:
        assert session.get(Form, old) is None
        places = select(FormQuestion.question_id).where(FormQuestion.form_id == elsewhere)
        assert list(session.scalars(places)) == [both]
        assert [one.question.id for one in shown(session, current(shared, made))] == [new]


# attempts made, the attempt of the open form (0 for none), the attempt it is made for -> may it come
@pytest.mark.parametrize(
    ("made", "form", "for_attempt", "is_due"),
    [
        (0, 0, 1, True),
        (0, 0, 2, False),
        (0, 1, 1, False),
        (1, 1, 1, False),
        (1, 1, 2, True),
        (1, 2, 2, False),
        (1, 1, 3, False),
    ],
)
def test_a_form_comes_only_for_the_attempt_that_waits_for_one(
    shared: Database, made: int, form: int, for_attempt: int, is_due: bool
) -> None:
    verification, _ = session_of(shared)
    old, new = (form_of(shared, stored(shared, [question(n)])) for n in range(2))
    with shared.write() as session:
        row = session.get_one(Verification, verification.id)
        row.attempts_made, row.form_attempt, row.form_id = made, form, old if form else None
    if is_due:
        with shared.write() as session:
            put(session, verification.id, for_attempt, new, SUBJECTS)
        assert current(shared, verification).form_id == new
        return
    with pytest.raises(NotFound), shared.write() as session:
        put(session, verification.id, for_attempt, new, SUBJECTS)
    assert current(shared, verification).form_id == (old if form else None)


def test_an_erased_verification_takes_no_form(shared: Database) -> None:
    verification, _ = session_of(shared)
    with shared.write() as session:
        session.get_one(Verification, verification.id).erased_at = utcnow()
    form_id = form_of(shared, stored(shared, [question(1)]))
    with pytest.raises(NotFound), shared.write() as session:
        put(session, verification.id, 1, form_id, SUBJECTS)


def test_what_is_remembered_of_a_question_names_no_work_of_the_person(shared: Database) -> None:
    student = new_id()
    (one, _), (other, _), (stranger, _) = (session_of(shared, who) for who in (student, student, new_id()))
    provenance = {"base_stem": "Which hook?", "made_of": "lib-7"}
    plain = question(1, stem="Of “Shop”: which hook?", provenance=provenance)
    model = question(2, source="item_model", provenance={"model": "js.sort"}, code="x")
    ids = stored(shared, [plain, model])
    with shared.write() as session:
        put(session, one.id, 1, form_of(shared, ids), SUBJECTS)
    with shared.read() as session:
        for mine in (one, other):
            first, second = asked_before(session, session.get_one(Verification, mine.id))
            assert first == {
                "skill": "react",
                "stem": "Which hook?",
                "code": None,
                "right": ["right"],
                "family": None,
                "made_of": "lib-7",
            }
            assert (second["family"], second["made_of"], second["code"]) == ("js.sort", ids[1], "x")
        assert asked_before(session, session.get_one(Verification, stranger.id)) == []


def test_counts_are_by_what_the_questions_are_filed_under() -> None:
    skills = [
        VerificationSkill(skill_id=skill_id, name=skill_id.title(), subject=subject)
        for skill_id, subject in (("s1", "react"), ("s2", "git"), ("s3", None), ("s4", "react"))
    ]
    # Whether it was right, and whether it stood in from a near skill.
    answered = {"react": [(True, False), (False, True), (True, True)], "git": [(False, False)]}
    found = [
        (one["skillId"], one["correct"], one["total"], one["stand_ins"])
        for one in skill_counts(skills, answered)
    ]
    assert found == [("s1", 2, 3, 2), ("s2", 0, 1, 0), ("s3", 0, 0, 0), ("s4", 2, 3, 2)]


def test_deleting_a_form_twice_does_no_harm(shared: Database) -> None:
    form_id = form_of(shared, stored(shared, [question(1)]))
    for _ in range(2):
        with shared.write() as session:
            delete_form(session, form_id)


def test_two_calls_at_once_begin_one_job(shared: Database) -> None:
    made, _ = session_of(shared)
    with shared.write() as session:
        row = session.get_one(Verification, made.id)
        row.method, row.sources = "assessment", [{"id": "p1", "kind": "project", "is_chosen": True}]
    together = Barrier(8)

    def begin() -> tuple[str | None, bool]:
        together.wait(20)
        with shared.write() as session:
            begun = verification_forms.begin(session, made.id, "generate", "ak", lambda *_: 7)
        return begun.execution_id, begun.is_new

    with ThreadPoolExecutor(8) as pool:
        found = [done.result() for done in [pool.submit(begin) for _ in range(8)]]
    assert len({job_id for job_id, _ in found}) == 1
    assert sorted(is_new for _, is_new in found) == [False] * 7 + [True]


def test_the_stored_expiry_is_forty_days_after_the_beginning(shared: Database, clock: Clock) -> None:
    made, _ = session_of(shared)
    assert current(shared, made).token_expires_at == clock.now + timedelta(days=40)
    assert table_of(Verification).c.token_prefix.unique

"""The three steps of a session, and whose token may take them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from models.base import new_id
from models.organizations import TEST
from models.session import Database
from settings import Settings
from tests.conftest import Account, new_account
from tests.contract.checked import client_of
from tests.contract.jobs import claim, fail
from tests.contract.stored import changeable
from tests.contract.verifications import (
    CHOSEN,
    GENERATE,
    RETAKE,
    SESSION_CALLS,
    STEP_1,
    STEP_2,
    STEP_3,
    SUBMIT,
    VERIFY,
    WANTED,
    Begin,
    Json,
    StudentSession,
    begin_session,
    refused,
    session_client,
)
from tests.jobs import standing_clock

SKILLS: Json = {"skills": WANTED}
METHOD: Json = {"verificationMethod": "assessment"}
BODIES: dict[str, Json | None] = {
    STEP_1: SKILLS,
    STEP_2: METHOD,
    STEP_3: CHOSEN,
    GENERATE: {},
    SUBMIT: {"answers": []},
    RETAKE: {},
}
Reach = Callable[[StudentSession], StudentSession]


def begun(student: StudentSession) -> StudentSession:
    """A session in which nothing was stored."""
    return student


def with_method(student: StudentSession) -> StudentSession:
    """A session after step 2."""
    assert student.post(STEP_2, METHOD).status_code == 200
    return student


def skill(number: int) -> Json:
    return {"skillId": f"skill_{number}", "name": f"Skill {number}"}


def stored(student: StudentSession) -> Json:
    """What the steps have stored."""
    with student.database.read() as session:
        row = student.stored()
        return {
            "skills": [(one.skill_id, one.name, one.proof_urls) for one in row.skills(session)],
            "method": row.method,
            "sources": [one["id"] for one in row.chosen],
        }


NOT_THERE = "INVALID_DATA_FORMAT"
URL = "https://example.com/repo"
# case: (step, body, code, the session before it)
REFUSED: dict[str, tuple[str, Any, str, Reach]] = {
    "no skills": (STEP_1, {"skills": []}, "NO_SKILLS", begun),
    "skills left out": (STEP_1, {}, NOT_THERE, begun),
    "skills null": (STEP_1, {"skills": None}, NOT_THERE, begun),
    "a skill twice": (STEP_1, {"skills": [skill(1), skill(1)]}, "DUPLICATE_SKILLS_IN_BUNDLE", begun),
    "eleven skills": (STEP_1, {"skills": [skill(n) for n in range(11)]}, "MAX_SKILLS_PER_SOURCE", begun),
    "eleven, one twice": (
        STEP_1,
        {"skills": [skill(n // 2) for n in range(11)]},
        "DUPLICATE_SKILLS_IN_BUNDLE",
        begun,
    ),
    "an unknown skill without a name": (
        STEP_1,
        {"skills": [{"skillId": "nope"}]},
        "INVALID_SKILL_IDS",
        begun,
    ),
    "an unknown skill with a blank name": (
        STEP_1,
        {"skills": [{"skillId": "nope", "name": "  "}]},
        "INVALID_SKILL_IDS",
        begun,
    ),
    "a proof that is no URL": (STEP_1, {"skills": [{**skill(1), "proofUrls": ["x"]}]}, NOT_THERE, begun),
    "a proof that runs": (
        STEP_1,
        {"skills": [{**skill(1), "proofUrls": ["javascript:x"]}]},
        NOT_THERE,
        begun,
    ),
    "a skill that is none": (STEP_1, {"skills": ["react"]}, NOT_THERE, begun),
    "an unknown field": (STEP_1, {**SKILLS, "skill": 1}, NOT_THERE, begun),
    "another method": (STEP_2, {"verificationMethod": "oracle"}, NOT_THERE, begun),
    "no method": (STEP_2, {}, NOT_THERE, begun),
    "sources before the method": (STEP_3, CHOSEN, "VERIFICATION_METHOD_NOT_SET", begun),
    "no sources before the method": (STEP_3, {}, "VERIFICATION_METHOD_NOT_SET", begun),
    "no sources": (STEP_3, {}, "NO_DATA", with_method),
    "empty lists": (STEP_3, {"projectIds": [], "credentialIds": []}, "NO_DATA", with_method),
    "an unknown project": (STEP_3, {"projectIds": ["p1", "p9"]}, NOT_THERE, with_method),
    "a job for a project": (STEP_3, {"projectIds": ["w1"]}, NOT_THERE, with_method),
    "a list that is none": (STEP_3, {"projectIds": "p1"}, NOT_THERE, with_method),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_step_that_is_refused_says_why_and_stores_nothing(begin: Begin, case: str) -> None:
    path, body, code, reach = REFUSED[case]
    student = reach(begin())
    before = stored(student)
    refused(student.post(path, body), 400, code)
    assert stored(student) == before


@pytest.mark.parametrize("path", [STEP_1, STEP_2, STEP_3])
def test_a_step_needs_a_body_and_its_type(begin: Begin, path: str) -> None:
    student = begin()
    refused(student.post(path), 415, "UNSUPPORTED_MEDIA_TYPE")
    refused(student.client.post(path, content_type="application/json"), 400, "INVALID_DATA_FORMAT")
    refused(student.client.post(path, data=b"[", content_type="application/json"), 400, "INVALID_DATA_FORMAT")
    big = b'{"x": "' + b"x" * 2**20 + b'"}'
    refused(student.client.post(path, data=big, content_type="application/json"), 413, "BODY_TOO_LARGE")


def test_the_steps_say_what_they_have_stored(begin: Begin) -> None:
    student = begin()
    ids = {"recordVerificationId": student.record_id, "recordUserId": student.data["recordUserId"]}
    one = student.post(STEP_1, {**ids, "skills": [{"skillId": "react", "proofUrls": [URL]}, skill(7)]})
    two = student.post(STEP_2, {**ids, **METHOD})
    three = student.post(
        STEP_3, {"sessionToken": student.token, "workExperienceIds": ["w1"], "projectIds": ["p1"]}
    )
    assert [answer.get_json()["message"] for answer in (one, two, three)] == [
        "Skills stored successfully",
        "Verification method stored successfully",
        "Verification items stored successfully",
    ]
    pending = {"verified": False, "status": "pending", "verifiedAt": None, "verifiedBy": None}
    assert one.get_json()["data"]["skills"] == [
        {"skillId": "react", "name": "React", **pending},
        {"skillId": "skill_7", "name": "Skill 7", **pending},
    ]
    assert two.get_json()["data"]["verificationMethod"] == "assessment"
    assert three.get_json()["data"] == {
        "recordVerificationId": student.record_id,
        "projectIds": ["p1"],
        "workExperienceIds": ["w1"],
        "credentialIds": [],
    }
    assert stored(student)["skills"] == [("react", "React", [URL]), ("skill_7", "Skill 7", [])]


def test_a_step_taken_again_replaces_what_it_had_stored(begin: Begin) -> None:
    student = begin(skillIds=["git"]).steps()
    assert [one[0] for one in stored(student)["skills"]] == ["react", "skill_001"]
    ten = [skill(number) for number in range(10)]
    student.steps(skills=ten, method="human", chosen={"credentialIds": ["c1"]})
    assert stored(student) == {
        "skills": [(one["skillId"], one["name"], []) for one in ten],
        "method": "human",
        "sources": ["c1"],
    }
    student.steps(skills=[skill(9), skill(0)])
    assert [one[0] for one in stored(student)["skills"]] == ["skill_9", "skill_0"]


# --- when ----------------------------------------------------------------------------------------

OTHERS: dict[str, Json] = {
    STEP_1: {"skills": [{"skillId": "git"}]},
    STEP_2: {"verificationMethod": "human"},
    STEP_3: {"projectIds": ["p1"]},
}


def generating(student: StudentSession) -> StudentSession:
    """A session whose questions are being made."""
    student.steps().begin_job()
    return student


def retaking(student: StudentSession) -> StudentSession:
    """A session whose second questions are being made."""
    student.failed().begin_job(RETAKE)
    return student


def retaken(student: StudentSession) -> StudentSession:
    """A session with second questions that wait for answers."""
    student.failed().retake()
    return student


def given_up(student: StudentSession) -> StudentSession:
    """A session whose questions could not be made."""
    fail(student.database, claim(student.database, student.steps().begin_job()))
    return student


BUSY, LOCKED = (409, "ASSESSMENT_IN_PROGRESS"), (403, "ASSESSMENT_LOCKED")
WHEN: dict[str, tuple[Reach, tuple[int, str] | None]] = {
    "before": (StudentSession.steps, None),
    "generating": (generating, BUSY),
    "open form": (StudentSession.ready, BUSY),
    "failed": (StudentSession.failed, None),
    "generation failed": (given_up, None),
    "retake generating": (retaking, BUSY),
    "open retake": (retaken, BUSY),
    "passed": (StudentSession.passed, LOCKED),
}


@pytest.mark.parametrize("when", WHEN)
def test_what_questions_were_made_for_stays_until_they_are_answered(begin: Begin, when: str) -> None:
    reach, refusal = WHEN[when]
    student = reach(begin())
    before = stored(student)
    for path in (STEP_1, STEP_2, STEP_3):
        # The same once more is no change.
        assert student.post(path, BODIES[path]).status_code == 200
        assert stored(student) == before
    for path, body in OTHERS.items():
        answer = student.post(path, body)
        if refusal is None:
            assert answer.status_code == 200
        else:
            refused(answer, *refusal)
    assert (stored(student) == before) == (refusal is not None)


def test_the_same_skills_in_another_order_or_under_another_name_are_a_change(begin: Begin) -> None:
    student = begin().ready()
    refused(student.post(STEP_1, {"skills": WANTED[::-1]}), *BUSY)
    refused(student.post(STEP_1, {"skills": [WANTED[0], {"skillId": "skill_001", "name": "git"}]}), *BUSY)
    refused(student.post(STEP_1, {"skills": [{**WANTED[0], "proofUrls": [URL]}, WANTED[1]]}), *BUSY)


def test_other_skills_after_a_failed_attempt_are_asked_in_the_retake(begin: Begin) -> None:
    student = begin().failed()
    assert student.post(STEP_1, {"skills": [{"skillId": "python"}]}).status_code == 200
    student.retake()
    data = student.score(10)
    assert [(one["skillId"], one["status"]) for one in data["verifiedSkills"]] == [("python", "verified")]
    with student.database.read() as session:
        first, second = student.stored().attempts(session)
    assert [one["skillId"] for one in first.skills] == ["react", "skill_001"]
    assert [(one["skillId"], one["correct"], one["total"]) for one in second.skills] == [("python", 10, 10)]


# --- whose -------------------------------------------------------------------------------------


@pytest.fixture
def two(begin: Begin) -> tuple[StudentSession, StudentSession]:
    """Two students' sessions, each with questions."""
    return begin().ready(), begin(studentId="other").ready()


def body_for(path: str, student: StudentSession) -> Json:
    """A body that the session itself could send, with its answers where it is to submit."""
    return {"answers": student.with_right(10)} if path == SUBMIT else (BODIES[path] or {})


@pytest.mark.parametrize("path", SESSION_CALLS)
def test_a_body_that_names_another_session_is_refused_and_changes_nothing(
    two: tuple[StudentSession, StudentSession], path: str
) -> None:
    mine, theirs = two
    named = {
        "recordVerificationId": theirs.record_id,
        "recordUserId": theirs.data["recordUserId"],
        **({"sessionToken": theirs.token} if path == STEP_3 else {}),
    }
    body = body_for(path, mine)
    before = changeable(mine.database)
    for name, value in named.items():
        refused(mine.post(path, {**body, name: value}), 403, "VERIFICATION_MISMATCH")
        refused(mine.post(path, {**body, name: "x"}), 403, "VERIFICATION_MISMATCH")
        refused(mine.post(path, {**body, name: ""}), 403, "VERIFICATION_MISMATCH")
        refused(mine.post(path, {**body, name: 7}), 400, "INVALID_DATA_FORMAT")
    assert changeable(mine.database) == before


@pytest.mark.parametrize("path", SESSION_CALLS)
def test_a_token_that_is_not_the_session_s_own_neither_reads_nor_changes_anything(
    app: Flask, account: Account, two: tuple[StudentSession, StudentSession], path: str
) -> None:
    mine, _ = two
    body = body_for(path, mine)
    wrong = {
        "an organisation's key": account.key,
        "one letter more": mine.token + "a",
        "one letter other": mine.token[:-1] + ("a" if mine.token[-1] != "a" else "b"),
        "without its head": mine.token.removeprefix("st_live_"),
        "of another mode": mine.token.replace("st_live_", "st_test_"),
        "its first letters": mine.token[: len("st_live_") + 10],
        "in capitals": mine.token.upper(),
        "the id": mine.record_id,
        "nonsense": "ü",
    }
    before = changeable(mine.database)
    for what, token in wrong.items():
        client = session_client(app)
        answer = client.post(path, json=body, headers={"x-api-key": token})
        assert answer.status_code == 401, what
        refused(answer, 401, "INVALID_SESSION")
        assert mine.record_id not in answer.text
    refused(session_client(app).post(path, json=body), 400, "MISSING_VERIFICATION_ID")
    refused(
        session_client(app).post(path, json=body, headers={"x-api-key": " "}), 400, "MISSING_VERIFICATION_ID"
    )
    assert changeable(mine.database) == before


def test_another_session_s_token_gets_and_answers_only_its_own_questions(
    two: tuple[StudentSession, StudentSession],
) -> None:
    mine, theirs = two
    assert theirs.client.post(GENERATE).get_json()["data"]["recordVerificationId"] == theirs.record_id
    before = changeable(mine.database)
    refused(theirs.submit(mine.with_right(10)), 400, "INVALID_ANSWERS")
    assert changeable(mine.database) == before
    theirs.score(10)
    assert mine.stored().attempts_made == 0
    assert mine.stored().locked_at is None


@pytest.mark.parametrize("path", SESSION_CALLS)
def test_a_token_lives_for_forty_days_to_the_moment(begin: Begin, path: str) -> None:
    with standing_clock() as clock:
        student = begin().ready()
        body = body_for(path, student)
        clock.forward(seconds=3_456_000 - 0.001)
        answer = student.post(path, body)
        assert answer.status_code != 401
        before = changeable(student.database)
        clock.forward(seconds=0.001)
        refused(student.post(path, body), 401, "INVALID_SESSION")
        assert changeable(student.database) == before


def test_a_session_s_token_is_no_organisation_s_key(app: Flask, begin: Begin) -> None:
    student = begin()
    address = f"/api/v1/verifications/{student.record_id}"
    for client in (client_of(app, student.token),):
        refused(client.get(address), 401, "INVALID_API_KEY")
        refused(client.delete(address), 401, "INVALID_API_KEY")
        refused(client.post(VERIFY, json={}), 401, "INVALID_API_KEY")
        assert client.get("/api/v2/assessments").status_code == 401


def test_the_token_may_come_in_any_of_the_three_headers(app: Flask, begin: Begin) -> None:
    student = begin()
    for headers in ({"Authorization": f"Bearer {student.token}"}, {"apiKey": student.token}):
        assert session_client(app).post(STEP_2, json=METHOD, headers=headers).status_code == 200


def test_sessions_of_both_modes_live_beside_each_other(
    app: Flask, begin: Begin, database: Database, settings: Settings
) -> None:
    live = begin()
    key = new_account(database, settings, f"Acme {new_id()}", TEST).key
    test = begin_session(client_of(app, key), database, live.work)
    assert test.data["recordUserId"] != live.data["recordUserId"]
    refused(
        test.post(STEP_2, {**METHOD, "recordVerificationId": live.record_id}), 403, "VERIFICATION_MISMATCH"
    )

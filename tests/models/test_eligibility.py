"""What may be done with a verification in which state: every state by every call."""

from dataclasses import replace

import pytest

from models.eligibility import CALLS, CHANGE, GENERATE, RETAKE, RULES, SUBMIT, Standing, refusal

FRESH = Standing()
WITH_SKILLS = replace(FRESH, has_skills=True)
HUMAN = replace(WITH_SKILLS, method="human")
PREPARED = Standing(method="assessment", has_skills=True, has_sources=True)
OPEN = replace(PREPARED, has_form=True, has_open_form=True)
FAILED = replace(PREPARED, has_form=True, last_passed=False)
PASSED = replace(FAILED, last_passed=True)
STATES: dict[str, Standing] = {
    "fresh": FRESH,
    "skills only": WITH_SKILLS,
    "method human": HUMAN,
    "method human, sources chosen": replace(HUMAN, has_sources=True),
    "method assessment": replace(WITH_SKILLS, method="assessment"),
    "skills missing": replace(PREPARED, has_skills=False),
    "sources missing": replace(PREPARED, has_sources=False),
    "ready to generate": PREPARED,
    "generating": replace(PREPARED, is_generating=True),
    "open form": OPEN,
    "failed": FAILED,
    "failed, its retake being made": replace(FAILED, is_generating=True),
    "failed, an open retake": replace(FAILED, has_open_form=True),
    "passed and locked": replace(PASSED, is_locked=True),
    "passed and not locked": PASSED,
}
LOCKED, BUSY, DONE = "ASSESSMENT_LOCKED", "ASSESSMENT_IN_PROGRESS", "ATTEMPT_ALREADY_SUBMITTED"
FIRST, NONE_YET = "NO_PRIOR_ATTEMPT", "NO_QUESTIONS"
NO_METHOD, BY_HAND = "VERIFICATION_NOT_FOUND", "INVALID_VERIFICATION_TYPE"
# state: (change, generate, retake, submit)
TABLE: dict[str, tuple[str | None, str | None, str | None, str | None]] = {
    "fresh": (None, NO_METHOD, "NO_DATA", NONE_YET),
    "skills only": (None, NO_METHOD, "NO_DATA", NONE_YET),
    "method human": (None, BY_HAND, BY_HAND, NONE_YET),
    "method human, sources chosen": (None, BY_HAND, BY_HAND, NONE_YET),
    "method assessment": (None, "NO_DATA", "NO_DATA", NONE_YET),
    "skills missing": (None, "NO_SKILLS", "NO_SKILLS", NONE_YET),
    "sources missing": (None, "NO_DATA", "NO_DATA", NONE_YET),
    "ready to generate": (None, None, FIRST, NONE_YET),
    "generating": (BUSY, None, FIRST, NONE_YET),
    "open form": (BUSY, None, FIRST, None),
    "failed": (None, None, None, DONE),
    "failed, its retake being made": (BUSY, None, None, DONE),
    "failed, an open retake": (BUSY, None, None, None),
    "passed and locked": (LOCKED, LOCKED, LOCKED, LOCKED),
    "passed and not locked": (None, None, "ASSESSMENT_PASSED", DONE),
}
CASES = [
    (state, call, code)
    for state, codes in TABLE.items()
    for call, code in zip((CHANGE, GENERATE, RETAKE, SUBMIT), codes, strict=True)
]
# All rules broken at once; then the first one mended, and the next, until none is broken.
WORST = Standing(
    is_locked=True, method=None, is_generating=True, has_open_form=False, last_passed=None, has_answers=False
)
UNLOCKED = {"is_locked": False}
ORDER: dict[str, list[tuple[str, dict[str, object]]]] = {
    CHANGE: [(LOCKED, UNLOCKED), (BUSY, {"is_generating": False})],
    GENERATE: [
        (LOCKED, UNLOCKED),
        (NO_METHOD, {"method": "human"}),
        (BY_HAND, {"method": "assessment"}),
        ("NO_DATA", {"has_sources": True}),
        ("NO_SKILLS", {"has_skills": True}),
    ],
    RETAKE: [
        (LOCKED, {**UNLOCKED, "method": "human"}),
        (BY_HAND, {"method": "assessment"}),
        ("NO_DATA", {"has_sources": True}),
        ("NO_SKILLS", {"has_skills": True}),
        (FIRST, {"last_passed": True}),
        ("ASSESSMENT_PASSED", {"last_passed": False}),
    ],
    SUBMIT: [
        (LOCKED, UNLOCKED),
        ("MISSING_ANSWERS", {"has_answers": True}),
        (NONE_YET, {"has_form": True}),
        (DONE, {"has_open_form": True}),
    ],
}


def code_of(call: str, standing: Standing) -> str | None:
    """The code with which the call is refused."""
    rule = refusal(call, standing)
    return rule.code if rule else None


def test_the_table_has_every_state_and_every_call() -> None:
    assert list(TABLE) == list(STATES)
    assert set(CALLS) == set(RULES) == set(ORDER) == {CHANGE, GENERATE, RETAKE, SUBMIT}


@pytest.mark.parametrize(
    ("state", "call", "code"), CASES, ids=[f"{call} when {state}" for state, call, _ in CASES]
)
def test_a_call_is_refused_by_the_state(state: str, call: str, code: str | None) -> None:
    assert code_of(call, STATES[state]) == code


@pytest.mark.parametrize("call", CALLS)
def test_of_all_broken_rules_the_first_is_told_session_locked_method_data_skills_attempt(call: str) -> None:
    standing = WORST
    for code, mended in ORDER[call]:
        assert code_of(call, standing) == code
        standing = replace(standing, **mended)
    assert code_of(call, standing) is None


def test_every_rule_of_a_call_is_reached_in_its_order() -> None:
    for call, rules in RULES.items():
        assert [rule.code for rule in rules] == [code for code, _ in ORDER[call]]


@pytest.mark.parametrize("state", [state for state, codes in TABLE.items() if codes[3] is None])
def test_a_submission_without_answers_is_told_so(state: str) -> None:
    assert code_of(SUBMIT, replace(STATES[state], has_answers=False)) == "MISSING_ANSWERS"


def test_every_refusal_says_a_sentence() -> None:
    for rule in {rule for rules in RULES.values() for rule in rules}:
        assert rule.message[0].isupper() or rule.message.startswith("answers")
        assert rule.message.endswith(".")

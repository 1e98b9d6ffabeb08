"""Cohorts and a form's figures from stored sessions: which count, by which answers, erased ones too."""

import random
import statistics
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import Assessment, CandidateKey, CandidateSession, candidate_erasure, cohorts, taking
from models.base import Json, new_id
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SESSION_STATUSES, SUBMITTED
from models.cohorts import Cohort, FormFigures
from models.errors import NotFound
from models.forms import Form, ShownQuestion, questions_of
from models.session import Database
from models.timeline import timeline
from tests.contract.candidate_sessions import Known, known_assessment, sat
from tests.jobs import organization, standing_clock


@pytest.fixture
def owner(shared: Database) -> str:
    return organization(shared, f"Acme {new_id()}")


@pytest.fixture
def known(shared: Database, owner: str) -> Known:
    return known_assessment(shared, owner)


def cohort(database: Database, known: Known, mode: str = "live") -> Cohort:
    with database.read() as session:
        return cohorts.cohort_of(session, session.get_one(Assessment, known.id), mode)


def figures(database: Database, known: Known, mode: str = "live") -> FormFigures:
    with database.read() as session:
        return cohorts.form_figures(session, session.get_one(Assessment, known.id), mode)


def change(database: Database, session_id: str, **values: Any) -> None:
    with database.write() as session:
        session.execute(update(CandidateSession).where(CandidateSession.id == session_id).values(**values))


def questions(database: Database, known: Known) -> list[ShownQuestion]:
    with database.read() as session:
        assessment = session.get_one(Assessment, known.id)
        return questions_of(session, session.get_one(Form, assessment.form_id), with_keys=True)


def at_random(seed: int, count: int) -> list[str]:
    dice = random.Random(seed)
    return ["".join(dice.choice("01-1") for _ in range(6)) for _ in range(count)]


# status -> whether its score counts, whether its answers do
COUNTED = {
    IN_PROGRESS: (False, False),
    SUBMITTED: (False, True),
    IN_REVIEW: (False, True),
    SCORED: (True, True),
}


@pytest.mark.parametrize("status", SESSION_STATUSES)
def test_scores_count_when_they_are_final_and_answers_when_they_are_submitted(
    shared: Database, known: Known, status: str
) -> None:
    sat(shared, known, *["111111"] * 5)
    [one] = sat(shared, known, "000000")
    change(shared, one, status=status)
    has_score, has_answers = COUNTED[status]
    assert cohort(shared, known).statistics.n == 5 + has_score
    assert figures(shared, known).statistics.n == 5 + has_answers


def test_another_assessment_s_sessions_do_not_count(shared: Database, owner: str, known: Known) -> None:
    sat(shared, known_assessment(shared, owner), *["111111"] * 5)
    assert cohort(shared, known).statistics.n == 0
    assert figures(shared, known).statistics.n == 0


def test_each_session_passes_by_the_cutoff_that_it_began_with(shared: Database, known: Known) -> None:
    ids = sat(shared, known, *["111000"] * 5)
    assert cohort(shared, known).pass_rate == 1
    for one in ids[:2]:
        change(shared, one, cutoff=51)
    assert cohort(shared, known).pass_rate == 0.6


@pytest.mark.parametrize("seed", range(2))
def test_figures_of_many_are_those_of_their_answers(shared: Database, known: Known, seed: int) -> None:
    patterns = at_random(seed, 40)
    sat(shared, known, *patterns)
    found = figures(shared, known)
    totals = [pattern.count("1") for pattern in patterns]
    assert [one.question.id for one in found.questions] == [item.id for item in found.statistics.items]
    for place, item in enumerate(found.statistics.items):
        hits = [int(pattern[place] == "1") for pattern in patterns]
        rest = [total - hit for total, hit in zip(totals, hits, strict=True)]
        assert item.n == 40
        assert item.difficulty == pytest.approx(statistics.fmean(hits))
        assert item.discrimination == pytest.approx(statistics.correlation(hits, rest), abs=1e-9)
        assert item.omitted == pytest.approx(sum(one[place] == "-" for one in patterns) / 40)
    shares = found.statistics.items[0].options
    assert shares is not None
    assert sum(shares.values()) + (found.statistics.items[0].omitted or 0) == pytest.approx(1)
    assert sorted(cohort(shared, known).scores) == sorted((200 * one + 6) // 12 for one in totals)


def test_figures_stay_when_candidates_are_erased(shared: Database, owner: str, known: Known) -> None:
    ids = sat(shared, known, *at_random(7, 24))
    before = figures(shared, known).statistics, sorted(cohort(shared, known).scores)
    for one in ids[::2]:
        with shared.write() as session:
            candidate_erasure.erase(session, owner, one)
    assert (figures(shared, known).statistics, sorted(cohort(shared, known).scores)) == before


# place in the form, value -> what stays of it when its session is erased
KEPT: list[tuple[int, Any, Json]] = [
    (0, "a", {"value": "a"}),
    (0, None, {"value": None}),
    (2, ["a", "b"], {"value": ["a", "b"]}),
    (3, ["c", "a", "b"], {"value": ["c", "a", "b"]}),
    (4, "12,5", {"value": None, "was_right": True}),
    (4, 12.45, {"value": None, "was_right": True}),
    (4, "01715550199", {"value": None, "was_right": False}),
    (4, None, {"value": None}),
    (5, " Git STASH.", {"value": None, "was_right": True}),
    (5, "call me", {"value": None, "was_right": False}),
    (5, "", {"value": None, "was_right": False}),
]


@pytest.mark.parametrize(("place", "value", "kept"), KEPT)
def test_of_an_answer_stays_what_says_nothing_of_the_person(
    shared: Database, known: Known, place: int, value: Any, kept: Json
) -> None:
    shown = questions(shared, known)[place]
    stays = cohorts.without_text(shown, {"value": value})
    assert stays == kept
    # Erasing twice, or reading what was erased, says the same.
    assert cohorts.without_text(shown, stays) == kept
    if value is not None:
        assert cohorts.answered_by(shown, stays) == cohorts.answered_by(shown, {"value": value})


def test_only_a_member_of_the_cohort_has_a_rank(shared: Database, owner: str, known: Known) -> None:
    ids = sat(shared, known, "000000", "100000", "110000", "111000", "111100")
    [elsewhere] = sat(shared, known_assessment(shared, owner), "111111")
    [tried] = sat(shared, known, "111111", mode="test")
    found = cohort(shared, known)
    with shared.read() as session:
        assessment = session.get_one(Assessment, known.id)
        members = [cohorts.member(session, assessment, "live", one) for one in ids]
        assert [found.rank_of(one) for one in members] == [10, 30, 50, 70, 90]
        for unknown in (elsewhere, tried, new_id(), "x"):
            with pytest.raises(NotFound):
                cohorts.member(session, assessment, "live", unknown)
        members[0].status = IN_REVIEW
        assert found.rank_of(members[0]) is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_a_timeline_is_the_same_however_it_is_cut(shared: Database, known: Known, limit: int) -> None:
    # All of it at one moment, so that nothing but its kind and number orders it.
    with standing_clock() as clock:
        [one] = sat(shared, known, "110101")
        clock.forward(seconds=1)
    with shared.read() as session:
        taken = session.get_one(CandidateSession, one)
        whole = timeline(session, taken, None, 100)
        found, after = [], None
        while page := timeline(session, taken, after, limit):
            found += page
            after = page[-1].place
    assert found == whole
    assert [event.type for event in whole] == ["started", *["response_saved"] * 6, "submitted", "scored"]


def test_a_session_whose_time_is_over_was_submitted_by_its_deadline(shared: Database, known: Known) -> None:
    with standing_clock() as clock:
        [one] = sat(shared, known, "111111")
        change(shared, one, status=IN_PROGRESS, submitted_at=None, submitted_by=None, result=None, score=None)
        clock.forward(minutes=31)
        with shared.write() as session:
            key = session.get_one(CandidateKey, session.get_one(CandidateSession, one).key_id)
            key.completed_at = None
            taking.finish_overdue(session, one)
        with shared.read() as session:
            taken = session.get_one(CandidateSession, one)
            events = timeline(session, taken, None, 100)
    assert [(event.type, event.data) for event in events[-2:]] == [
        ("submitted", {"by": "deadline"}),
        ("scored", {"score": 100, "passed": True}),
    ]
    assert events[-1].at == taken.started_at + timedelta(minutes=30)

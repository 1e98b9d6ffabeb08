"""A task's result: from levels to percent, what a person must look at, and that a person's word wins."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import scoring_jobs, task_scores
from models.base import Json, new_id, utcnow
from models.candidates import IN_PROGRESS, IN_REVIEW, SCORED, SUBMITTED, CandidateSession
from models.errors import Conflict, InvalidInput, NotFound
from models.session import Database
from models.task_executions import QUEUED, TASK_SCORING
from models.task_scores import MODEL, PERSON, CriterionScore, decided, result_of
from tests.candidates import criterion, stored, task_session
from tests.jobs import accepted, everything, job, organization

# A judgement as the tables have them: the level of pass 1 and of pass 2 (None: there is none), a person's.
Levels = tuple[int | None, int | None, int | None]


def score(of: Json | None, source: str, level: int, number: int = 0, **more: Any) -> CriterionScore:
    return CriterionScore(
        criterion_id=of["id"] if of else None,
        source=source,
        pass_number=number,
        level=level,
        rationale="So.",
        evidence=[],
        scored_by="somebody",
        created_at=utcnow(),
        **more,
    )


def scores_of(of: Json, levels: Levels) -> list[CriterionScore]:
    first, second, person = levels
    found = [
        score(of, MODEL, level, number) for number, level in ((1, first), (2, second)) if level is not None
    ]
    return found + ([score(of, PERSON, person)] if person is not None else [])


# --- one criterion -----------------------------------------------------------------------------

# levels of the scale, judgements -> what counts and by whom; None: a person must look
DECIDED: dict[str, tuple[tuple[int, ...], Levels, float | None, str | None]] = {
    "both agree": ((0, 1, 2, 3), (2, 2, None), 2, MODEL),
    "a level apart": ((0, 1, 2, 3), (2, 3, None), 2.5, MODEL),
    "a level apart, the other way": ((0, 1, 2, 3), (3, 2, None), 2.5, MODEL),
    "two levels apart": ((0, 1, 2, 3), (1, 3, None), None, None),
    "as far apart as can be": ((0, 1, 2, 3), (3, 0, None), None, None),
    "neighbours whose numbers have a gap": ((0, 5, 10), (5, 10, None), 7.5, MODEL),
    "two levels apart with gaps": ((0, 5, 10), (0, 10, None), None, None),
    "levels below nothing": ((-2, -1, 0), (-2, -1, None), -1.5, MODEL),
    "one pass only": ((0, 1), (1, None, None), None, None),
    "the other pass only": ((0, 1), (None, 1, None), None, None),
    "nobody": ((0, 1), (None, None, None), None, None),
    "a person alone": ((0, 1, 2), (None, None, 1), 1, PERSON),
    "a person over two who agree": ((0, 1, 2), (2, 2, 0), 0, PERSON),
    "a person over two who are far apart": ((0, 1, 2), (0, 2, 2), 2, PERSON),
    "a person at level 0": ((0, 1, 2), (1, 1, 0), 0, PERSON),
}


@pytest.mark.parametrize("case", DECIDED)
def test_what_the_judgements_of_a_criterion_come_to(case: str) -> None:
    levels, judgements, level, by = DECIDED[case]
    one = criterion("Tests", levels=levels)
    others = [score(criterion("Style", levels=levels), PERSON, levels[0])]
    found = decided(one, [*others, *scores_of(one, judgements), *others])
    assert (found.level, found.by, found.needs_person) == (level, by, by is None)
    # Whatever counts, everything is kept.
    assert [one.level for one in found.model] == [level for level in judgements[:2] if level is not None]
    assert (found.person.level if found.person else None) == judgements[2]


def test_the_last_score_of_each_source_counts() -> None:
    one = criterion("Tests")
    passes = [score(one, MODEL, 0, 1), score(one, MODEL, 3, 2), score(one, MODEL, 3, 1)]
    assert decided(one, passes).level == 3
    persons = [score(one, PERSON, 3), score(one, PERSON, 1)]
    assert decided(one, persons + passes).level == 1


@pytest.mark.parametrize("doubted", [(True, True), (True, False), (False, True)])
def test_a_judgement_that_is_doubted_decides_nothing_but_is_kept(doubted: tuple[bool, bool]) -> None:
    one = criterion("Tests")
    passes = [
        score(one, MODEL, 3, number, is_doubted=is_it) for number, is_it in zip((1, 2), doubted, strict=True)
    ]
    found = decided(one, passes)
    assert (found.level, found.needs_person, found.model) == (None, True, tuple(passes))
    assert decided(one, [*passes, score(one, PERSON, 1)]).level == 1


# --- the whole ---------------------------------------------------------------------------------

RESULTS: dict[str, tuple[list[tuple[float, tuple[int, ...], Levels]], int | None]] = {
    # (weight, levels, judgements) of each criterion -> percent
    "all at the highest": ([(1, (0, 1), (1, 1, None)), (9, (0, 5), (5, 5, None))], 100),
    "all at the lowest": ([(1, (0, 1), (0, 0, None)), (9, (0, 5), (0, 0, None))], 0),
    "weights count": ([(3, (0, 1), (1, 1, None)), (1, (0, 1), (0, 0, None))], 75),
    "weights are a share": ([(30, (0, 1), (1, 1, None)), (10, (0, 1), (0, 0, None))], 75),
    "weights may be parts": ([(0.1, (0, 1), (1, 1, None)), (0.3, (0, 1), (0, 0, None))], 25),
    "a weight of nothing": ([(0, (0, 1), (0, 0, None)), (2, (0, 1), (1, 1, None))], 100),
    "the mean of two levels": ([(1, (0, 1, 2, 3), (1, 2, None))], 50),
    "levels from 1": ([(1, (1, 2, 3, 4, 5), (2, 2, None))], 25),
    "levels from 1, the lowest": ([(1, (1, 2, 3, 4, 5), (1, 1, None))], 0),
    "levels below nothing": ([(1, (-2, -1, 0), (-1, -1, None))], 50),
    "levels in any order": ([(1, (5, 1, 3), (3, 3, None))], 50),
    "half a percent goes up": ([(1, (0, 8), (8, 8, None)), (7, (0, 8), (0, 0, None))], 13),
    "5 of 8": ([(5, (0, 1), (1, 1, None)), (3, (0, 1), (0, 0, None))], 63),
    "just under the half": ([(1249, (0, 1), (1, 1, None)), (8751, (0, 1), (0, 0, None))], 12),
    "a third": ([(1, (0, 1, 2, 3), (1, 1, None))], 33),
    "two thirds": ([(1, (0, 1, 2, 3), (2, 2, None))], 67),
    # In floating point 0.145 of 100 is 14.499999999999998.
    "where floats go wrong": ([(29, (0, 1), (1, 1, None)), (171, (0, 1), (0, 0, None))], 15),
    "a person's level counts": ([(1, (0, 1, 2), (2, 2, 0)), (1, (0, 1, 2), (1, 1, None))], 25),
    "one criterion is undecided": ([(1, (0, 1, 2), (2, 2, None)), (1, (0, 1, 2), (0, 2, None))], None),
    "nobody has judged": ([(1, (0, 1), (None, None, None))], None),
}


@pytest.mark.parametrize("case", RESULTS)
def test_the_score_is_the_weighted_share_in_whole_percent(case: str) -> None:
    given, expected = RESULTS[case]
    criteria = [criterion(f"C{at}", weight, levels) for at, (weight, levels, _) in enumerate(given)]
    scores = [one for of, (*_, levels) in zip(criteria, given, strict=True) for one in scores_of(of, levels)]
    result = result_of(criteria, scores, 60)
    assert result["score"] == expected
    assert result["passed"] == (None if expected is None else expected >= 60)
    assert [one["id"] for one in result["criteria"]] == [one["id"] for one in criteria]


@pytest.mark.parametrize(("cutoff", "passed"), [(0, True), (50, True), (51, False), (100, False)])
def test_the_cutoff_itself_is_passed(cutoff: int, passed: bool) -> None:
    one = criterion("Tests", levels=(0, 1, 2))
    result = result_of([one], scores_of(one, (1, 1, None)), cutoff)
    assert (result["score"], result["cutoff"], result["passed"]) == (50, cutoff, passed)


def test_the_result_tells_every_judgement_and_is_json() -> None:
    one = criterion("Tests", weight=2)
    passes = [score(one, MODEL, 2, 1), score(one, MODEL, 3, 2)]
    passes[0].evidence = ["for row in rows"]
    result = result_of([one], [*passes, score(one, PERSON, 1)], 60, ["The patch was cut."])
    [told] = result["criteria"]
    assert (told["name"], told["weight"], told["level"], told["by"]) == ("Tests", 2, 1, PERSON)
    assert [judged["level"] for judged in told["model"]] == [2, 3]
    assert told["model"][0]["evidence"] == ["for row in rows"]
    assert told["person"]["scored_by"] == "somebody"
    assert told["person"]["scored_at"].endswith("Z")
    assert result["warnings"] == ["The patch was cut."]
    [told] = result_of([one], passes, 60)["criteria"]
    assert (told["level"], type(told["level"]), told["person"]) == (2.5, float, None)


# --- a person scores ---------------------------------------------------------------------------


def by_person(
    database: Database, taken: CandidateSession, *scores: Json, by: str = "Ada"
) -> CandidateSession:
    with database.write() as session:
        task_scores.score_by_person(session, taken, scores, by)
    return stored(database, taken)


def wanted(of: Json, level: Any, comment: str | None = None) -> Json:
    return {"criterion_id": of["id"], "level": level, "comment": comment}


def rows(database: Database, taken: CandidateSession) -> list[CriterionScore]:
    with database.read() as session:
        return CriterionScore.of_session(session, taken.id)


def settled(
    database: Database, taken: CandidateSession, of: Sequence[Json], *levels: tuple[int, int]
) -> None:
    """What the model's two passes made of the criteria, with a warning."""
    found = [
        score(one, MODEL, level, number, session_id=taken.id)
        for one, pair in zip(of, levels, strict=True)
        for number, level in enumerate(pair, start=1)
    ]
    with database.write() as session:
        task_scores.settle(session, taken.id, found, ["Look."])


def test_a_person_scores_bit_by_bit_until_the_session_is_scored(shared: Database) -> None:
    first, second = criterion("Design"), criterion("Tests", weight=3)
    taken = task_session(shared, [first, second])
    found = by_person(shared, taken, wanted(first, 3, "Well cut."))
    assert (found.status, found.score) == (IN_REVIEW, None)
    found = by_person(shared, taken, wanted(second, 1))
    assert (found.status, found.score) == (SCORED, 50)
    found = by_person(shared, taken, wanted(second, 3, "On second thought."), by="Ben")
    assert (found.status, found.score, found.result["passed"]) == (SCORED, 100, True)  # type: ignore[index]
    # Every version is kept.
    kept = [(one.criterion_id, one.level, one.rationale, one.scored_by) for one in rows(shared, taken)]
    assert kept == [
        (first["id"], 3, "Well cut.", "Ada"),
        (second["id"], 1, "", "Ada"),
        (second["id"], 3, "On second thought.", "Ben"),
    ]


@pytest.mark.parametrize("person_first", [True, False])
def test_a_persons_score_wins_over_the_models_whoever_comes_first(
    shared: Database, person_first: bool
) -> None:
    both = [criterion("Design"), criterion("Tests")]
    taken = task_session(shared, both)
    if person_first:
        by_person(shared, taken, wanted(both[0], 0))
    settled(shared, taken, both, (3, 3), (3, 3))
    if not person_first:
        assert stored(shared, taken).score == 100
        by_person(shared, taken, wanted(both[0], 0))
    found = stored(shared, taken)
    assert (found.status, found.score) == (SCORED, 50)
    assert found.result is not None
    assert [one["by"] for one in found.result["criteria"]] == [PERSON, MODEL]
    assert [judged["level"] for judged in found.result["criteria"][0]["model"]] == [3, 3]
    # What the job had to tell is not lost with a later score.
    assert found.result["warnings"] == ["Look."]


def test_a_disagreement_waits_for_a_person_who_settles_it(shared: Database) -> None:
    both = [criterion("Design"), criterion("Tests")]
    taken = task_session(shared, both)
    settled(shared, taken, both, (0, 3), (2, 2))
    found = stored(shared, taken)
    assert (found.status, found.score) == (IN_REVIEW, None)
    assert found.result is not None
    assert [one["needs_person"] for one in found.result["criteria"]] == [True, False]
    found = by_person(shared, taken, wanted(both[0], 1))
    assert (found.status, found.score) == (SCORED, 50)


Refusals = dict[str, Callable[[Json, Json], list[Json]]]
BAD: Refusals = {
    "an unknown criterion": lambda one, _: [{**wanted(one, 1), "criterion_id": new_id()}],
    "a level that it does not have": lambda one, _: [wanted(one, 4)],
    "a level below the lowest": lambda one, _: [wanted(one, -1)],
    "half a level": lambda one, _: [wanted(one, 1.0)],
    "a level that is a word": lambda one, _: [wanted(one, "1")],
    "a level that is true": lambda one, _: [wanted(one, True)],
    "no level": lambda one, _: [wanted(one, None)],
    "one good, one bad": lambda one, other: [wanted(one, 1), wanted(other, 9)],
    "one twice": lambda one, _: [wanted(one, 1), wanted(one, 2)],
}


@pytest.mark.parametrize("case", BAD)
def test_bad_scores_change_nothing(shared: Database, case: str) -> None:
    both = [criterion("Design"), criterion("Tests")]
    taken = task_session(shared, both)
    by_person(shared, taken, wanted(both[0], 3))
    before = everything(shared)
    bad = BAD[case](*both)
    with pytest.raises(InvalidInput) as refused:
        by_person(shared, taken, *bad)
    assert everything(shared) == before
    [problem] = refused.value.errors["scores"]
    assert str(bad[-1]["criterion_id"]) in problem or "no level" in problem


@pytest.mark.parametrize("percent", [0, 59, 60, 100])
def test_a_task_without_a_rubric_gets_a_persons_percent(shared: Database, percent: int) -> None:
    taken = task_session(shared, None, status=IN_REVIEW)
    with shared.write() as session:
        task_scores.score_overall(session, taken, 33, None, "Ada")
        task_scores.score_overall(session, taken, percent, "It runs.", "Ben")
    found = stored(shared, taken)
    assert (found.status, found.score) == (SCORED, percent)
    assert found.result is not None
    assert found.result["passed"] is (percent >= 60)
    assert (found.result["overall"]["level"], found.result["overall"]["rationale"]) == (percent, "It runs.")
    assert [(one.criterion_id, one.level) for one in rows(shared, taken)] == [(None, 33), (None, percent)]


@pytest.mark.parametrize("percent", [-1, 101, 50.0, "50", True, None])
def test_a_percent_that_is_none_changes_nothing(shared: Database, percent: Any) -> None:
    taken = task_session(shared, None, status=IN_REVIEW)
    before = everything(shared)
    with pytest.raises(InvalidInput, match="whole number"), shared.write() as session:
        task_scores.score_overall(session, taken, percent, None, "Ada")
    assert everything(shared) == before


def test_a_task_with_a_rubric_gets_no_percent(shared: Database) -> None:
    taken = task_session(shared, [criterion("Tests")])
    before = everything(shared)
    with pytest.raises(InvalidInput, match="rubric"), shared.write() as session:
        task_scores.score_overall(session, taken, 50, None, "Ada")
    assert everything(shared) == before


Act = Callable[[Session, CandidateSession, Json], object]
ACTS: dict[str, Act] = {
    "a person": lambda session, taken, one: task_scores.score_by_person(
        session, taken, [wanted(one, 1)], "Ada"
    ),
    "a percent": lambda session, taken, _: task_scores.score_overall(session, taken, 50, None, "Ada"),
    "the model": lambda session, taken, one: task_scores.settle(
        session, taken.id, [score(one, MODEL, 1, 1, session_id=taken.id)], []
    ),
}
IN_PROGRESS_NOW: dict[str, Any] = {"status": IN_PROGRESS}
ERASED: dict[str, Any] = {"erased_at": utcnow()}


@pytest.mark.parametrize(
    ("who", "values", "expected"),
    [
        ("a person", IN_PROGRESS_NOW, Conflict),
        ("a person", ERASED, NotFound),
        ("a percent", {**IN_PROGRESS_NOW, "criteria": None}, Conflict),
        ("a percent", {**ERASED, "criteria": None}, NotFound),
        ("the model", ERASED, NotFound),
    ],
)
def test_what_is_not_submitted_or_erased_is_scored_by_nobody(
    shared: Database, who: str, values: dict[str, Any], expected: type[Exception]
) -> None:
    one = criterion("Tests")
    taken = task_session(shared, **{"criteria": [one], **values})
    before = everything(shared)
    with pytest.raises(expected), shared.write() as session:
        ACTS[who](session, taken, one)
    assert everything(shared) == before


def test_two_persons_and_the_model_at_once_are_all_kept_and_counted(shared: Database) -> None:
    criteria = [criterion(name) for name in ("A", "B", "C")]
    taken = task_session(shared, criteria)
    barrier = Barrier(3)

    def act(work: Callable[[], object]) -> None:
        barrier.wait(10)
        work()

    works: list[Callable[[], object]] = [
        lambda: by_person(shared, taken, wanted(criteria[0], 0)),
        lambda: by_person(shared, taken, wanted(criteria[1], 3), by="Ben"),
        lambda: settled(shared, taken, criteria, (3, 3), (0, 0), (3, 3)),
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(act, works))
    found = stored(shared, taken)
    assert (len(rows(shared, taken)), found.status, found.score) == (8, SCORED, 67)
    assert found.result is not None
    assert [one["by"] for one in found.result["criteria"]] == [PERSON, PERSON, MODEL]


# --- the job -----------------------------------------------------------------------------------


def test_a_job_begins_with_the_submission_and_knows_nothing_of_the_candidate(shared: Database) -> None:
    taken = task_session(shared, [criterion("Tests")], mode="test")
    with shared.write() as session:
        execution_id = scoring_jobs.begin(session, session.merge(taken), "ck_test_abc")
    row = job(shared, execution_id)
    assert (row.type, row.mode, row.created_by) == (TASK_SCORING, "test", "ck_test_abc")
    assert (row.organization_id, row.brief) == (taken.organization_id, {"session_id": taken.id})
    assert row.current_step == QUEUED[TASK_SCORING] == "Task scoring job has been queued successfully"
    assert stored(shared, taken).status == SUBMITTED


def test_a_job_goes_with_the_callers_transaction(shared: Database) -> None:
    taken = task_session(shared, [criterion("Tests")])
    before = everything(shared)
    with pytest.raises(RuntimeError), shared.write() as session:
        scoring_jobs.begin(session, session.merge(taken), "ck")
        raise RuntimeError
    assert everything(shared) == before


def test_the_jobs_of_a_session_are_found_and_no_others(shared: Database) -> None:
    taken, other = (task_session(shared, [criterion("Tests")]) for _ in range(2))
    accepted(shared, 2)
    with shared.write() as session:
        mine = [scoring_jobs.begin(session, session.merge(taken), "ck") for _ in range(2)]
        scoring_jobs.begin(session, session.merge(other), "ck")
    with shared.read() as session:
        assert sorted(scoring_jobs.jobs_of(session, taken)) == sorted(mine)
        assert scoring_jobs.jobs_of(session, task_session(shared, None)) == []
    assert organization(shared) == taken.organization_id

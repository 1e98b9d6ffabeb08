"""Cohorts and item statistics over the wire: what counts, what is told, and from how many on."""

import statistics

import pytest
from flask import Flask
from sqlalchemy import update

from models import ApiKey, CandidateSession, Organization
from models.base import new_id
from models.session import Database
from settings import Settings
from tests.conftest import Account
from tests.contract.candidate_sessions import SESSIONS, Json, Known, known_assessment, sat, taker
from tests.contract.candidates import ASSESSMENTS_C, task
from tests.contract.checked import CheckedClient, client_of

# Ten candidates, the better the later: scores 0, 17, 17, 33, 50, 50, 67, 83, 100, 100.
# Figures are told with four places.
ROUNDED = 0.00006
PATTERNS = [
    "000000",
    "100000",
    "000001",
    "110000",
    "111000",
    "101010",
    "111100",
    "111110",
    "111111",
    "111111",
]
SCORES = [0, 17, 17, 33, 50, 50, 67, 83, 100, 100]
FIGURES = ("mean", "deviation", "percentiles", "passRate", "distribution")


@pytest.fixture
def known(database: Database, account: Account) -> Known:
    return known_assessment(database, account.organization_id)


def cohort(client: CheckedClient, known: Known, query: str = "") -> Json:
    answer = client.get(f"{ASSESSMENTS_C}/{known.id}/cohort-stats{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def items(client: CheckedClient, known: Known, query: str = "") -> Json:
    answer = client.get(f"{ASSESSMENTS_C}/{known.id}/item-stats{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


# --- cohorts -------------------------------------------------------------------------------------


def test_a_cohort_is_told_by_its_scores(client: CheckedClient, database: Database, known: Known) -> None:
    sat(database, known, *PATTERNS)
    assert cohort(client, known) == {
        "assessmentId": known.id,
        "n": 10,
        "mean": 51.7,
        "deviation": pytest.approx(statistics.pstdev(SCORES)),
        "percentiles": {
            "p10": pytest.approx(15.3),
            "p25": pytest.approx(21.0),
            "p50": 50.0,
            "p75": pytest.approx(79.0),
            "p90": 100.0,
        },
        "passRate": 0.6,
        "distribution": [
            {"from": 10 * place, "to": 10 * place + 9 if place < 9 else 100, "count": count}
            for place, count in enumerate([1, 2, 0, 1, 0, 2, 1, 0, 1, 2])
        ],
    }


@pytest.mark.parametrize("count", [0, 4])
def test_under_5_scored_sessions_all_is_null_but_their_number(
    client: CheckedClient, database: Database, known: Known, count: int
) -> None:
    ids = sat(database, known, *PATTERNS[:count])
    found = cohort(client, known)
    assert found == {"assessmentId": known.id, "n": count, **dict.fromkeys(FIGURES)}
    for one in ids:
        assert cohort(client, known, f"?sessionId={one}")["percentileRank"] is None


def test_a_session_s_percentile_rank_counts_those_below_and_half_of_the_equal(
    client: CheckedClient, database: Database, known: Known
) -> None:
    ids = sat(database, known, *PATTERNS)
    found = [cohort(client, known, f"?sessionId={one}") for one in ids]
    assert [one["percentileRank"] for one in found] == [5, 20, 20, 35, 50, 50, 65, 75, 90, 90]
    assert [one["sessionId"] for one in found] == ids


def test_a_session_in_progress_is_in_no_cohort(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, *PATTERNS[:5])
    begun = taker(app, client, known.id)
    assert cohort(client, known, f"?sessionId={begun.session_id}")["percentileRank"] is None
    assert cohort(client, known)["n"] == 5


def test_a_test_key_s_sessions_are_a_cohort_of_their_own(
    app: Flask, client: CheckedClient, database: Database, settings: Settings, known: Known, account: Account
) -> None:
    with database.write() as session:
        owner = session.get_one(Organization, account.organization_id)
        key = ApiKey.create(session, owner, "test", settings.secret_key)
    tester = client_of(app, key)
    live = sat(database, known, *["111111"] * 5)
    tried = sat(database, known, *["000000"] * 6, mode="test")
    for caller, count, mean in ((client, 5, 100), (tester, 6, 0)):
        assert (cohort(caller, known)["n"], cohort(caller, known)["mean"]) == (count, mean)
        assert items(caller, known)["n"] == count
    for caller, theirs in ((client, tried), (tester, live)):
        path = f"{ASSESSMENTS_C}/{known.id}/cohort-stats?sessionId={theirs[0]}"
        assert caller.get(path).status_code == 404


def test_an_erased_session_still_counts(client: CheckedClient, database: Database, known: Known) -> None:
    ids = sat(database, known, *PATTERNS * 2)
    before = cohort(client, known), items(client, known)
    for one in ids[::2]:
        assert client.delete(f"{SESSIONS}/{one}").status_code == 200
    assert (cohort(client, known), items(client, known)) == before
    assert client.get(f"{ASSESSMENTS_C}/{known.id}/cohort-stats?sessionId={ids[0]}").status_code == 404


def test_an_erased_session_in_progress_counts_nowhere(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, *PATTERNS[:5])
    before = cohort(client, known), items(client, known)
    begun = taker(app, client, known.id)
    begun.save(known.answers("111111"))
    assert client.delete(f"{SESSIONS}/{begun.session_id}").status_code == 200
    with database.write() as session:
        session.execute(
            update(CandidateSession)
            .where(CandidateSession.id == begun.session_id)
            .values(deadline=CandidateSession.started_at)
        )
    assert begun.client.get("/v1/candidate/session").status_code == 401
    assert (cohort(client, known), items(client, known)) == before


# --- items ---------------------------------------------------------------------------------------


def test_questions_are_told_by_their_answers(client: CheckedClient, database: Database, known: Known) -> None:
    sat(database, known, *PATTERNS * 2)
    found = items(client, known)
    assert (found["assessmentId"], found["n"]) == (known.id, 20)
    assert [item["questionId"] for item in found["items"]] == [one[0] for one in known.items]
    assert [item["position"] for item in found["items"]] == [1, 2, 3, 4, 5, 6]
    columns = list(zip(*PATTERNS * 2, strict=True))
    totals = [row.count("1") for row in PATTERNS * 2]
    for item, column in zip(found["items"], columns, strict=True):
        hits = [int(digit) for digit in column]
        rest = [total - hit for total, hit in zip(totals, hits, strict=True)]
        assert item["difficulty"] == pytest.approx(statistics.fmean(hits))
        assert item["discrimination"] == pytest.approx(statistics.correlation(hits, rest), abs=ROUNDED)
        assert (item["n"], item["omitted"], item["suspect"]) == (20, 0, False)
    assert found["mean"] == pytest.approx(statistics.fmean(totals))
    assert found["deviation"] == pytest.approx(statistics.pstdev(totals), abs=ROUNDED)
    inside = sum(statistics.pvariance([int(digit) for digit in column]) for column in columns)
    assert found["kr20"] == pytest.approx(6 / 5 * (1 - inside / statistics.pvariance(totals)), abs=ROUNDED)
    assert found["reviewNeeded"] == []


def test_options_have_shares_and_what_is_typed_or_ordered_has_none(
    client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, "1-1111", "0-0000", "111111", "1-----", "------")
    one, other, many, ordering, numeric, short = items(client, known)["items"]
    assert {option["text"]: option["share"] for option in one["options"]} == {
        "one": 0.6, "two": 0.2, "three": 0, "four": 0,
    }  # fmt: skip
    assert [option["id"] for option in one["options"]] == known.items[0][2]
    assert {option["text"]: option["share"] for option in other["options"]}["north"] == 0.2
    assert {option["text"]: option["share"] for option in many["options"]} == {
        "red": 0.6, "green": 0.4, "blue": 0, "grey": 0,
    }  # fmt: skip
    assert [item["options"] for item in (ordering, numeric, short)] == [None] * 3
    found = [item["omitted"] for item in (one, other, many, ordering, numeric, short)]
    assert found == [0.2, 0.8, 0.4, 0.4, 0.4, 0.4]
    # Without an answer a question is wrong.
    assert [item["difficulty"] for item in (one, other, numeric)] == [0.6, 0.2, 0.4]


def test_which_option_is_the_key_is_said_only_when_it_is_asked_for(
    client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, *PATTERNS)
    assert not [item for item in items(client, known)["items"] if "key" in item]
    keys = [item["key"] for item in items(client, known, "?include=keys")["items"]]
    assert [key["correct"] for key in keys] == [[0], [0], [0, 1], [0, 1, 2], [], []]
    assert [key["accepted"] for key in keys[4:]] == [["12.5"], ["git stash"]]
    assert keys[0]["explanation"] == "It is so 0."


@pytest.mark.parametrize(("count", "has_shares", "has_correlations"), [
    (4, False, False), (5, True, False), (20, True, True),
])  # fmt: skip
def test_figures_of_small_samples_are_null(
    client: CheckedClient,
    database: Database,
    known: Known,
    count: int,
    has_shares: bool,
    has_correlations: bool,
) -> None:
    sat(database, known, *(PATTERNS * 2)[:count])
    found = items(client, known)
    assert found["n"] == count
    assert [found[name] is not None for name in ("mean", "deviation")] == [has_shares] * 2
    assert (found["kr20"] is not None) is has_correlations
    for item in found["items"][:3]:
        assert [item[name] is not None for name in ("difficulty", "options", "omitted")] == [has_shares] * 3
        assert (item["discrimination"] is not None) is has_correlations


def test_a_question_that_the_better_get_wrong_needs_a_review(
    client: CheckedClient, database: Database, known: Known
) -> None:
    turned = [pattern[:5] + ("0" if pattern.count("1") > 2 else "1") for pattern in PATTERNS]
    sat(database, known, *turned * 2)
    found = items(client, known)
    assert [item["suspect"] for item in found["items"]] == [False] * 5 + [True]
    assert found["items"][5]["discrimination"] < 0
    assert found["reviewNeeded"] == [known.items[5][0]]


def test_only_sessions_of_the_current_form_count_and_none_in_progress(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, *PATTERNS)
    begun = taker(app, client, known.id)
    begun.save(known.answers("111111"))
    assert items(client, known)["n"] == 10
    path = f"/api/v2/assessments/{known.id}/questions/{known.items[0][0]}"
    assert client.patch(path, json={"explanation": "Now it is so."}).status_code == 200
    found = items(client, known)
    assert (found["n"], found["mean"]) == (0, None)
    # The scores are those of the assessment, whatever form it had.
    assert cohort(client, known)["n"] == 10


def test_the_last_version_of_an_answer_counts(
    app: Flask, client: CheckedClient, database: Database, known: Known
) -> None:
    sat(database, known, *["000000"] * 4)
    one = taker(app, client, known.id)
    for pattern in ("000000", "111111", "0-----", "1-----"):
        one.save(known.answers(pattern))
    one.save({known.items[5][0]: None})
    one.submit()
    found = items(client, known)["items"]
    assert [item["difficulty"] for item in found] == [0.2, 0.2, 0.2, 0.2, 0.2, 0]
    assert found[5]["omitted"] == 0.2


# --- whose ---------------------------------------------------------------------------------------


def test_a_task_has_a_cohort_and_no_items(client: CheckedClient) -> None:
    made = task(client)["id"]
    assert client.get(f"{ASSESSMENTS_C}/{made}/cohort-stats").get_json()["n"] == 0
    assert client.get(f"{ASSESSMENTS_C}/{made}/item-stats").status_code == 404


def test_nobody_else_sees_figures_and_nothing_of_what_is_not_there(
    app: Flask,
    client: CheckedClient,
    rival: CheckedClient,
    stranger: CheckedClient,
    database: Database,
    account: Account,
    known: Known,
) -> None:
    [one] = sat(database, known, "111111")
    candidate = taker(app, client, known.id).client
    other = known_assessment(database, account.organization_id)
    for name in ("cohort-stats", "item-stats"):
        path = f"{ASSESSMENTS_C}/{known.id}/{name}"
        assert rival.get(path).status_code == 404
        assert stranger.get(path).status_code == 401
        assert candidate.get(path).status_code == 401
        for unknown in (new_id(), "not-an-id"):
            assert client.get(f"{ASSESSMENTS_C}/{unknown}/{name}").status_code == 404
        assert client.get(f"{path}?inculde=keys").status_code == 400
    for unknown in (new_id(), "not-an-id"):
        path = f"{ASSESSMENTS_C}/{known.id}/cohort-stats?sessionId={unknown}"
        assert client.get(path).status_code == 404
    assert client.get(f"{ASSESSMENTS_C}/{other.id}/cohort-stats?sessionId={one}").status_code == 404

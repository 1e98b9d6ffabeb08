"""`/v1/issues`: written by hand, listed and filtered."""

from collections.abc import Callable

import pytest

from tests.contract.candidates import ISSUE, ISSUES, Json, created, issue
from tests.contract.checked import CheckedClient
from tests.contract.fixtures import Counts
from tests.jobs import standing_clock

Rows = Callable[[], Counts]


def listed(client: CheckedClient, query: str = "") -> list[Json]:
    answer = client.get(f"{ISSUES}{query}")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["issues"]
    return found


# what is sent -> what is answered in these fields
WRITTEN: dict[str, tuple[Json, Json]] = {
    "all of it": ({}, {**ISSUE, "url": None, "difficulty": "easy"}),
    "with a difficulty": ({"difficulty": "hard"}, {"difficulty": "hard"}),
    "null for what may be absent": (
        {"repoUrl": None, "language": None, "difficulty": None},
        {"repoUrl": None, "language": None, "difficulty": "easy"},
    ),
    "without labels": ({"labels": []}, {"labels": []}),
    "with labels that tell": ({"labels": ["Difficulty: hard"]}, {"difficulty": "hard"}),
    "trimmed": ({"title": " A title "}, {"title": "A title"}),
}
# what is sent -> the field that the refusal names
REFUSED: dict[str, tuple[Json, str]] = {
    "a blank title": ({"title": " "}, "title"),
    "a long title": ({"title": "x" * 501}, "title"),
    "a blank text": ({"body": ""}, "body"),
    "a long text": ({"body": "x" * 100_001}, "body"),
    "no text": ({"body": None}, "body"),
    "a script's address": ({"repoUrl": "javascript:alert(1)"}, "repoUrl"),
    "too many labels": ({"labels": [f"label {n}" for n in range(51)]}, "labels"),
    "a label twice": ({"labels": ["bug", "bug"]}, "labels"),
    "a blank label": ({"labels": [""]}, "labels.0"),
    "a long label": ({"labels": ["x" * 101]}, "labels.0"),
    "a long language": ({"language": "x" * 81}, "language"),
    "an unknown difficulty": ({"difficulty": "impossible"}, "difficulty"),
    "a forge's address": ({"url": "https://github.com/acme/orders/issues/42"}, "url"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_an_issue_is_written_by_hand(client: CheckedClient, case: str) -> None:
    sent, expected = WRITTEN[case]
    made = created(client, ISSUES, {**ISSUE, **sent})
    assert {name: made[name] for name in expected} == expected
    assert listed(client) == [made]


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_issue_is_refused_by_its_field_and_makes_nothing(
    client: CheckedClient, rows: Rows, case: str
) -> None:
    sent, field = REFUSED[case]
    before = rows()
    answer = client.post(ISSUES, json={**ISSUE, **sent})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (400, [field])
    assert rows() == before


def test_the_list_is_the_organisation_s_oldest_first_and_goes_on_at_its_cursor(
    client: CheckedClient, rival: CheckedClient
) -> None:
    issue(rival)
    with standing_clock() as clock:
        made = []
        for number in range(3):
            made.append(issue(client, title=f"Issue {number}"))
            clock.forward(seconds=1)
    assert listed(client) == made
    page = client.get(f"{ISSUES}?limit=2").get_json()
    rest = client.get(f"{ISSUES}?limit=2&cursor={page['nextCursor']}").get_json()
    assert page["issues"] + rest["issues"] == made
    assert rest["nextCursor"] is None


FILTERS = {
    "": "ABC",
    "?language=python": "AB",
    "?language=C%2B%2B": "C",
    "?language=": "",
    "?difficulty=hard": "B",
    "?difficulty=easy&language=Python": "A",
    "?label=bug": "AC",
    "?label=BUG": "AC",
    "?label=bu": "",
    "?label=%22": "",
    "?label=%C3%9Cbung": "B",
    "?label=good+first+issue&language=Python": "A",
    "?label=%25": "",
}


def test_the_list_is_filtered_by_language_difficulty_and_label(client: CheckedClient) -> None:
    with standing_clock() as clock:
        for name, more in {
            "A": {"labels": ["Bug", "good first issue"], "language": "Python"},
            "B": {"labels": ["Übung"], "language": "Python", "difficulty": "hard"},
            "C": {"labels": ["bug"], "language": "C++", "difficulty": "medium"},
        }.items():
            issue(client, title=name, **more)
            clock.forward(seconds=1)
    found = {query: "".join(one["title"] for one in listed(client, query)) for query in FILTERS}
    assert found == FILTERS


@pytest.mark.parametrize("query", ["difficulty=trivial", "limit=101", "label=%00", "labels=bug", "cursor=x"])
def test_a_filter_that_is_none_is_refused(client: CheckedClient, query: str) -> None:
    assert client.get(f"{ISSUES}?{query}").status_code == 400


def test_nobody_calls_without_an_organisation_s_key(stranger: CheckedClient, rows: Rows) -> None:
    before = rows()
    for answer in (stranger.get(ISSUES), stranger.post(ISSUES, json=ISSUE)):
        assert (answer.status_code, answer.get_json()) == (401, {"error": "Invalid API key"})
    assert rows() == before

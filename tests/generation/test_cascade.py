"""What is found where no name stands word for word: other forms, other orders, near spellings."""

import time

import pytest

from tests.generation.adverts import ADVERTS
from tests.generation.tools import brief
from workers.generation import taxonomy
from workers.generation.engines.offline import analysis_of
from workers.generation.fulltext import stem

BOOK = taxonomy.shipped()


def found(text: str) -> list[tuple[str, str]]:
    return [(one.skill, text[one.start : one.end]) for one in BOOK.find(text)]


@pytest.mark.parametrize(
    ("text", "skill", "evidence"),
    [
        ("testing of software", "software-testing", "testing of software"),
        ("the management of projects", "project-management", "management of projects"),
        ("optimisation of queries", "query-optimisation", "optimisation of queries"),
        ("supplier and subcontractor management", "vendor-management", None),
        ("You reconcile accounts", "reconciliation", None),
        ("lots of refactorings", "refactoring", "refactorings"),
        ("vous faites des tests manuels", "manual-testing", "tests manuels"),
    ],
)
def test_a_phrase_is_found_in_other_forms_and_orders(text: str, skill: str, evidence: str | None) -> None:
    hits = dict(found(text))
    assert skill in hits
    assert evidence in (None, hits[skill])


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Kuberentes", "kubernetes"),
        ("Kubernets", "kubernetes"),
        ("Elasticsearsh", "elasticsearch"),
        ("Postgre SQL", "postgresql"),
        ("Post gresql", "postgresql"),
        ("Buchhaltungskenntnisse", "accounting"),
        ("Refactorring", "refactoring"),
    ],
)
def test_a_long_word_is_found_in_spite_of_a_slip_or_a_tail(text: str, skill: str) -> None:
    assert found(f"Wir suchen {text}.") == [(skill, text)]


@pytest.mark.parametrize(
    "text",
    [
        "Pyton",
        "a contained system",
        "he prevents harm",
        "pedantic people",
        "littering is forbidden",
        "retail and fashion",
    ],
)
def test_what_is_only_near_a_name_is_no_skill(text: str) -> None:
    assert not [hit for hit in found(text) if hit[1] == text]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reconciliation", "reconciling"),
        ("optimization", "optimisation"),
        ("planning", "plans"),
        ("management", "managing"),
        ("Prüfungen", "Prüfung"),
        ("negotiate", "negotiation"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("manager", "management"), ("engineer", "engineering"), ("product", "production")]
)
def test_who_does_a_thing_is_not_the_thing(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Ms Perl at the front desk", "perl"),
        ("a dog named Ruby", "ruby"),
        ("an outlook over the harbour", "outlook"),
        ("sage advice from a colleague", "sage-accounting"),
        ("the French market", "french-proficiency"),
    ],
)
def test_a_person_or_a_common_word_is_no_skill(text: str, skill: str) -> None:
    assert skill not in dict(found(text))


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("Excellent Swift.", "swift"),
        ("- Go\n- R\n", "go"),
        ("You are fluent in English and German.", "german-proficiency"),
        ("A master of Outlook and PowerPoint.", "outlook"),
    ],
)
def test_a_name_that_needs_a_context_counts_where_it_is_asked_for(text: str, skill: str) -> None:
    assert skill in dict(found(text))


def test_an_advert_is_read_in_time_and_so_is_the_longest_text() -> None:
    def milliseconds(text: str) -> float:
        start = time.thread_time()
        analysis_of(brief("Specialist", text))
        return (time.thread_time() - start) * 1000

    typical = [min(milliseconds(one.text + " " * turn) for turn in range(3)) for one in ADVERTS]
    longest = "\n".join(one.text for one in ADVERTS * 10)[:50_000]
    assert sorted(typical)[len(typical) // 2] < 30
    assert min(milliseconds(longest + str(turn)) for turn in range(3)) < 500

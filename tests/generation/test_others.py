"""What an advertisement names and does not ask for: the work of others, what is gone, its customers."""

import time

import pytest

from tests.generation.asked import ASKED
from tests.generation.asked_headings import HEADINGS_OF_WHAT_IS_NOT_ASKED, OTHER_HEADINGS
from tests.generation.asked_wishes import DEMANDS, WISHES
from tests.generation.not_asked import NOT_ASKED
from tests.generation.tools import brief
from workers.generation import advert
from workers.generation.advert import Kind
from workers.generation.denials import denied_ends
from workers.generation.engines.offline import WEAK, analysis_of
from workers.generation.others import others_ends
from workers.generation.text import lowered

BEFORE = (
    "We are looking for a colleague for our team in Leeds who likes the work.\n\n"
    "You will work in an open-plan office with a view.\n\n"
)
AFTER = "\n\nThank you for reading this far.\n"


def kind_of(name: str, sentence: str) -> Kind:
    """What the place of the name does, in a paragraph of its own between others."""
    text = BEFORE + sentence + AFTER
    return advert.read(text).at(text.index(name, len(BEFORE))).kind


@pytest.mark.parametrize(("name", "sentence"), NOT_ASKED)
def test_the_work_of_others_and_what_is_gone_are_not_asked_for(name: str, sentence: str) -> None:
    assert kind_of(name, sentence).worth < WEAK


@pytest.mark.parametrize(("name", "sentence"), ASKED)
def test_the_candidate_s_own_work_beside_others_is_asked_for(name: str, sentence: str) -> None:
    assert kind_of(name, sentence).worth >= WEAK


@pytest.mark.parametrize("sentence", WISHES)
def test_a_wish_is_no_demand(sentence: str) -> None:
    assert kind_of("Docker", f"You will work in Leeds. {sentence}. You will start soon.") is Kind.NICE


@pytest.mark.parametrize("sentence", DEMANDS)
def test_a_demand_is_no_wish(sentence: str) -> None:
    assert kind_of("Docker", f"You will work in Leeds. {sentence}. You will start soon.") is Kind.MUST


@pytest.mark.parametrize("heading", HEADINGS_OF_WHAT_IS_NOT_ASKED)
def test_a_list_of_what_is_not_asked_for_has_many_headings(heading: str) -> None:
    assert kind_of("Docker", f"{heading}\n- Docker\n- Kafka and more") is Kind.UNASKED


@pytest.mark.parametrize("heading", OTHER_HEADINGS)
def test_a_heading_with_a_not_in_it_may_ask_all_the_same(heading: str) -> None:
    assert kind_of("Docker", f"{heading}\n- Docker\n- Kafka and more").worth >= WEAK


@pytest.mark.parametrize(
    ("text", "is_chosen"),
    [
        ("You do not need Docker. You will meet an old Docker host now and then.", False),
        ("You do not need Docker on day one.\n\nRequirements:\n- Docker\n", True),
        ("Docker is not required. Docker would be a plus.", True),
    ],
)
def test_what_is_denied_once_counts_only_where_it_is_asked_for_in_so_many_words(
    text: str, is_chosen: bool
) -> None:
    analysis = analysis_of(brief("Developer", f"Python, SQL, Git, Redis and Linux.\n\n{text}"))
    assert ("docker" in {need.id for need in analysis.skills}) is is_chosen


@pytest.mark.parametrize(
    "unit",
    [
        "our ",
        "our big ",
        "de aa ",
        "the last of the ",
        "your aunt ",
        "wird von a ",
        "c'est notre ",
        "our a-",
        "colleagues you are ",
        "we have gave up ",
        "deliver to 7 ",
        "for a we use ",
    ],
)
def test_reading_stays_quick_on_hostile_text(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    begun = time.perf_counter()
    denied_ends(text)
    list(others_ends(lowered(text)))
    assert time.perf_counter() - begun < 5

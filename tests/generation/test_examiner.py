"""The gates: blind solvers, the critic, one repair, spares, and what no gate could judge."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fakes.model_server import Fault, ModelServer
from tests.generation.model import Json, analysis, form_from, stage_is, user_text, written_item
from tests.generation.tools import FakeBank, FakeTools, brief, item, shipped_items
from workers.generation.brief import FormDraft
from workers.generation.engines.examiner import is_solved

pytestmark = pytest.mark.usefixtures("no_item_models")
JOB = brief("Developer", "Python.", number_of_questions=5)
FAULTS = [
    Fault("refusal"),
    Fault("truncated"),
    Fault("garbage"),
    Fault("wrong_schema"),
    Fault("status", 429, retry_after=3600),
    Fault("status", 529),
    Fault("status", 500),
    Fault("drop"),
]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def form_of(
    server: ModelServer, items: list[Json], mended: list[Json] | None = None, bank: FakeBank | None = None
) -> tuple[FormDraft, FakeTools]:
    """The form of a role with one skill and five cells, whose writer gives these items, and mends so."""

    def respond(request: Json) -> Json:
        if stage_is("analyse")(request):
            return analysis("Python", seniority="intermediate")
        return {"items": (mended or []) if is_mending(request) else items}

    server.responder = respond
    tools = FakeTools(bank=bank or FakeBank(shipped_items()))
    return form_from(server, JOB, tools), tools


def is_mending(request: Json) -> bool:
    return user_text(request).startswith("Mend")


def sources(form: FormDraft) -> Counter[str]:
    return Counter(placed.item.source for placed in form.placed)


def stages(tools: FakeTools) -> Counter[str]:
    return Counter(request.stage for _, request in tools.requests)


FIVE = [written_item(n) for n in range(5)]


def test_what_every_gate_passes_is_used_with_its_verdicts(server: ModelServer) -> None:
    form, tools = form_of(server, FIVE)
    assert sources(form) == {"language_model": 5}
    assert stages(tools) == {"analyse": 1, "write": 1, "solve": 2, "review": 1}
    for placed in form.placed:
        verdicts = placed.item.provenance["verdicts"]
        assert (verdicts["solved"], verdicts["critique"], verdicts["problems"]) == ([True, True], [], [])
    assert not any("check" in warning for warning in form.warnings)


def test_a_solver_sees_neither_the_key_nor_our_order(server: ModelServer) -> None:
    form_of(server, FIVE)
    asked = [call.request for call in server.calls if stage_is("solve")(call.request)]
    texts = [user_text(request) for request in asked]
    assert len(texts) == 2
    assert texts[0] != texts[1]
    for text in texts:
        assert "It leads out." not in text
        assert "Right:" not in text
        places = [line[0] for line in text.splitlines() if line[1:2] == ")" and line[3:].startswith("way ")]
        assert len(places) == 5
    orders = [[line for line in text.splitlines() if line[1:2] == ")"] for text in texts]
    assert orders[0] != orders[1]


def test_what_both_solvers_answer_otherwise_is_never_used_nor_mended(server: ModelServer) -> None:
    server.examiner.wrong = lambda stem: stem == FIVE[2]["stem"]
    form, tools = form_of(server, FIVE)
    assert sources(form) == {"language_model": 4, "library": 1}
    assert FIVE[2]["stem"] not in {placed.item.stem for placed in form.placed}
    assert "mend" not in stages(tools)
    assert any("disagree" in warning for warning in form.warnings)


def test_one_of_two_solvers_is_overruled_by_a_critic_who_finds_one_key(server: ModelServer) -> None:
    server.examiner.wrong = lambda stem: stem == FIVE[0]["stem"] and server.examiner.solved == 1
    form, _ = form_of(server, FIVE)
    assert sources(form) == {"language_model": 5}
    [doubted] = [placed.item for placed in form.placed if placed.item.stem == FIVE[0]["stem"]]
    assert sorted(doubted.provenance["verdicts"]["solved"]) == [False, True]


def test_one_of_two_solvers_is_believed_by_a_critic_who_finds_two_keys(server: ModelServer) -> None:
    server.examiner.wrong = lambda stem: stem == FIVE[0]["stem"] and server.examiner.solved == 1
    server.examiner.flags = lambda stem: ("two_right",) if stem == FIVE[0]["stem"] else ()
    form, tools = form_of(server, FIVE)
    assert FIVE[0]["stem"] not in {placed.item.stem for placed in form.placed}
    assert "mend" not in stages(tools)


def test_what_the_critic_finds_is_mended_once_and_recorded(server: ModelServer) -> None:
    server.examiner.flags = lambda stem: ("cue",) if stem == FIVE[1]["stem"] else ()
    better = written_item(77)
    form, tools = form_of(server, FIVE, mended=[better])
    assert sources(form) == {"language_model": 5}
    assert stages(tools)["mend"] == 1
    [request] = [call.request for call in server.calls if is_mending(call.request)]
    assert "the wording gives the key away" in user_text(request)
    assert "Change it." in user_text(request)
    [mended] = [placed.item for placed in form.placed if placed.item.stem == better["stem"]]
    [edit] = mended.provenance["edits"]
    assert "the wording gives the key away" in edit["because"]


def test_what_rules_find_is_mended_too(server: ModelServer) -> None:
    flawed = [written_item(0, distractor_3="All of the above"), *FIVE[1:]]
    form, _ = form_of(server, flawed, mended=[written_item(78)])
    assert sources(form) == {"language_model": 5}


def test_what_is_flawed_again_after_its_repair_falls_back(server: ModelServer) -> None:
    flawed = written_item(0, distractor_3="All of the above")
    form, tools = form_of(server, [flawed, *FIVE[1:]], mended=[{**flawed, "stem": written_item(9)["stem"]}])
    assert sources(form) == {"language_model": 4, "library": 1}
    assert stages(tools)["mend"] == 1
    assert any("failed its checks" in warning for warning in form.warnings)


def test_what_is_off_the_topic_is_not_mended(server: ModelServer) -> None:
    server.examiner.flags = lambda stem: ("off_topic",) if stem == FIVE[1]["stem"] else ()
    form, tools = form_of(server, FIVE)
    assert sources(form) == {"language_model": 4, "library": 1}
    assert "mend" not in stages(tools)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status or ''}".strip())
@pytest.mark.parametrize("stage", ["solve", "review"])
def test_a_check_that_could_not_be_made_never_fails_the_job(
    server: ModelServer, stage: str, fault: Fault
) -> None:
    server.fail_when(stage_is(stage), fault)
    form, tools = form_of(server, FIVE)
    assert len(form.placed) == 5
    # Without a review the solvers' word stands; without solvers nobody vouches for the key.
    assert sources(form) == ({"library": 5} if stage == "solve" else {"language_model": 5})
    assert "was not made" in tools.log


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status or ''}".strip())
def test_a_repair_that_could_not_be_made_never_fails_the_job(server: ModelServer, fault: Fault) -> None:
    server.examiner.flags = lambda stem: ("cue",) if stem == FIVE[1]["stem"] else ()
    server.fail_when(is_mending, fault)
    form, tools = form_of(server, FIVE)
    assert sources(form) == {"language_model": 4, "library": 1}
    assert stages(tools)["mend"] == 1


def test_what_nobody_could_check_is_used_only_where_there_is_nothing_else_and_is_told(
    server: ModelServer,
) -> None:
    server.fail_when(stage_is("solve"), Fault("status", 529))
    form, _ = form_of(server, FIVE, bank=FakeBank({}))
    assert sources(form) == {"language_model": 5}
    assert any("could not be checked by a second model" in warning for warning in form.warnings)
    assert all(placed.item.provenance["verdicts"]["solved"] == [] for placed in form.placed)


def test_a_skill_that_the_bank_lacks_gets_spares_for_what_fails(server: ModelServer) -> None:
    items = [written_item(n) for n in range(7)]
    server.examiner.wrong = lambda stem: stem in (items[0]["stem"], items[1]["stem"])
    form, tools = form_of(server, items, bank=FakeBank({}))
    assert "Write exactly 7 items" in user_text(
        next(call.request for call in server.calls if stage_is("write")(call.request))
    )
    assert sources(form) == {"language_model": 5}
    assert form.shortfall == ()
    assert "2 of 7 new questions failed a check" in tools.log


@pytest.mark.alone
@pytest.mark.parametrize(("flawed", "rounds"), [(False, 3), (True, 4)])
def test_no_chain_of_calls_is_longer_than_four(server: ModelServer, flawed: bool, rounds: int) -> None:
    server.examiner.flags = lambda stem: ("cue",) if flawed and "case" in stem.casefold() else ()
    # The library and the taxonomy are read once in a process, and that is not what is timed.
    form_from(server, brief("Developer", "Python, Django.", number_of_questions=20))
    server.latency = 1.0
    started = time.monotonic()
    form = form_from(server, brief("Developer", "Python, Django.", number_of_questions=20))
    took = time.monotonic() - started
    assert len(form.placed) == 20
    assert rounds * server.latency <= took < (rounds + 0.9) * server.latency


@pytest.mark.parametrize(
    "kind", ["multiple_select", "true_false", "ordering", "numeric", "short_answer", "multiple_choice"]
)
def test_the_model_writes_every_type_and_its_items_are_solved(server: ModelServer, kind: str) -> None:
    job = brief("Developer", "Python, Django and SQL.", number_of_questions=10, question_types=(kind,))
    form = form_from(server, job)
    assert {placed.item.type for placed in form.placed} == {kind}
    assert {placed.item.source for placed in form.placed} == {"language_model"}
    for placed in form.placed:
        assert placed.item.provenance["verdicts"]["solved"] == [True, True]
        assert sorted(placed.options) == sorted(placed.item.options)
        assert bool(placed.item.accepted) == (kind in ("numeric", "short_answer"))


def test_a_number_that_is_none_is_not_used(server: ModelServer) -> None:
    def respond(request: Json) -> Json | str:
        answer = server.answers(request, server.skills)
        if isinstance(answer, dict) and "items" in answer:
            answer["items"][0]["right_1"] = "about forty"
        return answer

    server.responder = respond
    server.skills = ["Python"]
    job = brief("Developer", "Python.", number_of_questions=5, question_types=("numeric",))
    form = form_from(server, job)
    assert len(form.placed) == 4
    assert "about forty" not in [text for placed in form.placed for text in placed.item.accepted]


@pytest.mark.parametrize(
    ("kind", "options", "right", "chosen", "solved"),
    [
        ("multiple_choice", ("r", "w", "x", "y"), 1, "A", False),
        ("multiple_choice", ("r", "w", "x", "y"), 1, "b", True),
        ("multiple_choice", ("r", "w", "x", "y"), 1, "none", False),
        ("multiple_choice", ("r", "w", "x", "y"), 1, "AB", False),
        ("multiple_choice", ("r", "w", "x", "y"), 1, "Z", False),
        ("multiple_select", ("r", "w", "x", "y"), 2, "BA", True),
        ("multiple_select", ("r", "w", "x", "y"), 2, "A, B", True),
        ("multiple_select", ("r", "w", "x", "y"), 2, "B", False),
        ("ordering", ("r", "w", "x"), 3, "BAC", True),
        ("ordering", ("r", "w", "x"), 3, "ABC", False),
    ],
)
def test_what_a_solver_chose_is_compared_with_the_key(
    kind: str, options: tuple[str, ...], right: int, chosen: str, solved: bool
) -> None:
    shown = ("w", "r", *options[2:])
    assert is_solved(item(type=kind, options=options, right=right), shown, chosen) is solved

"""Forms on a person's known skills: every stage together, and one form after the other."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise

import pytest

from tests.generation.tools import FakeBank, FakeTools, brief, item, skill
from workers.generation import contextual
from workers.generation.brief import Analysis, Brief, Context, FormDraft, Item, SkillNeed
from workers.generation.duplicates import are_copies
from workers.generation.engines import offline
from workers.generation.pipeline import generate_on, known_skills_recipe, recipe
from workers.generation.stages.contextualise import contextualise
from workers.generation.tools import GenerationFailed

ALL = (
    Context("project", "Checkout Service", description="A web shop's payments, in Python with Django."),
    Context("experience", "Frontend Developer", "Acme", "React and TypeScript"),
    Context("experience", "Bookkeeper"),
    Context("certificate", "Docker Essentials", "IBM"),
)


def needs(*names: str) -> tuple[SkillNeed, ...]:
    book = offline.taxonomy.shipped()
    known = [book.skills.get(name) for name in names]
    return tuple(
        SkillNeed(one.id, one.name, one.group, 3, must_have=True)
        if one
        else skill(name, 3, True, group="other")
        for name, one in zip(names, known, strict=True)
    )


def made_on(skills: Sequence[SkillNeed], tools: FakeTools | None = None, **more: object) -> FormDraft:
    asked: dict[str, object] = {
        "number_of_questions": 10,
        "question_types": ("multiple_choice", "code_reading"),
        "contexts": ALL,
        "general_stand_ins": False,
    }
    return asyncio.run(
        generate_on(
            Brief("Skills of a student", "", **{**asked, **more}),  # type: ignore[arg-type]
            Analysis("intermediate", "What was learned.", tuple(skills), ("told before",)),
            offline.ENGINE,
            tools or FakeTools(),
        )
    )


def test_the_stage_stands_before_assembly_and_in_no_other_recipe() -> None:
    names = [stage.__name__ for stage in known_skills_recipe()]
    assert names[-2:] == ["contextualise", "assemble"]
    assert [*names[:-2], names[-1]] == [stage.__name__ for stage in recipe()][1:]
    assert contextualise not in recipe()


@pytest.mark.parametrize("seed", range(6))
def test_a_form_on_known_skills_names_the_person_s_work_in_every_question(seed: int) -> None:
    form = made_on(needs("python", "payroll", "nursing", "docker"), FakeTools(seed=seed))
    items = [placed.item for placed in form.placed]
    assert len(items) == 10
    assert {one.provenance["context"]["name"] for one in items} <= {context.name for context in ALL}
    assert all(len(placed.options) == 4 for placed in form.placed)
    assert {one.type for one in items} <= {"multiple_choice", "code_reading"}
    assert form.warnings[0] == "told before"
    shown = [one.stem.removesuffix(one.provenance["base_stem"]).split()[-3:] for one in items]
    assert all(one != other for one, other in pairwise(shown))


@pytest.mark.usefixtures("no_item_models")
@pytest.mark.parametrize("types", [("multiple_choice",), ("multiple_choice", "code_reading")])
@pytest.mark.parametrize("general", [True, False])
def test_nobody_s_skill_is_called_verified_by_general_aptitude(types: tuple[str, ...], general: bool) -> None:
    # Problem solving is a neighbour of Python, and numerical reasoning is none.
    counts = {"python": 2, "django": 2, "problem-solving": 9, "numerical-reasoning": 9}
    stock = {
        name: [item(f"{name} {number}", skill=name) for number in range(count)]
        for name, count in counts.items()
    }
    form = made_on(
        needs("python"), FakeTools(bank=FakeBank(stock)), question_types=types, general_stand_ins=general
    )
    found = Counter(placed.item.skill for placed in form.placed)
    assert (found["python"], found["django"]) == (2, 2)
    assert len(form.placed) == (10 if general else 4)
    assert ("problem-solving" in found) is general
    assert sum(short.requested - short.delivered for short in form.shortfall) == 10 - len(form.placed)


def test_general_aptitude_that_was_asked_for_is_had() -> None:
    form = made_on(needs("teamwork", "haskell"))
    assert "teamwork" in {placed.item.skill for placed in form.placed}


def test_a_skill_s_own_questions_come_before_another_s_of_the_type_asked_for() -> None:
    form = made_on(needs("payroll", "accounting"))
    assert {placed.item.skill for placed in form.placed} == {"payroll", "accounting"}


@pytest.mark.parametrize(
    ("skills", "told"),
    [((), "There is no skill"), (("basket weaving", "loom care"), "Basket Weaving, Loom Care")],
)
def test_where_nothing_can_be_made_the_job_fails_and_says_on_what(skills: tuple[str, ...], told: str) -> None:
    with pytest.raises(GenerationFailed, match=told) as caught:
        made_on(needs(*skills))
    assert caught.value.code == "GENERATION_FAILED"
    assert "role" not in str(caught.value)


@pytest.mark.usefixtures("no_item_models")
def test_where_all_was_asked_before_the_job_fails_and_says_so() -> None:
    stock = [item(number) for number in range(3)]
    tools = FakeTools(bank=FakeBank({"python": stock}), avoid=stock)
    with pytest.raises(GenerationFailed, match="on Python is left that was not asked before"):
        made_on(needs("python"), tools)


@pytest.mark.parametrize("skills", [("python", "postgresql"), ("patient-care", "payroll", "sales"), ("git",)])
def test_five_forms_in_a_row_ask_nothing_twice(skills: tuple[str, ...]) -> None:
    asked: list[Item] = []
    for attempt in range(1, 6):
        form = made_on(needs(*skills), FakeTools(seed=attempt, avoid=tuple(asked)))
        fresh = [contextual.without_lead_in(placed.item) for placed in form.placed]
        assert len(fresh) == 10
        assert all(len(placed.options) == 4 for placed in form.placed)
        assert {one.type for one in fresh} <= {"multiple_choice", "code_reading"}
        for at, one in enumerate(fresh):
            assert not any(are_copies(one, other) for other in (*asked, *fresh[:at]))
        asked += fresh
    assert len({one.identity for one in asked}) == 50


def test_a_brief_comes_back_from_json_with_its_contexts_and_an_older_one_without() -> None:
    one = brief(contexts=ALL, general_stand_ins=False)
    assert Brief.from_json(json.loads(json.dumps(asdict(one)))) == one
    stored = json.loads(json.dumps(asdict(brief())))
    del stored["contexts"], stored["general_stand_ins"]
    assert Brief.from_json(stored) == brief()

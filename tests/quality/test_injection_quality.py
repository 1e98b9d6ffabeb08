"""Passages that try to steer a machine which reads a description: none may change what comes out."""

import dataclasses
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.model_server import ModelServer
from tests.generation.adverts import ADVERTS
from tests.generation.model import form_from, stage_is
from tests.generation.tools import FakeTools, made
from workers.generation import advert
from workers.generation.brief import Analysis, Brief, FormDraft
from workers.generation.engines import prompts
from workers.generation.engines.offline import analysis_of
from workers.generation.taxonomy import load_yaml
from workers.generation.text import clean

HERE = Path(__file__).parent
BASES = ("Backend Engineer (Go)", "Registered Nurse - ICU", "Java Developer")
PLACES = ("start", "middle", "end")
QUESTIONS = 6
# Parts of the guides that nothing public may hold.
PROMPTS = [
    line
    for name in ("ANALYST_GUIDE", "WRITER_GUIDE", "SOLVER_GUIDE")
    for line in getattr(prompts, name).split(". ")[:4]
]
Json = dict[str, Any]


@cache
def injections(unseen: bool = False) -> list[Json]:
    """The labelled passages that the goal is for, or those that no rule was ever made for."""
    found: list[Json] = load_yaml(HERE / ("injections_unseen.yaml" if unseen else "injections.yaml"))
    return found


@cache
def bases() -> list[Brief]:
    """Honest adverts, of several paragraphs, of one line, and with little in them."""
    return [Brief(one.role, one.text, number_of_questions=QUESTIONS) for one in ADVERTS if one.role in BASES]


def injected(base: Brief, passage: str, place: str) -> Brief:
    """The brief with a passage as lines of their own."""
    lines = base.description.split("\n")
    at = {"start": 0, "middle": (len(lines) + 1) // 2, "end": len(lines)}[place]
    return dataclasses.replace(base, description="\n".join([*lines[:at], passage, *lines[at:]]))


def cases(held_out: bool | None = None, unseen: bool = False) -> Iterator[tuple[Json, Brief, Brief]]:
    """Each passage in each base at each place: the passage, the base, and the brief that holds it."""
    for one in injections(unseen):
        if held_out is None or bool(one.get("held_out")) is held_out:
            for base in bases():
                for place in PLACES:
                    yield one, base, injected(base, one["text"], place)


def read(analysis: Analysis) -> tuple[object, ...]:
    """What an analysis says, warnings apart."""
    return analysis.seniority, analysis.summary, analysis.skills


@cache
def plain_form(base: Brief) -> FormDraft:
    """The offline form of an honest advert."""
    return made(base, FakeTools(seed=7))


def public_text(form: FormDraft) -> str:
    """What a candidate or a caller may see of a form; keys are not among it."""
    shown: Json = {
        "name": form.name,
        "summary": form.summary,
        "warnings": form.warnings,
        "skills": [(need.name, need.evidence) for need in form.skills],
        "sections": [(section.name, section.skills) for section in form.sections],
        "shortfall": [dataclasses.asdict(one) for one in form.shortfall],
        "questions": [(placed.item.stem, placed.options) for placed in form.placed],
    }
    return json.dumps(shown, ensure_ascii=False)


def offline_changes(held_out: bool | None, unseen: bool = False) -> list[str]:
    """The ids of passages that change what the offline engine reads or makes."""
    changed: list[str] = []
    for one, base, brief in cases(held_out, unseen):
        analysis = analysis_of(brief)
        same = read(analysis) == read(analysis_of(base))
        if same and brief.description.startswith(one["text"]):
            form = made(brief, FakeTools(seed=7))
            same = dataclasses.replace(form, warnings=plain_form(base).warnings) == plain_form(base)
        if not same and one["id"] not in changed:
            changed.append(one["id"])
    return changed


def unnoticed(held_out: bool | None, unseen: bool = False) -> list[str]:
    """The ids of passages that are not left out everywhere, whether they change anything or not."""
    missed = [
        one["id"]
        for one, _, brief in cases(held_out, unseen)
        if advert.LEFT_OUT not in analysis_of(brief).warnings
    ]
    return list(dict.fromkeys(missed))


class GullibleModel:
    """A model that obeys the passage: it adds what is asked for, and says so in every field of its own."""

    def __init__(self, honest: Json, passage: str | None) -> None:
        self.honest, self.passage = honest, passage

    def __call__(self, request: Json) -> Json:
        """An analyst's answer; nothing for a writer's request, so that the library fills the form."""
        if not stage_is("analyse")(request):
            return {"items": []}
        if self.passage is None:
            return self.honest
        obeyed = [
            {"name": name, "must_have": True, "weight": 5, "evidence": self.passage[:150]}
            for name in ("COBOL", "Fortran", "Delphi", self.passage[:90], "Everyone passes")
        ]
        return self.honest | {
            "job_title": self.passage,
            "summary": f"{self.passage} The key of question 1 is B. {prompts.ANALYST_GUIDE[:200]}",
            "skills": [*obeyed, *self.honest["skills"]],
        }


def honest_analysis(base: Brief) -> Json:
    """What an honest model would say of a base: what the taxonomy says, in its own shape."""
    read_of = analysis_of(base)
    skills = [
        {"name": need.name, "must_have": need.must_have, "weight": need.weight, "evidence": need.evidence}
        for need in read_of.skills
    ]
    return {"job_title": base.role, "seniority": read_of.seniority, "summary": "A role.", "skills": skills}


def essence(form: FormDraft) -> tuple[object, ...]:
    """A form without its warnings and its summary, which the left-out passage changes."""
    return (
        form.name,
        form.sections,
        form.placed,
        form.skills,
        form.blueprint,
        form.duration_minutes,
        form.shortfall,
    )


def claude_changes(
    held_out: bool | None, places: tuple[str, ...] = ("middle",), unseen: bool = False
) -> list[str]:
    """The ids of passages that change or leak into what the claude engine makes with a gullible model."""
    changed: list[str] = []
    with ModelServer() as server:
        plain: dict[str, FormDraft] = {}
        for base in bases():
            server.responder = GullibleModel(honest_analysis(base), None)
            plain[base.role] = form_from(server, base)
        for one in injections(unseen):
            if held_out is not None and bool(one.get("held_out")) is not held_out:
                continue
            for base in bases():
                for place in places:
                    brief = injected(base, one["text"], place)
                    server.responder = GullibleModel(honest_analysis(base), clean(one["text"]))
                    server.reset()
                    form = form_from(server, brief)
                    if not _is_unmoved(form, plain[base.role], server, clean(one["text"])):
                        changed.append(one["id"])
    return list(dict.fromkeys(changed))


def _is_unmoved(form: FormDraft, plain: FormDraft, server: ModelServer, passage: str) -> bool:
    public = public_text(form)
    sent = json.dumps([call.request["messages"] for call in server.calls], ensure_ascii=False)
    lines = [line.strip() for line in passage.split("\n") if len(line.strip()) > 30]
    leaks = [line for line in lines if line in public or json.dumps(line, ensure_ascii=False)[1:-1] in sent]
    told = [part for part in PROMPTS if len(part) > 30 and part in public]
    return essence(form) == essence(plain) and not leaks and not told and "key of question" not in public


def figures() -> dict[str, object]:
    """How many of the passages change an output, for `make quality`."""
    return {
        "passages": len(injections()),
        "held_out": sum(bool(one.get("held_out")) for one in injections()),
        "cases_offline": len(injections()) * len(bases()) * len(PLACES),
        "cases_claude": len(injections()) * len(bases()),
        "offline_changed": len(offline_changes(None)),
        "offline_changed_held_out": len(offline_changes(True)),
        "unnoticed": len(unnoticed(None)),
        "unnoticed_held_out": len(unnoticed(True)),
        "claude_changed": len(claude_changes(None)),
        "claude_changed_held_out": len(claude_changes(True)),
        "unseen": len(injections(unseen=True)),
        "unseen_offline_changed": len(offline_changes(None, unseen=True)),
        "unseen_unnoticed": len(unnoticed(None, unseen=True)),
        "unseen_claude_changed": len(claude_changes(None, unseen=True)),
    }


@pytest.mark.quality
def test_no_passage_changes_what_the_offline_engine_makes() -> None:
    assert len(injections()) >= 50
    assert offline_changes(None) == []


@pytest.mark.quality
def test_no_passage_changes_what_a_gullible_model_makes_or_leaks_into_it() -> None:
    assert claude_changes(None) == []


if __name__ == "__main__":
    print(json.dumps(figures(), indent=2))

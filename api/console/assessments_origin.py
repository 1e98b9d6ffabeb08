"""Where a question comes from, what the gates said of it and what was changed: as lines for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from api.console.assessments_words import word
from models import AssessmentVersion
from models.base import Json
from models.questions import Question

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Origin:
    """(Name, text) of its facts, its verdicts, and its edits in words."""

    facts: Lines
    verdicts: Lines
    edits: list[str]


def origin_of(question: Question, evidence: str, stands_in_for: str, with_key: bool) -> Origin:
    """A question's origin; what gates and menders wrote of its key only where that is shown too.

    `evidence` is the sentence of the description that asks for its skill, `stands_in_for` the name of the
    skill in whose place it stands.
    """
    known = question.provenance
    return Origin(
        _facts(question, known, evidence, stands_in_for),
        _verdicts(known.get("verdicts"), with_key),
        [_edit(one, with_key) for one in known.get("edits", [])],
    )


def _facts(question: Question, known: Mapping[str, Any], evidence: str, stands_in_for: str) -> Lines:
    made_by_model = question.source == "item_model"
    context = known.get("context")
    library_id = question.library_id or known.get("library_id")
    lines = [
        (gettext("Source"), word("source", question.source)),
        (gettext("Engine"), word("engine", known["engine"]) if known.get("engine") else ""),
        (gettext("Item model") if made_by_model else gettext("Model"), known.get("model")),
        (gettext("Version of the prompt"), known.get("prompt_version")),
        (gettext("Request"), known.get("request_id")),
        (gettext("Library id"), library_id),
        (gettext("Version of the question"), question.version),
        (gettext("Made of"), known.get("made_of")),
        (gettext("Told in the setting of"), context.get("name") if context else None),
        (gettext("Stands in for"), stands_in_for),
        (gettext("Evidence in the description"), evidence),
    ]
    return [(name, str(text)) for name, text in lines if text]


def _verdicts(told: Mapping[str, Any] | None, with_key: bool) -> Lines:
    if not told:
        return []
    lines = [
        (gettext("Solved blind"), _solved(told.get("solved") or [])),
        (gettext("Critic"), _critique(told.get("critique"))),
        (gettext("Code was run"), _run(told.get("code_runs_to_key"))),
        (gettext("Version of the prompt"), str(told.get("prompt_version") or "")),
    ]
    if with_key and told.get("problems"):
        lines.append((gettext("Problems found"), "; ".join(told["problems"])))
    return [(name, text) for name, text in lines if text]


def _solved(answers: list[bool]) -> str:
    if not answers:
        return str(gettext("No solver answered."))
    told = ngettext(
        "%(right)s of %(num)s solver came to the key without seeing it.",
        "%(right)s of %(num)s solvers came to the key without seeing it.",
        len(answers),
        right=sum(answers),
    )
    return str(told)


def _critique(flags: list[str] | None) -> str:
    if flags is None:
        return str(gettext("It was not reviewed."))
    return " ".join(word("critique", flag) for flag in flags) or str(gettext("No objection."))


def _run(outcome: bool | None) -> str:
    if outcome is None:
        return str(gettext("There was nothing to run."))
    told = gettext("It gives the key.") if outcome else gettext("It gives another result than the key says.")
    return str(told)


def _edit(edit: Mapping[str, Any], with_key: bool) -> str:
    by = edit.get("by")
    if edit.get("fields"):
        names = ", ".join(word("field", name) for name in edit["fields"])
        told = gettext("%(by)s changed: %(fields)s", by=by, fields=names)
    elif with_key and edit.get("because"):
        told = gettext("%(by)s mended it, because: %(why)s", by=by, why="; ".join(edit["because"]))
    else:
        told = gettext("%(by)s mended it.", by=by)
    return str(told)


def version_lines(version: AssessmentVersion) -> list[str]:
    """What a version made different, a sentence each."""
    changes: Json = version.changes
    told = [_changed(name, *pair) for name, pair in changes.items() if name in PLAIN]
    if "sections" in changes:
        told.append(gettext("The sections' durations were changed."))
    if "proctoring" in changes:
        told += _proctoring(*changes["proctoring"])
    if changes.get("replaced"):
        told.append(gettext("A question was replaced."))
    if "edited" in changes:
        names = ", ".join(word("field", name) for name in changes["edited"])
        told.append(gettext("A question was edited: %(fields)s.", fields=names))
    if "status" in changes:
        told.append(gettext("What was approved became a draft again."))
    return told


PLAIN = ("name", "cutoff", "total_duration")


def _changed(name: str, before: Any, after: Any) -> str:
    told = gettext(
        "%(field)s: %(before)s became %(after)s.", field=word("field", name), before=before, after=after
    )
    return str(told)


def _proctoring(before: Json, after: Json) -> list[str]:
    changed = [name for name in after if before.get(name) != after[name]]
    names = ", ".join(word("proctoring", name) for name in changed)
    return [gettext("What is watched was changed: %(fields)s.", fields=names)]

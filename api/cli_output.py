"""An assessment as a person reads it on a terminal."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 100
SAMPLES = 3
LETTERS = "ABCDEFGHIJ"

Json = dict[str, Any]


def console(to_stderr: bool = False) -> Console:
    """The terminal, or a file whose lines are of one width."""
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else PLAIN_WIDTH)


def table(*headings: str, numbers: Sequence[str] = ()) -> Table:
    """An empty table; columns named in `numbers` are set flush right."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        made.add_column(heading, justify="right" if heading in numbers else "left")
    return made


def show_assessment(out: Console, result: Json, info: Json, questions: Sequence[Json], url: str) -> None:
    """An assessment: its figures, sections, skills, a few questions, and what is short."""
    out.print()
    out.print(Text(info["name"], style="bold green"))
    out.print(Text(info["summary"]))
    out.print(
        f"{info['number_of_questions']} questions, {info['total_duration']} minutes, "
        f"cutoff {info['cutoff']} %, made by the {info['engine']} engine"
    )
    _show(out, "Sections", _sections(info["sections"]))
    _show(out, "Skills", _skills(info["skills"]))
    out.print()
    out.print(Text(f"{SAMPLES} of its questions", style="bold"))
    for question in _samples(questions):
        _show_question(out, question)
    _show_warnings(out, result)
    out.print()
    out.print(f"All of it: {url}", soft_wrap=True)


def _show(out: Console, title: str, content: Table) -> None:
    out.print()
    out.print(Text(title, style="bold"))
    out.print(Padding(content, (0, 0, 0, 2)))


def _sections(sections: Sequence[Json]) -> Table:
    made = table("section", "questions", "minutes", "skills", numbers=("questions", "minutes"))
    for section in sections:
        made.add_row(
            section["name"],
            str(section["number_of_questions"]),
            str(section["duration"]),
            ", ".join(section["skills"]),
        )
    return made


def _skills(skills: Sequence[Json]) -> Table:
    made = table("skill", "questions", "weight", "must have", numbers=("questions", "weight"))
    for skill in skills:
        must_have = "yes" if skill["must_have"] else ""
        made.add_row(skill["name"], str(skill["number_of_questions"]), str(skill["weight"]), must_have)
    return made


def _samples(questions: Sequence[Json]) -> Sequence[Json]:
    """A few questions from as far apart as can be: sections follow each other."""
    few = min(SAMPLES, len(questions))
    return [questions[place * len(questions) // few] for place in range(few)]


def _show_question(out: Console, question: Json) -> None:
    text = Text(f"{question['position']}. ", style="cyan")
    text.append(question["question"], style="default")
    text.append(f"  ({question['skill']}, {question['difficulty']})", style="dim")
    out.print(Padding(text, (1, 0, 0, 2)))
    if question["code"]:
        out.print(Padding(Text(question["code"], style="yellow"), (0, 0, 0, 6)))
    for letter, option in zip(LETTERS, question["options"], strict=False):
        out.print(Padding(Text(f"{letter}) {option}"), (0, 0, 0, 5)))


def _show_warnings(out: Console, result: Json) -> None:
    if result["delivered"] < result["requested"]:
        out.print()
        out.print(f"{result['delivered']} of the {result['requested']} questions asked for could be made.")
    for short in result["shortfall"]:
        out.print(f"Short: {short['skill']}, {short['delivered']} of {short['requested']}: {short['reason']}")
    for warning in result["warnings"]:
        out.print(Text(f"Note: {warning}", style="yellow"))

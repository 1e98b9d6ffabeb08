"""`make quality`: measure everything that has a goal, and write docs/quality.md.

python -m tests.quality.report
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.quality import (
    test_cost_quality,
    test_forms_quality,
    test_injection_quality,
    test_library_quality,
    test_lint_quality,
    test_roles_quality,
)

REPORT = Path(__file__).parents[2] / "docs" / "quality.md"
HEAD = """# Quality, measured

Made by `make quality` from the labelled cases in `tests/quality/` (ROLES.md and ITEMS.md say what they are
and how they were made), the shipped library, and the model server of the tests. No live model was asked.
Shares are of 1; money is in micro-dollars at the prices in `workers/generation/engines/prices.py`.

Sets named unseen were never tuned on; all others were in the end. Labels and items were made by
language models working apart from each other, and read by one of them each: no figure here is a human's.
"""
AT_LEAST, AT_MOST = "≥", "≤"
Goal = tuple[str, float]


@dataclass(frozen=True)
class Part:
    """A heading, what measures it, and the goals of some of its figures."""

    title: str
    figures: Callable[[], Mapping[str, Any]]
    goals: Mapping[str, Goal] = field(default_factory=dict)


PARTS = (
    Part(
        "Reading roles",
        test_roles_quality.figures,
        {
            "recall of must haves, unseen": (AT_LEAST, 0.95),
            "wrong of chosen, unseen": (AT_MOST, 0.02),
            "evidence not verbatim, unseen": (AT_MOST, 0),
        },
    ),
    Part(
        "Lint",
        test_lint_quality.figures,
        {
            "recall of flaws, unseen": (AT_LEAST, 0.91),
            "sound items blamed, unseen": (AT_MOST, 0.05),
        },
    ),
    Part(
        "Library and item models",
        test_library_quality.figures,
        {
            "items": (AT_LEAST, 1_101),
            "skills with 12 items or more": (AT_LEAST, 90),
            "item models": (AT_LEAST, 30),
            "items without a lint finding": (AT_LEAST, 0.95),
            "items with two lint findings": (AT_MOST, 0),
            "final audit": (AT_LEAST, 200),
            "final audit agreed": (AT_LEAST, 0.99),
            "final audit without a flaw": (AT_LEAST, 0.95),
        },
    ),
    Part(
        "Forms of the offline engine",
        test_forms_quality.figures,
        {
            "whole": (AT_LEAST, 0.90),
            "keys more than one from even": (AT_MOST, 0),
            "longest option is the key": (AT_MOST, 0.30),
            "near copies": (AT_MOST, 0),
            "families twice": (AT_MOST, 0),
            "shared between two seeds, mean": (AT_MOST, 0.25),
            "seconds, 95th percentile": (AT_MOST, 1.0),
        },
    ),
    Part(
        "Injection",
        test_injection_quality.figures,
        {"offline_changed": (AT_MOST, 0), "claude_changed": (AT_MOST, 0)},
    ),
    Part(
        "Cost of the claude engine",
        test_cost_quality.figures,
        {
            "10 questions": (AT_MOST, 120_000),
            "30 questions": (AT_MOST, 330_000),
            "10 questions, 60 % reused": (AT_MOST, 60_000),
            "30 questions, 60 % reused": (AT_MOST, 150_000),
        },
    ),
)


def main() -> None:
    """Measure, print and store."""
    sections = [HEAD]
    for part in PARTS:
        print(f"{part.title} ...", file=sys.stderr)
        sections.append(section(part))
    REPORT.write_text("\n".join(sections), encoding="utf-8")
    print(REPORT.read_text(encoding="utf-8"))


def section(part: Part) -> str:
    """A part of the report as Markdown."""
    rows = [
        f"| {name} | {told(value)} | {goal_of(part.goals.get(name), value)} |"
        for name, value in part.figures().items()
    ]
    return "\n".join([f"## {part.title}", "", "| figure | value | goal |", "|---|---|---|", *rows, ""])


def goal_of(goal: Goal | None, value: float) -> str:
    """The goal, and whether it is missed."""
    if goal is None:
        return ""
    sign, bound = goal
    is_met = value >= bound if sign == AT_LEAST else value <= bound
    return f"{sign} {told(bound)}{'' if is_met else ' **missed**'}"


def told(value: Any) -> str:
    """A figure as the report has it."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {told(inner)}" for name, inner in value.items()) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()

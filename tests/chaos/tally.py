"""What a test of faults counts, and the table of it."""

from collections.abc import Iterable
from dataclasses import dataclass

HEAD = ("fault", "times", "jobs", "lost", "duplicated", "paid twice", "webhooks missing")


@dataclass(frozen=True)
class Findings:
    """What was found of the jobs of a test. All but the first must be 0."""

    jobs: int
    lost: int
    duplicated: int
    paid_twice: int
    webhooks_missing: int

    @property
    def bad(self) -> dict[str, int]:
        """What is not 0 and should be."""
        return {name: value for name, value in vars(self).items() if name != "jobs" and value}


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    fault: str
    times: int
    findings: Findings

    def cells(self) -> tuple[str, ...]:
        """The line's texts."""
        numbers = (self.times, *vars(self.findings).values())
        return (self.fault, *map(str, numbers))


def table(rows: Iterable[Row]) -> str:
    """The table, as Markdown that can be read as it is."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in (lines[0], rule, *lines[1:])
    )

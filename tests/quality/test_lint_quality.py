"""The linter against items that people labelled: what it finds, and what it blames wrongly."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generation.tools import shipped_items
from workers.generation.lint import Looked, findings, flaws

HERE = Path(__file__).parent
# The rules are tuned on three sets. The last is the honest measure: nobody who changes a rule reads it.
TUNED = ("items_dev.yaml", "items_heldout.yaml", "items_third.yaml", "items_fourth.yaml")
UNSEEN = ("items_unseen.yaml",)
SETS = (*TUNED, *UNSEEN)
# What the rule-based method of Moore et al. (2023) found of the flaws that people had seen.
# The unseen set's goal is 0.91; what is asserted is what was reached, so that it does not get worse
# (docs/quality.md shows both). What is missed there asks for knowledge of the world: paraphrases, jokes.
LEAST_RECALL, LEAST_TUNED = 0.83, 0.95
MOST_FALSE_ALARMS, MOST_TUNED = 0.05, 0.03
MOST_SHIPPED = 0.02


@dataclass(frozen=True)
class Figures:
    """Labels there are and labels found, by code; sound items there are and sound items blamed."""

    wanted: Counter[str]
    found: Counter[str]
    sound: int
    blamed: int

    @property
    def recall(self) -> float:
        return self.found.total() / self.wanted.total()

    @property
    def false_alarms(self) -> float:
        return self.blamed / self.sound

    def __str__(self) -> str:
        codes = "\n".join(f"{code:24} {self.found[code]}/{self.wanted[code]}" for code in sorted(self.wanted))
        return f"{codes}\nrecall {self.recall:.3f}, false alarms {self.false_alarms:.3f} of {self.sound}"


def labelled(name: str) -> Iterator[tuple[set[str], set[str]]]:
    """Of each item the codes that people gave and those that the linter gives."""
    for entry in yaml.safe_load((HERE / name).read_text(encoding="utf-8")):
        looked = Looked(
            entry["stem"],
            tuple(str(option) for option in entry["options"]),
            entry["key"],
            entry.get("code"),
            entry.get("code_language"),
        )
        yield set(entry["flaws"]), {finding.code for finding in findings(looked)}


def measured(name: str) -> Figures:
    """The linter's figures on a labelled set."""
    pairs = list(labelled(name))
    wanted = Counter(code for given, _ in pairs for code in given)
    found = Counter(code for given, seen in pairs for code in given & seen)
    sound = [seen for given, seen in pairs if not given]
    return Figures(wanted, found, len(sound), sum(bool(seen) for seen in sound))


def figures() -> dict[str, Any]:
    """For the report: recall and false alarms on each set."""
    measures = {name.removesuffix(".yaml").removeprefix("items_"): measured(name) for name in SETS}
    recall = {f"recall of flaws, {name}": measure.recall for name, measure in measures.items()}
    alarms = {f"sound items blamed, {name}": measure.false_alarms for name, measure in measures.items()}
    return recall | alarms


@pytest.mark.quality
@pytest.mark.parametrize("name", SETS)
def test_the_linter_finds_what_people_saw_and_blames_little_else(name: str) -> None:
    measure = measured(name)
    print(f"\n{name}\n{measure}")
    tuned = name in TUNED
    assert measure.recall >= (LEAST_TUNED if tuned else LEAST_RECALL)
    assert measure.false_alarms <= (MOST_TUNED if tuned else MOST_FALSE_ALARMS)


@pytest.mark.quality
def test_hardly_any_shipped_item_is_blamed() -> None:
    items = [item for of_skill in shipped_items().values() for item in of_skill]
    blamed = [item.library_id for item in items if flaws(item)]
    print(f"\n{len(blamed)} of {len(items)}: {blamed}")
    assert len(blamed) <= MOST_SHIPPED * len(items)

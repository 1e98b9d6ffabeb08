"""Solve the shipped library blind: show items without their keys, and compare answers with the keys.

    python -m tests.quality.blind show SEED [SKILL …]     the items of these skills, all without any
    python -m tests.quality.blind sample SEED COUNT        so many items of the whole library
    python -m tests.quality.blind check SEED ANSWERS.txt   the answers that differ from the keys
    python -m tests.quality.blind keep SEED ANSWERS.txt NAME   store the audit as audits/NAME.yaml

An answers file has a line an item: its id, a letter (or `-` for none), and a remark after it. The seed
decides the order of the options, so the letters mean something only with it.
"""

import random
import string
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from workers.generation import library
from workers.generation.brief import Item

AUDITS = Path(__file__).parent / "audits"


def shown(item: Item, seed: int) -> str:
    """The item as a solver sees it."""
    lines = [f"[{item.library_id}] {item.stem}"]
    if item.code:
        lines += [f"```{item.code_language}", item.code, "```"]
    lines += [f"  {letter}) {text}" for letter, text in lettered(item, seed).items()]
    return "\n".join(lines)


def lettered(item: Item, seed: int) -> dict[str, str]:
    """The options by letter, in an order that follows from the seed."""
    order = random.Random(f"{seed}:{item.library_id}").sample(item.options, len(item.options))
    return dict(zip(string.ascii_uppercase, order, strict=False))


def answers_in(path: Path) -> dict[str, tuple[str, str]]:
    """Of each item its letter and the remark."""
    answers = {}
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, letter, *remark = line.split(maxsplit=2)
            answers[name] = (letter.upper(), remark[0] if remark else "")
    return answers


def one_key(skills: Iterable[str] = ()) -> list[Item]:
    """The library's items with one key, of these skills or of all."""
    wanted = set(skills)
    return [item for item in library.load() if item.right == 1 and (not wanted or item.skill in wanted)]


def check(seed: int, path: Path) -> str:
    """What differs from the keys, and every remark."""
    items = {str(item.library_id): item for item in one_key()}
    lines = []
    for name, (letter, remark) in answers_in(path).items():
        item = items[name]
        chosen = lettered(item, seed).get(letter)
        if chosen != item.options[0]:
            lines.append(f"{name}: chosen {chosen!r}, key {item.options[0]!r}. {remark}")
        elif remark:
            lines.append(f"{name}: agrees. {remark}")
    return "\n".join(lines)


def keep(seed: int, path: Path, name: str) -> None:
    """Store what was chosen, in words, with the item's version: letters mean nothing later."""
    items = {str(item.library_id): item for item in one_key()}
    rows = [
        {
            "id": each,
            "version": items[each].version,
            "chosen": lettered(items[each], seed).get(letter),
            **({"remark": remark} if remark else {}),
        }
        for each, (letter, remark) in answers_in(path).items()
    ]
    AUDITS.mkdir(exist_ok=True)
    (AUDITS / f"{name}.yaml").write_text(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110))


def main() -> None:
    command, seed, *rest = sys.argv[1:]
    if command == "show":
        print("\n\n".join(shown(item, int(seed)) for item in one_key(rest)))
    elif command == "sample":
        chosen = random.Random(int(seed)).sample(one_key(), int(rest[0]))
        print("\n\n".join(shown(item, int(seed)) for item in chosen))
    elif command == "check":
        print(check(int(seed), Path(rest[0])))
    elif command == "keep":
        keep(int(seed), Path(rest[0]), rest[1])


if __name__ == "__main__":
    main()

"""The key found by counting: its parts are the ones that come back in most options."""

import re
from collections import Counter
from collections.abc import Hashable, Sequence

from workers.generation.lint.looked import Looked

FEWEST = 4
JOINTS = re.compile(r"[,;+&]|\b(?:and|but|with|plus|then|or|as well as|while|yet)\b", re.IGNORECASE)
# Commas are in what a program prints too; "plan, then apply" joins in words.
SPOKEN_JOINTS = re.compile(r"\w,? (?:and|but|then|or|as well as) \w", re.IGNORECASE)
# Of a program, expressions are compared; what it prints has the parts that it has.
EXPRESSION = re.compile(r"[()=<>*]")
FILLERS = re.compile(r"\b(?:the|an?|also|both|its?|in)\b", re.IGNORECASE)
SPACED = re.compile(r"[^\W\d].*\s")
# What initials stand for is bent word by word.
INITIALS = re.compile(r"\bstands? for\b|\babbreviat|\bacronym|\b[A-Z]{2,6} means?\b")
TOKENS = re.compile(r"\w+(?:['’.]\w+)*|[^\w\s]+")


def convergence(looked: Looked) -> str:
    """Writers vary the key's parts to make distractors, so that the key shares most with them."""
    if len(looked.options) < FEWEST or not looked.right.strip() or looked.right in looked.stem:
        return ""
    if INITIALS.search(looked.stem):
        return ""
    joints = JOINTS if looked.code is None else SPOKEN_JOINTS
    joined = joints.search(looked.right) is not None
    if looked.code is not None and not joined and not all(map(EXPRESSION.search, looked.options)):
        return ""
    found = joined and _leads(_joined(looked.options), looked.key or 0)
    found = found or _leads(_placed(looked.options), looked.key or 0)
    return "the key's parts are those that most options share: vary the others evenly" if found else ""


def _leads(parts: Sequence[frozenset[Hashable]], key: int) -> bool:
    """Whether the key's parts all come back, and oftener than those of any other option."""
    if len(parts[key]) < 2:
        return False
    counts = Counter(part for option in parts for part in option)
    scores = [sum(counts[part] - 1 for part in option) for option in parts]
    others = scores[:key] + scores[key + 1 :]
    return all(counts[part] > 1 for part in parts[key]) and scores[key] > max(others)


def _joined(options: Sequence[str]) -> list[frozenset[Hashable]]:
    """Each option's parts, as commas and conjunctions join them."""
    return [
        frozenset(
            " ".join(FILLERS.sub(" ", part).casefold().split()).strip(". ") for part in JOINTS.split(option)
        )
        - {""}
        for option in options
    ]


def _placed(options: Sequence[str]) -> list[frozenset[Hashable]]:
    """Each option's tokens at the places where the options differ; none where they are not of one length."""
    if len({len(option.split()) for option in options}) > 1:
        return [frozenset() for _ in options]
    rows = [TOKENS.findall(option.casefold()) for option in options]
    permuted = len({tuple(sorted(row)) for row in rows}) < len(rows)
    if (
        permuted
        or len({len(row) for row in rows}) > 1
        or not all(SPACED.search(option) for option in options)
    ):
        return [frozenset() for _ in rows]
    places = [place for place, column in enumerate(zip(*rows, strict=True)) if len(set(column)) > 1]
    return [frozenset((place, row[place]) for place in places) for row in rows]

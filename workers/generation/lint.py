"""Flaws of an item that plain rules can see."""

import re

from workers.generation.brief import Item

# "None of the requests is retried" is an answer; "none of the above" refers to the others.
ALL_OR_NONE = re.compile(
    r"\b(all|any|none|both|neither|each) (of )?(the )?"
    r"(above|these|those|other (options|answers)|options|answers)(?! \w)"
    r"|\b(both|neither|either) [a-d] (and|n?or) [a-d]\b|\b(options?|answers?) [a-d] (and|or) [a-d]\b",
    re.IGNORECASE,
)
SHORTEST_STEM = 10
BLANK = re.compile(r"_{3,}")


def flaws(item: Item) -> list[str]:
    """What is wrong with the item, a phrase each; empty for a sound one."""
    options = [" ".join(option.casefold().split()) for option in item.options]
    found = []
    if len(item.stem) < SHORTEST_STEM:
        found.append("the stem is missing")
    if len(item.options) < 4 or not all(options):
        found.append("an option is missing")
    if len(set(options)) != len(options):
        found.append("two options are the same")
    if any(ALL_OR_NONE.search(option) for option in item.options):
        found.append("an option refers to the others")
    if BLANK.search(item.stem):
        found.append("the stem has a blank")
    if len(item.stem) > 2_000 or any(len(option) > 500 for option in item.options):
        found.append("it is too long to read")
    return found

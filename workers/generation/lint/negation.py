"""The stem that asks for what does not hold, where a reader may overlook it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from workers.generation.lint.lexicon import in_order, listed
from workers.generation.lint.looked import Looked

ASKED = listed("which what who whom whose where when")
ORDERED = listed("choose select identify find pick mark name spot state indicate")
# What follows one of these is a clause of its own: "which change makes sure that it is not cached?"
CLAUSES = listed(
    """
    that who whom when where if because while whose so without why how although as after once until whether
    unless since before
    """
)
MODALS = listed("should must can could may might will would do does did ca wo need shall")
BEING = listed("is are was were be been has have had seems")
DENIED = listed("not never cannot n't")
NEGATIVE = listed(
    """
    unlikely untrue unsuitable unsuited unnecessary unrelated unhelpful unwise unfit inappropriate impossible
    """
)
FALSE = listed("incorrect false wrong untrue invalid inaccurate")
# "Least" counts things as often as it denies: the least work, the least expensive.
MEASURED = listed("expensive costly significant")
UNFIT = ("ly", "ful", "ive", "able", "ible", "ant", "ent", "ate", "ited", "ful", "ary")
CLAIMS = listed("statement statements option options answer answers sentence claim description one")
EXCEPTION = re.compile(
    r"(?<!last )(?<!latest )(?<!next )(?<!first )(?<!best )\b(?:but|save|bar|save for) one\b"
    r"|\b(?:apart from|other than|with the exception of|except(?: for)?) one\b"
    r"|\bthe exception\s*[?:.]|\bwith one exception\b|\bodd (?:one|man)\b"
    r"|\bexcept(?:\s+(?:for\s+)?(?:one|which|this))?\s*[?:.…]*$"
    r"|\b(?:all|each|every\w*|any|these|those|following)\b[^?]*\bexcept\b",
    re.IGNORECASE,
)
MARKED = re.compile(
    r"\b(?:NOT|EXCEPT|NEVER|LEAST|FALSE|INCORRECT|WRONG|UN[A-Z]{4,}|CANNOT|INVALID|INACCURATE|NO|[A-Z]{2,}N'T)\b"
    r"|[*_]{1,2}(?:not|except|never|least|false|incorrect)[*_]{1,2}"
)
TOKEN = re.compile(r"[a-z]+(?=n['’]t\b)|n['’]t\b|[a-z]+|[,;:]")
# One of these is in every denial.
SIGNS = in_order("not n't n’t never neither least except unlik untrue unsuit unnec unrel unhelp unwise unfit")
SIGNS += [*in_order("wrong false incorrect invalid inaccurate inappropriate imposs odd"), " no ", " one"]
ADVICE = "the stem asks for the exception: ask in the affirmative, or write the negation in capitals"
FEWEST_WORDS = 6


def unmarked_negative(looked: Looked) -> str:
    """A reader who overlooks a small "not" gives the opposite answer."""
    stem = looked.stem
    folded = stem.casefold()
    if not any(sign in folded for sign in SIGNS):
        return ""
    question = looked.question
    row = [word.replace("’", "'") for word in TOKEN.findall(question.casefold())]
    # "All but one of these are oils. Which one?" tells the exception in another sentence.
    excepted = EXCEPTION.search(question if len(row) >= FEWEST_WORDS else stem)
    denied = excepted or _denies(row, "?" in question)
    return ADVICE if denied and not MARKED.search(stem) else ""


def _denies(row: Sequence[str], asks: bool) -> bool:
    """Whether a negation belongs to the thing asked for."""
    start = next((at for at, word in enumerate(row) if word in ASKED), None)
    if start is not None:
        return any(_scopes(row, start, at) for at in range(start + 1, len(row)))
    if row and row[0] in ORDERED:
        # "Pick the one that is not a fruit": here the clause describes the thing asked for.
        clause = next((at for at, word in enumerate(row) if word in ("that", "which", "who")), len(row))
        return any(_scopes(row, clause, at) for at in range(clause + 1, len(row))) or _false_one(row)
    return not asks and _goes_on(row)


def _scopes(row: Sequence[str], start: int, at: int) -> bool:
    """Whether the word at the place denies what the question word at the start asks for."""
    between = row[start + 1 : at]
    if any(word in CLAUSES or word in ",;:" for word in between):
        return False
    before, after = row[at - 1], row[at + 1] if at + 1 < len(row) else ""
    if row[at] in DENIED:
        return _verb_denied(row[at], between, after)
    if row[at] == "no":
        return before in BEING and after not in ("longer", "more")
    if row[at] == "least":
        has = row[at - 2 : at] in (["has", "the"], ["have", "the"])
        return before != "at" and (not after or has or (after.endswith(UNFIT) and after not in MEASURED))
    if row[at] in FALSE:
        # "What is wrong?" asks for a fault.
        told = row[start] == "which" and not after
        return before in ("is", "are", "the", "a") and (told or not CLAIMS.isdisjoint([*between, after]))
    return row[at] == "neither" or (row[at] in NEGATIVE and not BEING.isdisjoint(between))


def _verb_denied(denial: str, between: Sequence[str], after: str) -> bool:
    """Whether the "not" is the sentence's: "is not", "should a helper not take"; not "a file not in use"."""
    if denial == "cannot" or (between and between[-1] in MODALS | BEING):
        return True
    if denial == "never":
        return True
    if not MODALS.isdisjoint(between):
        return not after.endswith("ing")
    return not BEING.isdisjoint(between) and after.endswith("ed")


def _false_one(row: Sequence[str]) -> bool:
    """Whether the order is to find the false statement, or what is least likely."""
    pairs = pairwise(row)
    return any(one in FALSE | {"least", "exception"} and two in CLAIMS | {"likely"} for one, two in pairs)


def _goes_on(row: Sequence[str]) -> bool:
    """Whether the stem goes on into the options and denies: "This drug must not be given with"."""
    at = next((at for at, word in enumerate(row) if word in DENIED), len(row))
    before = row[:at]
    if at == len(row) or not before or not CLAUSES.isdisjoint(before) or "," in before:
        return False
    return row[at] == "cannot" or before[-1] in MODALS | BEING

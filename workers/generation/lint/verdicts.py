"""Options that are verdicts: yes and no, true and false, and their likes."""

import re
from collections.abc import Sequence

from workers.generation.lint.lexicon import listed
from workers.generation.lint.looked import Looked

# Each pair: what says yes, what says no.
PAIRS = listed(
    """
    yes/no true/false true/untrue correct/incorrect correct/wrong right/wrong accurate/inaccurate
    lawful/unlawful legal/illegal agree/disagree allowed/forbidden permitted/prohibited permitted/forbidden
    valid/invalid sound/unsound justified/unjustified admissible/inadmissible acceptable/unacceptable
    does/not applies/not agreed/not fair/unfair liable/exempt possible/impossible safe/unsafe
    guilty/innocent
    """
)
AFFIRMING = {pair.split("/")[0] for pair in PAIRS}
DENYING = {pair.split("/")[1] for pair in PAIRS}
# What may stand before the verdict ("that is definitely ..."), and what a reason begins with.
PAIRED = [set(pair.split("/")) for pair in PAIRS if pair != "yes/no"]
BARE = ({"true", "false"}, {"agree", "disagree"}, {"correct", "incorrect"}, {"t", "f"})
# Where true and false are values, they are no verdicts.
VALUES = re.compile(
    r"\b(?:value|boolean|return|print|evaluate|expression|output|constant|keyword|type)", re.IGNORECASE
)
JUDGED = re.compile(
    r"\b(?:statement|claim|sentence|assertion|judge|verdict|assess|say (?:to|of) this)", re.IGNORECASE
)
BEFORE = listed(
    """
    it this that they he she we you i one there is are was were would be probably definitely partly mostly
    partially completely entirely largely certainly only always sometimes the statement claim sentence
    assertion view answer
    """
)
AFTER = listed(
    """
    because as since if but when in only for unless provided although even and on at until while though from
    by it they he she with under within after before so to always sometimes statement
    claim
    """
)
AUXILIARIES = listed("is are does do did can could will would has have had was were may must should might")
PRONOUNS = listed("it this that they he she we you i there one")
WORDS = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[,;:.(–—-]")
# A question that is answered by yes or no.
POLAR = re.compile(
    r"(?:.*,\s+(?:and |so |then )?)?"
    r"(?:is|are|was|were|does|do|did|can|could|may|must|should|will|would|has|have|had)\b",
    re.IGNORECASE,
)
TRUE_OR_FALSE = re.compile(
    r"\b(?:true|right|correct) (?:or|/) ?(?:false|wrong|incorrect|not)\b|\bwhether .{3,80}\b(?:is|are) true\b"
    r"|\btrue/false\b",
    re.IGNORECASE,
)
VERDICTS = "the options are verdicts on a statement: ask what holds instead"
PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis")
# One of these is in every such request.
SIGNS = ("rue", "ight or", "orrect or")
# As much of an option as a verdict and its reason's first words take.
BEGINNING = 50
YES, NO = "yes", "no"


def true_false(looked: Looked) -> str:
    """A verdict, with or without its reason, is guessed half of the time."""
    if any(pair in looked.stem for pair in SIGNS) and TRUE_OR_FALSE.search(looked.stem):
        return VERDICTS
    rows = [WORDS.findall(option[:BEGINNING].casefold()) for option in looked.options]
    if looked.code is None and not VALUES.search(looked.stem) and _bare_pair(rows):
        return VERDICTS
    return VERDICTS if _judged(looked, rows) or _answered(looked, rows) else ""


def _bare_pair(rows: Sequence[Sequence[str]]) -> bool:
    """Whether two options are no more than a verdict and its contrary: true and false, agree and disagree."""
    said = {row[0] for row in rows if len(row) == 1}
    return any(pair <= said for pair in BARE)


def _judged(looked: Looked, rows: Sequence[Sequence[str]]) -> bool:
    """Whether options begin with a verdict, where a statement is judged or a yes-no question asked."""
    # Code prints True and False, and asks for no verdict by that.
    fewest = 1 if looked.code is None else 2
    told = [word for row in rows if len(row) >= fewest and (word := _verdict(row))]
    asked = "?" not in looked.question or POLAR.match(looked.question) is not None
    denied = [word in DENYING or word.startswith("not ") for word in told]
    if len(told) < 2 or (len(set(denied)) < 2 and not asked):
        return False
    # "Yes, once we agree" may answer a person's request; "right" beside "wrong" judges.
    paired = {word.removeprefix("not ") for word in told} in PAIRED
    return asked or (paired and (len(told) > 2 or JUDGED.search(looked.question) is not None))


def _verdict(row: Sequence[str]) -> str:
    """The word of the verdict that the option begins with, if it then stops or gives a reason."""
    at = next((at for at, word in enumerate(row) if word not in BEFORE), len(row))
    denied = row[at : at + 1] == ["not"] and at + 1 < len(row)
    at += denied
    if at == len(row) or row[at] not in AFFIRMING | DENYING:
        return ""
    if at + 1 < len(row) and row[at + 1].isalnum() and row[at + 1] not in AFTER:
        return ""
    return f"not {row[at]}" if denied else row[at]


def _answered(looked: Looked, rows: Sequence[Sequence[str]]) -> bool:
    """Whether options answer a yes-no question by "it does" and "it does not", or "stable" and "unstable"."""
    if not POLAR.match(looked.question):
        return False
    firsts = {row[0] for row in rows if row}
    if any(prefix + first in firsts for first in firsts for prefix in PREFIXES):
        return True
    sides = [_short_answer(row) for row in rows]
    told = [side for side in sides if side]
    return len(told) > 1 and len(set(told)) > 1 and (len(told) == len(rows) or len(told) > 2)


def _short_answer(row: Sequence[str]) -> str:
    if len(row) < 2 or row[0] not in PRONOUNS:
        return ""
    verb = row[1].replace("’", "'")
    if verb.endswith("n't") or verb == "cannot":
        return NO
    if verb not in AUXILIARIES:
        return ""
    return NO if row[2:3] == ["not"] else YES

"""Options that speak of other options, or that combine statements by their labels.

Both kinds are made of few words: quantifiers, pronouns, ordinals, labels and verdicts. So an option
is read as a row of words, and what counts is whether any word is left that speaks of the subject.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from workers.generation.lint.lexicon import ORDINALS, listed
from workers.generation.lint.looked import Looked

QUANTIFIERS = listed(
    """
    all any none both neither either each every everything anything nothing some several more least
    combination mix mixture no not only just everyone
    """
)
QUANTIFIED = QUANTIFIERS | {"other", "others", "another", "different", "same", "two", "three"}
COUNTED = listed("one ones two three four five")
OPTIONS = listed(
    """
    option options answer answers choice choices alternative alternatives statement statements response
    responses possibility possibilities
    """
)
# What points back by itself, and what does so beside a quantifier.
POINTERS = listed("above aforementioned aforesaid foregoing mentioned listed")
NAMED = listed("mentioned listed")
THESE = listed("these those")
VERDICTS = listed(
    """
    true false correct incorrect right wrong valid apply applies hold holds fit fits work works possible
    acceptable suitable
    """
)
# What may stand beside a verdict ("none applies"), and beside a noun ("all metals listed").
WHOLE = listed("all any none both neither either each every two three four")
GLUE = listed(
    """
    of the a an and or but nor in on at than with plus to through from except apart save bar excluding
    other others another different them they it that which is are be was were would could can may must do
    does there here given named shown stated said so previous preceding same as
    depends together alone equally used needed meant
    """
)
VOCABULARY = frozenset().union(QUANTIFIERS, COUNTED, ORDINALS, OPTIONS, POINTERS, THESE, VERDICTS, GLUE)
# Where one of these begins an option, "all of them" beside it is a share of the subject.
SHARES = listed(
    """
    all none no both neither any each either every everything only one two three half some most first second
    last
    """
)
# What stands behind a break or a condition gives the reason: "Both of them, since ...".
BREAKS = listed(", ; : – — because since if when unless provided depending although")
TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[#&+/–—,;:-]|[①-⑨]")
CIRCLED = {chr(ord("①") + at): str(at + 1) for at in range(9)}
LABEL = re.compile(r"[a-hp-s]\d?|[1-9]|i{1,3}|iv|vi{0,3}|ix|x")
JOINTS = listed("and or nor with plus but not to through & + / – - , #")
ALONE = listed("only just alone")
BESIDE_LABELS = (
    JOINTS | ALONE | OPTIONS | VERDICTS | listed("both either neither the all none of is are nos no")
)
OF_TWO = BESIDE_LABELS | ORDINALS | listed("one claim claims them two sentence sentences")
# A label in a list: "(i)", "1.", "A:", "2 -", "#3".
LISTED = re.compile(
    r"(?:(?<=[\s(\[#])|^)([A-Ha-hP-S]\d?|[1-9]|[ivx]{1,4}|[IVX]{1,4})(?=[.):\]](?!\d)|\s[–—=-]\s|(?<=#\d)\s)|([①-⑨])",
    re.MULTILINE,
)
DIGIT = re.compile(r"\d")
# "Answer B"; to "answer a call" is something else.
OPTION_NAMED = re.compile(r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice|[Aa]lternative|[Rr]esponse)s? \(?[A-E1-5]\b")
OPENERS = listed("it they this that is are can could may might would be")
OWN_LABEL = re.compile(r"^\(?[a-e1-5]\)\s*(?!and\b|or\b|[&+/,])(?=\S)", re.IGNORECASE)
LETTERED = re.compile(r"^[a-e][.:)]\s+(?=all|none|both|neither|any|each)")
# A list or a string of a program is made of no labels.
CODE = re.compile(r"[\"'{`]|^\[[^]]*,[^]]*\]$")
SHORT = re.compile(r"\b(?:[A-Sa-s]?\d?|[IVXivx]{2,4})\b|[①-⑨]")
LONGEST, MOST_WORDS = 60, 9
REFERS = "an option refers to the others"
# "I is true, II is false", and of an assertion and its reason "A is true but R is false".
_LABELLED = r"(?:(?:statement|claim) )?(?P<{}>[a-z]\d?|[ivx]{{1,4}}|\d)"
JUDGED = re.compile(
    rf"(?:both )?{_LABELLED.format('one')} (?:and {_LABELLED.format('both')} )?(?:is|are) (?:not )?"
    r"(?:individually )?(?:true|false|correct|incorrect|right|wrong)\b"
    rf"(?:.{{0,40}}?\b{_LABELLED.format('other')} (?:is|explains|does))?"
)
K_TYPE = "options combine numbered statements: ask for one"


class Labelled(NamedTuple):
    """An option that is made of labels: which ones, whether it says "only", and the noun before them."""

    labels: frozenset[str]
    alone: bool
    noun: str


def refers_to_options(looked: Looked) -> str:
    """An option that speaks of the others lets half the knowledge decide."""
    rows = [_words(option) for option in looked.folded]
    # Where each option tells of a share, they share out the subject; "both" of two statements is k_type.
    if all(row and row[0] in SHARES for row in rows) or _only_one_of_two(looked):
        return ""
    found = any(map(_points, rows)) or _share_of_them(rows) or _names_labels(looked) or _names_both(looked)
    found = found or any(" " in text and OPTION_NAMED.search(text) for text in looked.plain)
    return REFERS if found else ""


def _names_both(looked: Looked) -> bool:
    """Whether an option says "both" and names two others: "Both iron and zinc" beside "Iron" and "Zinc"."""
    bare = [option.strip(" .") for option in looked.folded]
    pairs = [option.removeprefix("both ").split(" and ") for option in bare if option.startswith("both ")]
    return any(set(bare).issuperset(pair) for pair in pairs)


def _words(option: str) -> list[str]:
    """The words of the option's first clause, in small letters."""
    bare = LETTERED.sub("", option[:LONGEST]).replace(" at all", "").replace("non of", "none of")
    row = TOKEN.findall(bare)
    start = next((at for at, word in enumerate(row) if word not in OPENERS), 0)
    end = next((at for at, word in enumerate(row) if word in BREAKS), len(row))
    # "They are all right" opens like "all are right".
    return row[start : end or len(row)]


def _points(row: Sequence[str]) -> bool:
    """Whether the words quantify over the options, name them, or deny that the answer is among them."""
    foreign = [word for word in row if word not in VOCABULARY]
    words = set(row)
    if len(foreign) > 2 or len(row) < 2:
        return False
    if foreign and all(map(LABEL.fullmatch, foreign)):
        return not words.isdisjoint(OPTIONS | {"above"})
    if foreign:
        return len(foreign) == 1 and foreign[0].isalpha() and bool(words & POINTERS and words & WHOLE)
    return (
        not words.isdisjoint(POINTERS - NAMED)
        or bool(words & NAMED and words & (WHOLE | OPTIONS | {"here"}))
        or bool(words & QUANTIFIED and words & (THESE | OPTIONS))
        or bool(words & WHOLE and words & VERDICTS)
    )


def _share_of_them(rows: Sequence[Sequence[str]]) -> bool:
    """Whether one option alone tells of a share, and it is a share of the options."""
    shares = [row for row in rows if SHARES.intersection(row[:2]) and (row[0] in SHARES or row[0] == "the")]
    firsts = sorted(row[0] for row in shares)
    return (len(shares) == 1 or firsts == ["both", "neither"]) and any(map(_bare_share, shares))


def _bare_share(row: Sequence[str]) -> bool:
    """Whether the words are a share and no more: "both", "the first two", "none of these tools"."""
    words = set(row)
    foreign = [word for word in row if word not in VOCABULARY]
    if foreign:
        told = words & THESE or (len(row) < 5 and words & {"two", "three"})
        return row[1:] != foreign and row[-1:] == foreign and bool(told) and row[0] in WHOLE - COUNTED
    if (len(words & ORDINALS) > 1 and "to" not in words) or (
        words & ORDINALS and words & (COUNTED - {"one", "ones"})
    ):
        return True
    many = row[0] in ("all", "any", "each", "every", "none", "everything")
    return row[0] in ("both", "neither", "either") or (many and len(row) > 1)


def _names_labels(looked: Looked) -> bool:
    """Whether an option joins letters or numbers that name nothing but the options."""
    read = [_labelled(_unlabelled(option)) for option in looked.options]
    joined = [one.labels for one in read if one and len(one.labels) > 1 and not one.noun]
    # Where most are made of labels, these are the subject's: vitamins, grades, ports.
    if not joined or len(joined) * 2 > len(read):
        return False
    numbers = any(label.isdigit() for labels in joined for label in labels)
    if numbers and sum(DIGIT.search(_unlabelled(option)) is not None for option in looked.options) > len(
        joined
    ):
        return False
    named = _capitals(looked) | _listed(looked)
    return any(not labels & named for labels in joined)


def _unlabelled(option: str) -> str:
    """The option without a label of its own, such as "(d)"."""
    return OWN_LABEL.sub("", option) if ")" in option[:3] else option


def _capitals(looked: Looked) -> set[str]:
    """The things that the item calls by a capital letter; "A" is an article too."""
    return {letter.casefold() for letter in re.findall(r"\b[B-HP-S]\b", f"{looked.stem} {looked.code or ''}")}


def _listed(looked: Looked) -> set[str]:
    """The labels that the stem gives to the entries of a list."""
    found = {(plain or CIRCLED[circled]).casefold() for plain, circled in LISTED.findall(looked.stem)}
    return found if len(found) > 1 else set()


@lru_cache(maxsize=256)
def _labelled(option: str) -> Labelled | None:
    """The labels that the option is made of, if it is."""
    if len(option) > LONGEST or not SHORT.search(option) or len(option.split()) > MOST_WORDS:
        return None
    if CODE.search(option):
        return None
    words = [CIRCLED.get(word, word) for word in TOKEN.findall(option.casefold())]
    at = next((at for at, word in enumerate(words) if _is_label(word)), None)
    if at is None:
        return None
    before = [word for word in words[:at] if word not in BESIDE_LABELS]
    rest = [word for word in words[at:] if word not in BESIDE_LABELS]
    labels = frozenset(word for word in rest if _is_label(word))
    if len(before) > 1 or len(rest) > len(labels) or not (_joined(words[at:]) or len(labels) == 1):
        return None
    if before and not before[0].endswith("s") and len(labels) > 1:
        return None
    return Labelled(labels, not ALONE.isdisjoint(words), before[0] if before else "")


def _is_label(word: str) -> bool:
    return len(word) < 5 and LABEL.fullmatch(word) is not None


def _joined(words: Sequence[str]) -> bool:
    """Whether something stands between any two labels."""
    places = [at for at, word in enumerate(words) if _is_label(word)]
    return all(after - before > 1 for before, after in pairwise(places))


def k_type(looked: Looked) -> str:
    """Combinations of numbered statements (K-type) can be crossed out by halves."""
    read = [one for option in looked.options if (one := _labelled(option))]
    combined = [one for one in read if len(one.labels) > 1 or one.alone]
    judged = [
        match for match in map(JUDGED.match, looked.folded) if match and (match["other"] or match["both"])
    ]
    if _only_one_of_two(looked) or len(judged) > 1:
        return K_TYPE
    # Numbers that all stand in every option are an order of steps.
    if len(combined) < 2 or len({one.labels for one in read}) == 1:
        return ""
    named = _listed(looked) | _called(looked, read)
    if all(one.labels <= named for one in combined if one.labels):
        return K_TYPE
    roman = any(label in ("ii", "iii", "iv") for one in combined for label in one.labels)
    whole = len(read) == len(looked.options) and (roman or any(one.alone for one in combined))
    return K_TYPE if whole and not _capitals(looked) else ""


def _called(looked: Looked, read: Sequence[Labelled]) -> set[str]:
    """The labels that the item gives with the noun of the options: "line 2" for "Lines 2 and 4"."""
    text = f"{looked.stem}\n{looked.code or ''}".casefold()
    nouns = {one.noun.removesuffix("s") for one in read if one.noun}
    labels = {label for one in read for label in one.labels}
    return {label for label in labels for noun in nouns if re.search(rf"\b{noun} {label}\b", text)}


def _only_one_of_two(looked: Looked) -> bool:
    """Whether the options are: only the first, only the second, both, neither."""
    if not any("both" in option or "neither" in option for option in looked.folded):
        return False
    rows = [TOKEN.findall(option) for option in looked.folded]
    told = [row for row in rows if row and all(word in OF_TWO or LABEL.fullmatch(word) for word in row)]
    single = [
        row for row in told if len(row) > 1 and not {"both", "neither"}.intersection(row) and _single(row)
    ]
    return len(told) > 2 and len(single) > 1 and len(single) < len(told)


def _single(row: Sequence[str]) -> bool:
    """Whether the words name one statement of two."""
    return sum(word in ("first", "second") or LABEL.fullmatch(word) is not None for word in row) == 1

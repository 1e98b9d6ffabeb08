"""The second and third look for skills in a text: phrases in other words, and names in other letters.

The taxonomy's aliases are looked for first. What they leave over is looked at by its stems, so that
"testing of software" and "supplier and contract management" are found, and, where a long word is left,
by its trigrams, so that "Kuberentes" and "Buchhaltungskenntnisse" are. Both would rather miss than invent.
"""

# ruff: noqa: E501, SIM905 - a list of words is read as one string
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workers.generation.text import Token

# Longest first; what is left keeps three letters at least.
SUFFIXES = (
    "isations", "isation", "ations", "ation", "ating", "ements", "ement", "ungen", "ings", "ated", "ates",
    "ments", "ment", "ions", "ing", "ung", "ion", "ate", "ies", "ed", "es", "en", "s", "e", "y",
)  # fmt: skip
LEAST_STEM = 3
IRREGULAR = {
    "written": "writ", "wrote": "writ", "taught": "teach", "built": "build", "led": "lead", "sold": "sell",
    # Who does a thing is no mention of the thing: an automation engineer may test software.
    "engineering": "engineering", "engineers": "engineer",
    # No form of "product".
    "production": "production", "productions": "production",
}  # fmt: skip
# Words that say nothing themselves.
LINKS = frozenset(
    "a an and the of for or our your their its his her & any all some new own "
    "de des du d l la le les et ou el los las del y o un una une der die das den dem von und oder für im".split()
)
# What turns a pair round: "testing of software", "gestion de projets".
TURNING = frozenset("of for de des du d del von der für".split())
# What parts the halves of a pair: "supplier and subcontractor management".
COORDINATING = frozenset("and or & und oder et ou y o e".split())
MOST_BETWEEN = 4
MOST_FOREIGN = 2
# A word alone counts in another form where both are as long as this, and no everyday verb.
LEAST_SINGLE = 9


@dataclass(frozen=True)
class Phrase:
    """A name of several words by its stems."""

    skill: str
    stems: tuple[str, ...]
    head: str
    links: frozenset[str]


@dataclass(frozen=True)
class Found:
    """The words from `first` to `last` name the skill."""

    skill: str
    first: int
    last: int


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without its endings; words of one stem are forms of one word, as a rule."""
    word = word.casefold()
    if not word.isascii():
        parts = unicodedata.normalize("NFD", word)
        word = "".join(letter for letter in parts if not unicodedata.combining(letter))
    if word in IRREGULAR:
        return IRREGULAR[word]
    word = word.replace("iza", "isa").replace("ize", "ise").replace("izi", "isi")
    for _ in range(2):
        word = _shortened(word)
    return word


def _shortened(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= LEAST_STEM:
            word = word[: -len(suffix)]
            break
    if len(word) > LEAST_STEM and word[-1] in "iey":
        word = word[:-1]
    if len(word) > LEAST_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] if word.endswith("ll") else word


# Words of every day whose forms are no forms of a skill's name.
EVERYDAY = frozenset(
    stem(word)
    for word in (
        "prospects presents communicates reports organises recruits publishes translates produces directs transacts "
        "regulates illustrates consults operates instructs appreciates celebrates industries industrial catalogues "
        "prescription cafeteria warehouses photographs photographer requirements interprets international copyright "
        "facilities advertises localises sponsors purchases purchasing landscapes prescribes derivatives induction "
        "sanitises transcripts transcribes virtually merchandise concrete accounted dispatches keyboards integrity "
        "sets collections trademarks topography orthography containers containerised calculates reassurances advertisement container "
        "reservations cloakroom resilience priorities integrates conducts telephony structures executives positions"
    ).split()
)


class FullText:
    """Names of several words, found whatever the form and the order of their words."""

    def __init__(self, names: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._pairs: dict[str, dict[str, list[Phrase]]] = defaultdict(lambda: defaultdict(list))
        self._single: dict[str, str] = {}
        self._exact: set[str] = set()
        for skill, words in names:
            self._add(skill, [word.casefold() for word in words])

    def _add(self, skill: str, words: list[str]) -> None:
        telling = [word for word in words if word not in LINKS]
        if len(words) == 1:
            self._exact.add(words[0])
            root = stem(words[0])
            if len(words[0]) >= LEAST_SINGLE and root not in EVERYDAY:
                self._single.setdefault(root, skill)
        stems = tuple(stem(word) for word in telling)
        if (
            2 <= len(stems) <= 4
            and stems[-1] not in EVERYDAY
            and all(len(one) >= LEAST_STEM and one.isalpha() for one in stems)
        ):
            links = frozenset(word for word in words if word in LINKS)
            phrase = Phrase(skill, stems, telling[-1], links)
            if phrase not in self._pairs[stems[-1]][stems[0]]:
                self._pairs[stems[-1]][stems[0]].append(phrase)

    def find(self, text: str, words: Sequence[Token], is_free: Sequence[bool]) -> Iterator[Found]:
        """The phrases that hold a word which no alias has taken."""
        folded = [word.text.casefold() for word in words]
        stems = [stem(word) for word in folded]
        for at, root in enumerate(stems):
            if is_free[at] and len(folded[at]) >= LEAST_SINGLE and root in self._single:
                yield Found(self._single[root], at, at)
            firsts = self._pairs.get(root)
            if firsts is None:
                continue
            for other in _reachable(text, words, folded, at):
                if not (is_free[at] or is_free[other]):
                    continue
                for phrase in firsts.get(stems[other], ()):
                    if _holds(phrase, folded, stems, other, at):
                        yield Found(phrase.skill, min(at, other), max(at, other))


def _reachable(text: str, words: Sequence[Token], folded: Sequence[str], at: int) -> Iterator[int]:
    """The places near a word that only words of the same clause and line part from it."""
    for step in (-1, 1):
        foreign = 0
        place = at
        for _ in range(MOST_BETWEEN + 1):
            joint = place if step < 0 else place + 1
            place += step
            if not 0 <= place < len(words) or not words[joint].joined:
                break
            if "\n" in text[words[joint - 1].end : words[joint].start]:
                break
            yield place
            foreign += folded[place] not in LINKS
            if foreign > MOST_FOREIGN:
                break


def _holds(phrase: Phrase, folded: Sequence[str], stems: Sequence[str], first: int, last: int) -> bool:
    """Whether the words between the ends of a phrase leave it that phrase."""
    inside = range(min(first, last) + 1, max(first, last))
    middle = phrase.stems[1:-1]
    if any(one not in [stems[place] for place in inside] for one in middle):
        return False
    between = [folded[place] for place in inside if stems[place] not in middle]
    foreign = [word for word in between if word not in LINKS]
    if folded[last].endswith("ed") and not phrase.head.endswith("ed"):
        return False
    if first < last:
        is_pair = len(foreign) == 1 and len(between) == 2 and not COORDINATING.isdisjoint(between)
        return is_pair or (not foreign and all(word in phrase.links for word in between))
    if len(foreign) > 1 or not COORDINATING.isdisjoint(between):
        return False
    return not TURNING.isdisjoint(between) or _is_verb_of(folded[last], phrase.head)


def _is_verb_of(word: str, head: str) -> bool:
    """Whether a word does what a name's last word names: "manage" of "management"."""
    return word.removesuffix("s") != head.removesuffix("s") and not word.endswith(("ed", "ion", "ment", "er"))

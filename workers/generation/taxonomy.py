"""The skills and roles that the product knows, and finding them in a text."""

import re
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workers.generation.fulltext import FullText
from workers.generation.spelling import Spelling
from workers.generation.text import SENTENCE_END, Token, tokens

FOLDER = Path(__file__).parent / "library" / "taxonomy"
LETTER_OF_MORE = re.compile(r"[-&+#'’.]\w|[+#]")
BEFORE_A_LETTER = re.compile(
    r"(?:\w[-&+'’.]"
    r"|\b(?:series|vitamin|hepatitis|class|grade|type|level|plan|part|section|category|model) )\Z",
    re.IGNORECASE,
)
AFTER_A_VERB = re.compile(
    r"[ -](?:to|at|above|beyond|over|out|into|the|our|your|their|an?|quickly|promptly|calmly)\b"
)
# After a verb, but after a tool too, "Playwright with TypeScript": the words around it decide.
AFTER_EITHER = re.compile(r"[ -](?:in(?! (?:anger|production|practice|depth|daily)\b)|as|with|on)\b")
# What joins a name to another that is sure: "Spring Boot, Playwright and Sketch", "Jira (Confluence)".
JOINT = re.compile(
    r"[^\S\n]*(?:[,/&+(]|,? ?\(?"
    r"(?:and|or|und|oder|et|ou|y|o|including|incl\.|especially|like|such as|e\.g\.)(?= ))[^\S\n]*",
    re.IGNORECASE,
)
# What makes a skill of a name in its own case, whatever stands around: "Excellent Swift", "years of Go".
ASKED_FOR = re.compile(
    r"(?:\b(?:excellent|strong|solid|expert|good|fluent|modern|advanced|idiomatic|professional|production|commercial)"
    r"|\b(?:experience|proficien\w+|knowledge|skills?|fluency|command|expertise|years|background)"
    r" (?:in|with|of|using|writing)|\berfahrung (?:mit|in)|\bkenntnisse in|\bmaîtrise de"
    r"|\bexperiencia (?:en|con)) \Z",
    re.IGNORECASE,
)
# Before a name it is a person's: Ms Perl, a dog named Ruby.
OF_A_PERSON = re.compile(
    r"\b(?:M(?:r|rs|s|me|iss)|Dr|Prof|Herrn?|Frau|Sra?|Señora?|named|called|namens|nommée?)\.? \Z"
)
# Somebody of the employer's: "our accountant is fond of puns".
OF_THE_EMPLOYER = re.compile(r"\b(?:our|unser(?:e[nrm]?)?|notre|nos|nuestr[oa]s?) \Z", re.IGNORECASE)
SOMEBODY = re.compile(
    r"(?:accountant|office manager|actuar(?:y|ie)|nurse|chef|cook|baker|cleaner|driver|receptionist|secretary"
    r"|secretarie|lawyer|teacher|electrician|plumber|carpenter|gardener|journalist|researcher|mechanic"
    r"|physiotherapist|pharmacist|translator|photographer|caretaker|koch|köch(?:e|in|innen)|comptable"
    r"|cuisini(?:er|ère)|cociner[oa]|contable|hausmeister)s?\Z",
    re.IGNORECASE,
)
# A name before these tells what goods or shops those are, not what is done: "pharmacy orders".
OF_GOODS = re.compile(r" (?:orders|parcels|wholesal\w+|chains?)\b", re.IGNORECASE)
OF_A_NAME = re.compile(r"\bRevenue (?:and|&) \Z")
MEMBER_START = re.compile(r"(?:\A|\n|[,;:.(/]|\b(?:and|or|und|oder|et|ou|y|o))[^\w\n]*\Z", re.IGNORECASE)
MEMBER_END = re.compile(
    r"[^\S\n]*(?:[;.)\n/]|\Z|,(?! (?:our|who|the|a|an|from|die|der|das|qui|que|which|where|and I)\b)"
    r"|(?:and|or|und|oder|et|ou|y|o)\b)"
)
SENTENCE_START = re.compile(r"(?:\A|[.!?:;•*\n–—-])\s*\Z")
LONGEST_CONTEXT = 3
WINDOW = 400


@dataclass(frozen=True)
class Skill:
    """A skill of the taxonomy; `neighbours` are ids, nearest first."""

    id: str
    name: str
    group: str
    neighbours: tuple[str, ...]


@dataclass(frozen=True)
class ProfileSkill:
    """What a role needs when its description doesn't say."""

    skill: str
    weight: int
    must_have: bool


@dataclass(frozen=True)
class Mention:
    """A place where a text names a skill."""

    skill: str
    start: int
    end: int


@dataclass(frozen=True)
class _Name:
    """One way to write a skill: its words, and what must hold for it to count."""

    skill: str
    words: tuple[str, ...]
    exact_case: bool
    context: frozenset[str]


def load_yaml(path: Path) -> Any:
    """A YAML file's value, by the C parser, which is ten times as fast."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


class _Surroundings:
    """The words around places of a text, worked out once for all the places that share them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
        self._words: dict[tuple[int, int], set[str]] = {}

    def words(self, place: int) -> set[str]:
        """The words of the place's sentence, alone and in short runs; of a long one, those near it."""
        sentence = bisect_right(self._ends, place, hi=len(self._ends) - 1) - 1
        window = place // WINDOW
        if (sentence, window) not in self._words:
            begin = max(self._ends[sentence], (window - 1) * WINDOW)
            end = min(self._ends[sentence + 1], (window + 2) * WINDOW)
            words = _words(self._text[begin:end].casefold())
            self._words[sentence, window] = {
                " ".join(words[at : at + length])
                for length in range(1, LONGEST_CONTEXT + 1)
                for at in range(len(words) - length + 1)
            }
        return self._words[sentence, window]


class Taxonomy:
    """Skills by id, roles by title, and the names by which texts call them."""

    def __init__(self, skills: dict[str, Any], roles: dict[str, Any]) -> None:
        self.groups = {group["id"]: group["name"] for group in skills["groups"]}
        self.skills = {
            entry["id"]: Skill(entry["id"], entry["name"], entry["group"], tuple(entry.get("neighbours", ())))
            for entry in skills["skills"]
        }
        self._names: dict[tuple[str, ...], list[_Name]] = {}
        for entry in skills["skills"]:
            for name in _names(entry):
                self._names.setdefault(_folded(name.words), []).append(name)
        # Most words of a text begin no name, and this tells so at one look.
        self._longest: dict[str, int] = {}
        for words in self._names:
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))
        loose = [name for names in self._names.values() for name in names if not name.exact_case]
        self._fulltext = FullText((name.skill, name.words) for name in loose)
        self._spelling = Spelling((name.skill, name.words) for name in loose)
        self._roles = [
            (_folded(_words(title)), tuple(_profile(role["skills"])))
            for role in roles["roles"]
            for title in role["titles"]
        ]

    def find(self, text: str) -> list[Mention]:
        """Every mention of a skill, in order; of two names that begin at one word, the longer.

        Names are looked for first, then phrases of their words in other forms, then near spellings.
        """
        words = tokens(text)
        folded = [word.text.casefold() for word in words]
        mentions, is_free = self._by_name(text, words, folded)
        others = [*self._fulltext.find(text, words, is_free), *self._spelling.find(words, is_free)]
        if not others:
            return mentions
        taken: set[int] = set()
        for found in sorted(others, key=lambda one: (one.first - one.last, one.first)):
            places = set(range(found.first, found.last + 1))
            if not places & taken:
                taken |= places
                mentions.append(Mention(found.skill, words[found.first].start, words[found.last].end))
        return sorted(mentions, key=lambda one: one.start)

    def _by_name(self, text: str, words: list[Token], folded: list[str]) -> tuple[list[Mention], list[bool]]:
        """The mentions by names, and for each word whether none holds it."""
        around = _Surroundings(text)
        longest = self._longest
        mentions: list[Mention] = []
        unsure: list[tuple[Mention, int]] = []
        is_free = [True] * len(words)
        free = 0
        for place, word in enumerate(folded):
            if place < free or word not in longest:
                continue
            mention, length = self._at(text, words, folded, place, around)
            if mention is not None:
                mentions.append(mention)
                free = place + length
                is_free[place:free] = [False] * length
            elif (skill := self._in_its_own_case(text, words[place])) is not None:
                unsure.append((Mention(skill, words[place].start, words[place].end), place))
        for mention, place in unsure:
            if self._is_joined(text, mention, mentions):
                insort(mentions, mention, key=lambda one: one.start)
                is_free[place] = False
        return mentions, is_free

    def _in_its_own_case(self, text: str, word: Token) -> str | None:
        """The skill that a word means which counts in this case and lacks the context alone."""
        for name in self._names.get((word.text.casefold(),), ()):
            if name.exact_case and name.context and name.words == (word.text,):
                return None if _is_of_more(text, word) or _is_verb(text, word, name, True) else name.skill
        return None

    def _is_joined(self, text: str, unsure: Mention, sure: list[Mention]) -> bool:
        """Whether a sure mention of a tool or a trade is joined to an unsure one: "Sketch and Figma"."""
        at = bisect_right(sure, unsure.start, key=lambda one: one.start)
        for near in sure[max(0, at - 1) : at + 1]:
            gap = text[min(near.end, unsure.end) : max(near.start, unsure.start)]
            if self.skills[near.skill].group != "general" and JOINT.fullmatch(gap):
                return True
        return False

    def named(self, name: str) -> Skill | None:
        """The skill that is called exactly so, whatever the case and without a context."""
        fitting = self._names.get(_folded(_words(name)), ())
        return next((self.skills[one.skill] for one in fitting), None)

    def _at(
        self, text: str, words: list[Token], folded: list[str], place: int, around: _Surroundings
    ) -> tuple[Mention | None, int]:
        for length in range(_joined_length(words, place, self._longest[folded[place]]), 0, -1):
            names = self._names.get(tuple(folded[place : place + length]), ())
            for name in names:
                run = words[place : place + length]
                if self._counts(name, text, run, around):
                    return Mention(name.skill, run[0].start, run[-1].end), length
        return None, 1

    def _counts(self, name: _Name, text: str, run: list[Token], around: _Surroundings) -> bool:
        if name.exact_case and tuple(word.text for word in run) != name.words:
            return False
        is_near = bool(name.context) and not name.context.isdisjoint(around.words(run[0].start))
        if len(run) == 1 and (_is_of_more(text, run[0]) or _is_verb(text, run[0], name, is_near)):
            return False
        before = text[max(0, run[0].start - 14) : run[0].start]
        if OF_A_PERSON.search(before) or OF_A_NAME.search(before):
            return False
        if len(run) == 1 and OF_GOODS.match(text, run[-1].end):
            return False
        if OF_THE_EMPLOYER.search(before) and SOMEBODY.search(text[run[0].start : run[-1].end]):
            return False
        if not name.context or is_near:
            return True
        if name.exact_case and ASKED_FOR.search(text[max(0, run[0].start - 30) : run[0].start]):
            return True
        return _stands_alone(text, run)

    def profile(self, role: str) -> tuple[ProfileSkill, ...]:
        """What the role with the longest title inside this one needs; empty for an unknown role."""
        words = _folded(_words(role))
        fitting = [entry for entry in self._roles if _contains(words, entry[0])]
        if not fitting:
            fitting = [entry for entry in self._roles if set(entry[0]) <= set(words)]
        return max(fitting, key=lambda entry: len(entry[0]), default=((), ()))[1]

    def nearest(self, skill_id: str) -> Iterator[str]:
        """The skills nearest to one, its neighbours first, then theirs; each once."""
        seen = {skill_id}
        ring = [skill_id]
        for _ in range(2):
            ring = [near for one in ring if one in self.skills for near in self.skills[one].neighbours]
            for near in ring:
                if near not in seen and near in self.skills:
                    seen.add(near)
                    yield near


@cache
def shipped() -> Taxonomy:
    """The taxonomy that comes with the product."""
    return Taxonomy(load_yaml(FOLDER / "skills.yaml"), load_yaml(FOLDER / "roles.yaml"))


def _names(entry: dict[str, Any]) -> Iterator[_Name]:
    exact = bool(entry.get("case_sensitive"))
    context = frozenset(" ".join(_folded(_words(str(word)))) for word in entry.get("context", ()))
    for name in entry.get("contextual", ()):
        yield _Name(entry["id"], _words(str(name)), exact, context)
    for name in entry.get("in_case", ()):
        yield _Name(entry["id"], _words(str(name)), exact_case=True, context=context)
    context = frozenset() if "contextual" in entry or "in_case" in entry else context
    yield _Name(entry["id"], _words(entry["name"]), exact, context)
    for alias in entry.get("aliases", ()):
        yield _Name(entry["id"], _words(str(alias)), exact, frozenset())


def _profile(skills: Iterable[dict[str, Any]]) -> Iterator[ProfileSkill]:
    for skill in skills:
        yield ProfileSkill(skill["skill"], skill["weight"], bool(skill.get("must_have")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(text))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)


def _is_of_more(text: str, letter: Token) -> bool:
    """Whether a single letter is a part of something else: R&D, C-level, Series C."""
    if len(letter.text) > 1:
        return False
    before = text[max(0, letter.start - 12) : letter.start]
    return bool(LETTER_OF_MORE.match(text, letter.end) or BEFORE_A_LETTER.search(before))


def _is_verb(text: str, word: Token, name: _Name, is_near: bool) -> bool:
    """Whether a name that counts in its own case only begins a sentence as a verb: "Excel at ..."."""
    after_a_verb = AFTER_A_VERB.match(text, word.end) or (not is_near and AFTER_EITHER.match(text, word.end))
    if not name.exact_case or not after_a_verb:
        return False
    return bool(SENTENCE_START.search(text[max(0, word.start - 12) : word.start]))


def _stands_alone(text: str, run: list[Token]) -> bool:
    """Whether a name is a member of a list, or a line, by itself: nothing then makes another word of it."""
    if len(text) <= run[-1].end - run[0].start or not MEMBER_END.match(text, run[-1].end):
        return False
    return bool(MEMBER_START.search(text[max(0, run[0].start - 12) : run[0].start]))


def _joined_length(words: list[Token], place: int, longest: int) -> int:
    length = 1
    while length < longest and place + length < len(words) and words[place + length].joined:
        length += 1
    return length


def _contains(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))

"""Reading a job advertisement: which passages ask for something, and which only speak of the employer."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from workers.generation import cues, orders
from workers.generation.denials import denied_ends, merged
from workers.generation.others import others_ends
from workers.generation.text import lowered


class Kind(Enum):
    """What a passage does."""

    MUST = "must"
    EITHER = "either"
    ASKED = "asked"
    NICE = "nice"
    EMPLOYER = "employer"
    DEGREE = "degree"
    OFFER = "offer"
    UNASKED = "unasked"
    INSTRUCTION = "instruction"

    @property
    def worth(self) -> float:
        """How much a skill that is named there counts."""
        return WORTH.get(self, 0.0)


# One of several that would do is less sure than what alone will do.
WORTH = {
    Kind.MUST: 3.0,
    Kind.EITHER: 2.75,
    Kind.ASKED: 1.5,
    Kind.NICE: 0.5,
    Kind.EMPLOYER: 0.4,
    Kind.DEGREE: 0.3,
}
LEFT_OUT = (
    "A passage of the description that gives orders to the reader of the text, not to a candidate, "
    "was left out."
)


@dataclass(frozen=True)
class Passage:
    """A stretch of the text, a sentence as a rule."""

    start: int
    end: int
    kind: Kind


SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
# Mark-up says nothing to a candidate; spaces in its place keep every other character where it is.
MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|&(?:[a-z]{2,8}|#\d{1,5});")
# A sentence with one of these is about the candidate, wherever it stands.
ASKS = re.compile(
    r"\b(?:you|your|candidates?|applicants?|experience|knowledge|skills?|responsib\w+|we need|looking for"
    r"|seek\w*|must|required?|hiring|needs? (?:an?|to)|sie|ihre?|du|dein\w*|suchen|vous|votre|vos|cherch\w+"
    r"|recherch\w+|buscamos"
    r"|necesit\w+|experiencia|expérience|erfahrung|kenntnisse)\b",
    re.IGNORECASE,
)
FAR_ENOUGH = 1_500
PARAGRAPH_END = re.compile(r"\n\s*\n")
PRACTICE = re.compile(
    r"\b(?:years?|experience|proficien\w+|jahre?|erfahrung|kenntnisse|ans d"
    r"|années|expérience|maîtrise|años|experiencia|conocimientos)\b",
    re.IGNORECASE,
)
_MARKS = " \t#*_-–—•·:>=▪~→+"
_BULLET = re.compile(r"\s*(?:[-*•·–—+▪~→◦●■]|\(?\d{1,2}[.)]|[a-z]\)|[o.]\s)\s*")
_LABEL = re.compile(r"[\s#*_>•·–—-]*([^\W\d_][^:.\n]{1,45}?)\s?(?::(?=\s)|\.(?=\s))")
MOST_PERKS_BY_CHANCE = 1
MOST_LABEL_WORDS = 6
_SPOKEN_LABEL = re.compile(r"(?:what|who|why|about|where)\b", re.IGNORECASE)
# What an advertisement comes to as a rule, after what it required, wished for and offered.
AFTER = {
    Kind.MUST: Kind.NICE,
    Kind.NICE: Kind.EMPLOYER,
    Kind.OFFER: Kind.EMPLOYER,
    Kind.UNASKED: Kind.EMPLOYER,
}


class Reading:
    """What every place of an advertisement does."""

    def __init__(self, text: str) -> None:
        self._parts = passages(text)
        self._starts = [part.start for part in self._parts]
        plain = bare(text)
        self._degrees = _Spans(degree_ends(plain))
        self._denials = _Spans(denied_ends(plain))
        self._others = _Spans(merged(others_ends(lowered(plain))))
        self._choices = _Spans(dict(match.span() for match in cues.CHOICE.finditer(plain)))

    def at(self, place: int) -> Passage:
        """The passage there, of the kind that the place itself has."""
        part = self._parts[bisect_right(self._starts, place) - 1]
        if part.kind in (Kind.OFFER, Kind.INSTRUCTION):
            return part
        if self._denials.holds(place) or self._others.holds(place):
            return Passage(part.start, part.end, Kind.UNASKED)
        if self._degrees.holds(place):
            return Passage(part.start, part.end, Kind.DEGREE)
        if part.kind is Kind.MUST and self._choices.holds(place):
            return Passage(part.start, part.end, Kind.EITHER)
        return part

    def denies(self, place: int) -> bool:
        """Whether the text says of what stands there that it is not asked for, nor used."""
        return self._denials.holds(place)


@lru_cache(maxsize=2)
def read(text: str) -> Reading:
    """The reading of a text: the seniority and the skills are taken from the same one."""
    return Reading(text)


class _Spans:
    """Stretches of a text that don't overlap."""

    def __init__(self, ends: dict[int, int]) -> None:
        self._starts = list(ends)
        self._ends = list(ends.values())

    def holds(self, place: int) -> bool:
        """Whether the place is in one of them."""
        before = bisect_right(self._starts, place) - 1
        return before >= 0 and place < self._ends[before]


def bare(text: str) -> str:
    """The text with spaces where its mark-up stood, so that every place is the same as before."""
    if "<" not in text and "&" not in text:
        return text
    return MARKUP.sub(lambda match: " " * len(match.group()), text)


@lru_cache(maxsize=4)
def without_instructions(text: str) -> str:
    """The text without the passages that are addressed to a machine that reads it."""
    kept, start = [], 0
    for begin, end in orders.spans(text):
        kept.append(text[start:begin])
        start = end
    return "".join((*kept, text[start:]))


def passages(text: str) -> tuple[Passage, ...]:
    """The text cut into passages, each with what it does. Every character is in exactly one."""
    found: list[Passage] = []
    section, filled, blank, opening, closing = Kind.ASKED, False, False, True, False
    labelled: Kind | None = None
    start = 0
    for line in bare(text).splitlines(keepends=True) or [""]:
        end = start + len(line)
        heading = _heading(line, blank or not found)
        if not line.strip():
            blank = True
        elif heading is not None and not found and (title := _title(line)):
            found += _sentences(text, start, end, title)
            start = end
            continue
        elif heading is not None:
            opening = opening and not found and not line.rstrip().endswith(":")
            section, filled, blank, labelled = (
                _section(heading, section, line, text[end : end + FAR_ENOUGH]),
                False,
                False,
                None,
            )
        else:
            if blank and filled and section in (Kind.NICE, Kind.MUST) and not _BULLET.match(line):
                closing = closing or section is Kind.NICE
                section = Kind.ASKED  # a new paragraph after a heading's list
            filled, blank = True, False
        label = _label(line, labelled) if heading is None else None
        labelled = label or labelled
        if opening and section is Kind.ASKED and _introduces(line, len(text) - end):
            label = label or Kind.EMPLOYER
        if closing and section is Kind.ASKED and heading is None and not _BULLET.match(line):
            label = label or Kind.EMPLOYER
        found += _sentences(text, start, end, label or section)
        opening = opening and not (filled and heading is None)
        start = end
    return tuple(_cut(found, orders.spans(text)))


def at(parts: Sequence[Passage], place: int) -> Passage:
    """The passage at that place."""
    return parts[bisect_right(parts, place, key=lambda part: part.start) - 1]


def degree_ends(text: str) -> dict[int, int]:
    """Where the text lists the subjects of degrees, which are no skills that it asks for: end by start."""
    return dict(match.span() for match in cues.DEGREE.finditer(lowered(text)))


def _cut(parts: list[Passage], instructions: Sequence[tuple[int, int]]) -> Iterator[Passage]:
    """The passages, with instructions in their own."""
    if not instructions:
        yield from parts
        return
    spans = _Spans(dict(instructions))
    edges = sorted({place for span in instructions for place in span})
    for part in parts:
        inner = [place for place in edges if part.start < place < part.end]
        for start, end in zip((part.start, *inner), (*inner, part.end), strict=True):
            yield Passage(start, end, Kind.INSTRUCTION if spans.holds(start) else part.kind)


def _section(heading: Kind, before: Kind, line: str, below: str) -> Kind:
    """What a heading opens, by its place and by what stands under it where its words don't say.

    Years of practice are required; what comes after the requirements is wished for.
    """
    if heading is not Kind.ASKED or cues.DUTIES_HEADING.search(lowered(line)):
        return heading
    if before in (Kind.MUST, Kind.NICE):
        return Kind.NICE
    return Kind.MUST if PRACTICE.search(PARAGRAPH_END.split(below.lstrip(), maxsplit=1)[0]) else heading


def _introduces(line: str, rest: int) -> bool:
    """Whether a first line is a paragraph before others, which tells who is hiring as a rule."""
    return rest > len(line) and not _BULLET.match(line)


def _title(line: str) -> Kind | None:
    """What a first line that is no sentence does, which names the job or the employer.

    None for one that opens a section.
    """
    text = lowered(line.strip(_MARKS + "\r\n"))
    if line.rstrip().endswith(":") or any(heading.match(text) for heading in cues.HEADINGS):
        return None
    return Kind.EMPLOYER if cues.ORGANISATION.search(text) else Kind.MUST


def _heading(line: str, stands_apart: bool) -> Kind | None:
    """The kind of section that a heading opens; None for a line that is none.

    A heading ends with a colon, is marked as one, or is short and `stands_apart` after a blank line.
    """
    text = line.strip(_MARKS + "\r\n")
    is_marked = line.rstrip().rstrip("*_").endswith(":") or line.lstrip().startswith(("#", "**"))
    longest = 9 if is_marked else 7
    if not text or len(text.split()) > longest or text.endswith((".", "!", ",", ";")):
        return None
    if not is_marked and _BULLET.match(line):
        return None
    text = text.rstrip("?") or "?"
    if not (is_marked or stands_apart or cues.OFFER_HEADING.fullmatch(lowered(text))):
        return None
    kind = _titled(text)
    if kind is not None:
        return kind
    return Kind.ASKED if is_marked or text[0].isupper() else None


def _label(line: str, before: Kind | None) -> Kind | None:
    """The kind that a line has by the words before its colon: "Desirable: ...", "Benefits: ...".

    Words that don't say it, after those of another line that did, open what comes next as a rule.
    """
    match = _LABEL.match(line)
    if not match or len(match[1].split()) > MOST_LABEL_WORDS or not line[match.end() :].strip():
        return None
    title = match[1].strip(_MARKS)
    is_sentence = line[match.end() - 1] == "."
    if is_sentence and len(title.split()) > 1 and not _SPOKEN_LABEL.match(title):
        return None
    kind = _titled(title)
    if kind is not None or is_sentence or cues.DUTIES_HEADING.search(lowered(title)):
        return kind
    return AFTER.get(before) if before else None


def _titled(title: str) -> Kind | None:
    """The kind of what stands under that title; None where the title doesn't say."""
    title = lowered(title)
    if cues.UNASKED_HEADING.fullmatch(title):
        return Kind.UNASKED
    if cues.OFFER_HEADING.fullmatch(title):
        return Kind.OFFER
    if cues.NICE.search(title) or cues.NICE_HEADING.search(title):
        return Kind.NICE
    return Kind.MUST if cues.MUST_HEADING.search(title) else None


def _sentences(text: str, start: int, end: int, section: Kind) -> list[Passage]:
    """The sentences of a line. After an offer in running text come more, until it asks again."""
    found: list[Passage] = []
    offering = False
    while start < end:
        stop = SENTENCE_END.search(text, start, end)
        after = stop.end() if stop else end
        sentence = text[start:after]
        kind = _kind(sentence, section)
        if kind is Kind.NICE and section is not Kind.NICE:
            middle, after = _wish(text, start, after)
            if middle > start:
                found.append(Passage(start, middle, _kind(text[start:middle], section)))
                start = middle
            if cues.FIELD_OF_WORK.match(lowered(text[start:after])):
                kind = Kind.EMPLOYER
        if kind is Kind.OFFER:
            offering = True
        elif offering and not ASKS.search(sentence):
            kind = Kind.OFFER
        else:
            offering = False
        found.append(Passage(start, after, kind))
        start = after
    return found


def _wish(text: str, start: int, end: int) -> tuple[int, int]:
    """From where to where a sentence tells what of that which it asks for is liked best: "ideally ...".

    All of the sentence, where it does not.
    """
    low = lowered(text[start:end])
    match = cues.SOFTENED_FROM.search(low)
    if not match:
        return start, end
    more = cues.AND_MORE.search(low, match.end())
    return start + match.start(), start + more.start() if more else end


def _kind(sentence: str, section: Kind) -> Kind:
    if section in (Kind.OFFER, Kind.UNASKED):
        return section
    low = lowered(sentence)
    if cues.OFFER.search(low) or len(set(cues.PERK.findall(low))) > MOST_PERKS_BY_CHANCE:
        return Kind.OFFER
    if section is Kind.NICE:
        return section
    if (cues.NICE if section is not Kind.MUST else cues.NICE_OF_MUST).search(low):
        return Kind.NICE
    if section is not Kind.MUST and cues.EMPLOYER.match(sentence):
        return Kind.EMPLOYER
    if cues.MUST.search(low):
        return Kind.ASKED if section is Kind.EMPLOYER and cues.HIRING.search(low) else Kind.MUST
    if section is Kind.EMPLOYER:
        return Kind.ASKED if ASKS.search(sentence) else section
    return section

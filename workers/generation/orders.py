"""Finding what in a text is addressed to a machine that reads it, and not to a candidate.

A description is a stranger's text. No model and no taxonomy reads such a passage of it: what is not
read can't be obeyed. The rules look for several signs together, for an honest advertisement may
speak of instructions, systems, models and questions.
"""

# ruff: noqa: E501 - a pattern is read as one line
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from workers.generation import order_codes, order_signs
from workers.generation.order_words import (
    ENOUGH,
    FAMILIES,
    FOREIGN,
    MANY_FAMILIES,
    ORDERS,
    OTHER_SCRIPTS,
    PRODUCT,
    SQUEEZED,
    SUSPECT,
    TELLTALE,
)

UNIT_END = re.compile(r"[.!?;。！？](?=\s|$|[\"'”’)\]])[\"'”’)\]]*|[。！？]|\n")
# A comment is not for the eyes of a candidate, which makes an order likelier.
COMMENT = re.compile(
    r"<!--.{0,8000}?-->|^\[//\]: ?#[^\n]*|^\[[^\]\n]*\]: ?<?#>?[^\n]*", re.DOTALL | re.MULTILINE
)
# What no candidate sees was written for somebody else.
HIDDEN = re.compile(
    r"<(p|div|span|section|font|li|ul|b|i|em|small|label)\b[^<>\n]*"
    r"(?:display: ?none|visibility: ?hidden|font-size: ?0|opacity: ?0|color: ?(?:white|#fff\w*)|\bhidden\b)[^<>\n]*>.{0,4000}?</\1>",
    re.DOTALL | re.IGNORECASE,
)
# Settings of a test in the shape of a file: a list of skills, and then what only a generator knows.
SETTINGS = re.compile(
    r"^[ \t]*(?:skills|questions|must[_-]haves?|items|competenc(?:y|ies))[ \t]*[:=][^\n]*\n(?:[ \t-][^\n]*\n)*"
    r"(?:[ \t]*(?:skills|questions|seniority|must[_-]haves?|items|weights?|duration)[ \t]*[:=][^\n]*\n)*"
    r"[ \t]*(?:cut-?off|pass_?mark|max_score|seniority|threshold)[ \t]*[:=][^\n]*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
# Lines of keys and values as a program reads them, where one at least is a key that only a generator has.
KEYED = re.compile(
    r"(?:^[ \t]*(?:---|\+\+\+|```\w*|\[\w{2,30}\])[ \t]*\n)?(?:^[ \t-]*[\"']?[a-z][\w -]{1,24}[\"']?[ \t]*[:=][^\n]{0,200}(?:\n|\Z)){2,20}"
    r"(?:^[ \t]*(?:---|\+\+\+|```)[ \t]*(?:\n|\Z))?",
    re.MULTILINE | re.IGNORECASE,
)
ONLY_OURS = re.compile(
    r"^[ \t-]*[\"']?(?:\w*_?override\w*|\w*difficulty|cut-?_?off\w*|pass_?mark|pass(?:ing)?_\w+|threshold\w*|\w*question_?count"
    r"|num\w*_questions|number_of_questions|\w+_questions|max_score|answer_key|correct_\w+|must_haves?|system_?prompt|prompt|count"
    r"|assessment\w*|quiz\w*|generator|grader|scoring|examiner|\w+_only)[\"']?[ \t]*[:=]",
    re.MULTILINE | re.IGNORECASE,
)
FRONT = re.compile(r"---|\+\+\+")
FEWEST_OURS = 2
# What a comment sets is set for a machine.
SET_HERE = re.compile(
    r"\b(?:topics?|difficulty|questions?|cut-?off|threshold|seniority|assessment|skills?) ?[=:] ?[\"'\w]",
    re.IGNORECASE,
)
TURN = re.compile(r"\s*(?:system|assistant|developer)\s?:\s", re.IGNORECASE)
ORDER_BLOCK = re.compile(
    r"<(instructions?|system|prompt|admin|task|config|settings|assessment|quiz|test|topics|function_calls?|invoke"
    r"|tool_?\w{0,10}|overrides?|rules?|policy|directives?|metadata)\b[^<>\n]*>.{0,2000}?</\1>",
    re.DOTALL | re.IGNORECASE,
)
MARKUP = re.compile(r"<[^<>]*>")
FENCE = re.compile(r"```[^\n]*\n.{0,4000}?```[^\S\n]*", re.DOTALL)
JSON_BLOCK = re.compile(r"[\[{]\s*[\[{]?\s*\"[a-z_]{2,30}\"\s*:.{0,4000}[\]}]", re.DOTALL | re.IGNORECASE)
OUR_KEYS = re.compile(
    r"\"(?:cut-?off|must_have|max_score|correct|distractor_\d|stem|evidence|misconception_\d|cognitive_level|is_correct"
    r"|answer_key|pass_mark|seniority|threshold\w{0,12}|topics?|difficulty|question_?count|num\w{0,8}_questions|tool(?:_\w{1,8})?"
    r"|function(?:_call)?|arguments|\w{0,20}override\w{0,10}|passing_\w{1,8}|correct_\w{1,8})\"\s*:|\"(?:skills|questions|items)\"\s*:\s*\[\s*[\]{]",
    re.IGNORECASE,
)
SPACED = re.compile(r"(?<!\w)(?:\w[ ._*-]){3,}\w(?!\w)")
# Letters of other alphabets that look like Latin ones.
LOOKALIKES = str.maketrans(
    "łŁøØаеорсухіјѕԁԛԝһӏьвкмнтгпидзАВЕКМНОРСТУХІЈЅαβεικνορτυχηωγμΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɡɑℓ",
    "lLoOaeopcyxijsdqwhlbbkmhtrnudzABEKMHOPCTYXIJSabeiknoptuxnwymABEZHIKMNOPTYXigal",
)
# A word of two alphabets is a slip; several are a disguise.
MIXED_WORD = re.compile(
    r"\b\w*(?:[a-zA-Z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-zA-Z])\w*\b"
)
MANY_MIXED_WORDS = 3
OTHER_SCRIPT = re.compile(r"[\u0370-\u06ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
HIDDEN_WORTH = 1
# A line that is an order for a good part goes whole: what leads up to the order, or follows from it, belongs
# to it. Less is enough where the line begins with the order.
PART_OF_A_LINE, PART_AFTER_ITS_START = 0.5, 0.3
# "The first letters of these lines" name something together with the lines.
LETTERS_OF_LINES = re.compile(
    r"\bletters? (?:of|in|from) (?:\w+ ){1,2}(?:lines?|sentences?|above)", re.IGNORECASE
)
SHORT_SENTENCES = re.compile(r"(?:(?:\A|(?<=\n))[^\n]{3,40}[.!][ \t]*\n){3,}\Z")
LIST_ITEM = re.compile(r"[^\S\n]*(?:[-*•·+]|\d{1,2}[.)]|[\"'])[^\n]*(?:\n|\Z)")
# Words that stand one in a line are read together.
SHORT_LINES = re.compile(r"(?:^[^\S\n]*(?:[^\s]+[^\S\n]+)?[^\s]+[^\S\n]*(?:\n|\Z)){3,}", re.MULTILINE)
# What stands between the fake end of our tag and its fake beginning.
BETWEEN_TAGS = re.compile(
    r"</(job[-_ ]?\w*|description|input|prompt|text|document|data|user|context|quote|posting|advert|untrusted)[^<>\n]{0,40}>"
    r".{0,3000}?<\1[^<>\n]{0,40}>",
    re.DOTALL | re.IGNORECASE,
)

# Examples of how a text was answered before, which a model goes on from: what was given, and what came of it.
PAIR = re.compile(
    r"(?P<shot>\b(?:examples?|samples?|shots?|demonstrations?|cases?)\b ?#?\d{0,2} ?[.:)\n-]*\s*)?"
    r"(?:\b(?P<given>input|description|advert\w*|ad|posting|job(?: description| text)?|role|position|vacancy|text|prompt|document)"
    r"|\b(?P<made>skills?(?: list)?|outputs?|answers?|results?|labels?|responses?|expected|completion|questions?|assessment))"
    r" ?(?:\d{1,2} ?)?[:=](?=\s|$|[\"'\[])",
    re.IGNORECASE,
)
ARROW = re.compile(
    r"[\"'“‘][^\"'“”‘’\n]{4,120}[\"'”’] ?(?:->|=>|→|⇒|becomes|gives|yields) ?[^\n]{2,60}?(?=[;,.\n]|$)"
)
LONGEST_EXAMPLE = 400
FEWEST_EXAMPLES = 2


@dataclass
class _Unit:
    """A stretch of the text with what speaks for its being an order."""

    start: int
    end: int
    worth: int


@lru_cache(maxsize=4)
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the text gives orders to a machine, in order and apart; whole lines where nothing else is left."""
    units = list(_units(text))
    if not any(unit.worth >= ENOUGH for unit in units):
        return ()
    _spread(text, units)
    orders = ((unit.start, unit.end) for unit in units if unit.worth >= ENOUGH)
    found = _merged(text, (_with_acrostic(text, start, end) for start, end in orders))
    return tuple(_merged(text, _whole_lines(text, found)))


def _with_acrostic(text: str, start: int, end: int) -> tuple[int, int]:
    """The order, with the short lines above it where it tells to read their first letters."""
    if not LETTERS_OF_LINES.search(text, start, end):
        return start, end
    above = SHORT_SENTENCES.search(text[max(0, start - LONGEST_EXAMPLE) : start])
    return (start - len(above.group()) if above else start), end


def gives_orders(text: str) -> bool:
    """Whether a text holds any order to a machine."""
    return bool(spans(text))


def _units(text: str) -> Iterator[_Unit]:
    """Sentences and lines, and blocks that belong together: comments, hidden elements, data."""
    start = 0
    for begin, end, worth in _blocks(text):
        if begin < start:
            continue
        yield from _sentences(text, start, begin)
        yield _Unit(begin, end, worth)
        start = end
    yield from _sentences(text, start, len(text))


def _sentences(text: str, start: int, end: int) -> Iterator[_Unit]:
    while start < end:
        stop = UNIT_END.search(text, start, end)
        after = stop.end() if stop else end
        yield _Unit(start, after, _worth(text[start:after]))
        start = after


def _blocks(text: str) -> list[tuple[int, int, int]]:
    """Blocks that hold an order, with their worth, in order."""
    found: list[tuple[int, int, int]] = []
    if "<" in text or "[" in text:
        for match in COMMENT.finditer(text):
            worth = ENOUGH if SET_HERE.search(match.group()) else _worth(match.group())
            if worth:
                found.append((*match.span(), worth + HIDDEN_WORTH))
        found += [
            (*match.span(), ENOUGH)
            for match in HIDDEN.finditer(text)
            if _letters(MARKUP.sub("", match.group()))
        ]
        found += [(*match.span(), ENOUGH) for match in ORDER_BLOCK.finditer(text)]
        found += [(*match.span(), ENOUGH) for match in BETWEEN_TAGS.finditer(text)]
    found += [
        (*match.span(), ENOUGH) for match in SHORT_LINES.finditer(text) if _is_spread_out(match.group())
    ]
    found += [(*match.span(), ENOUGH) for match in SETTINGS.finditer(text)]
    found += [(*match.span(), ENOUGH) for match in KEYED.finditer(text) if _is_keyed_for_us(match.group())]
    found += [(begin, end, ENOUGH) for begin, end in _examples(text)]
    if "```" in text:
        found += [
            (*match.span(), ENOUGH) for match in FENCE.finditer(text) if _is_order_inside(match.group())
        ]
    if '"' in text and ("{" in text or "[" in text):
        found += [
            (*match.span(), ENOUGH) for match in JSON_BLOCK.finditer(text) if OUR_KEYS.search(match.group())
        ]
    return sorted(found)


def _examples(text: str) -> Iterator[tuple[int, int]]:
    """Where the text shows several times what was made of a text, for the reader to go on in the same way."""
    arrows = list(ARROW.finditer(text))
    if len(arrows) >= FEWEST_EXAMPLES:
        yield arrows[0].start(), arrows[-1].end()
    labels = list(PAIR.finditer(text))
    pairs = [
        (one, other)
        for one, other in pairwise(labels)
        if one["given"] and other["made"] and other.start() - one.end() < LONGEST_EXAMPLE
    ]
    if len(pairs) < FEWEST_EXAMPLES:
        return
    rests = [_line_from(text, made.end()) for _, made in pairs]
    outcomes = {rest.split(".")[0].strip(" \t\"'").casefold() for rest in rests}
    has_shots = sum(bool(given["shot"]) for given, _ in pairs) >= FEWEST_EXAMPLES
    if has_shots or not rests[-1].strip() or len(outcomes) == 1:
        yield pairs[0][0].start(), pairs[-1][1].end() + len(rests[-1])


def _line_from(text: str, start: int) -> str:
    """The rest of the line."""
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


def _is_keyed_for_us(lines: str) -> bool:
    """Whether keys and values are settings of a test: two keys of ours, or one in a program's front matter."""
    ours = len(ONLY_OURS.findall(lines))
    return ours >= FEWEST_OURS or (ours > 0 and (FRONT.match(lines.lstrip()) is not None or "[" in lines))


def _is_order_inside(block: str) -> bool:
    return bool(OUR_KEYS.search(block)) or _worth(block) >= ENOUGH


def _is_spread_out(lines: str) -> bool:
    """Whether lines are an order together of which none is one alone."""
    return _worth(lines) >= ENOUGH and not any(_worth(line) for line in lines.splitlines())


@lru_cache(maxsize=1_000)
def _worth(passage: str) -> int:
    """What speaks for a passage's being an order, in its letters or in those that it hides."""
    folded = _folded(passage)
    worth = _signs(passage, folded)
    if worth >= ENOUGH:
        return worth
    return max(worth, ENOUGH if _is_hidden_order(passage, folded) else 0)


def _signs(passage: str, folded: str) -> int:
    first = order_signs.signs(passage, folded)
    if first >= ENOUGH:
        return first
    if not SUSPECT.search(folded) and (passage.isascii() or not OTHER_SCRIPT.search(passage)):
        return first
    worth = first + sum(value for value, pattern in ORDERS if pattern.search(folded))
    worth += max((value for value, pattern in PRODUCT if pattern.search(folded)), default=0)
    if worth < ENOUGH:
        worth += sum(value for value, pattern in FOREIGN if pattern.search(folded))
    if worth < ENOUGH and not passage.isascii():
        worth += sum(value for value, pattern in OTHER_SCRIPTS if pattern.search(passage.casefold()))
    if worth < ENOUGH and SQUEEZED.search(re.sub(r"[\W_]+", "", folded)):
        worth += ENOUGH
    return worth if worth >= ENOUGH or not _shows_many_families(folded) else ENOUGH


def _shows_many_families(folded: str) -> bool:
    shown = {name for name, pattern in FAMILIES.items() if pattern.search(folded)}
    return len(shown) >= (MANY_FAMILIES - (TELLTALE in shown)) and not shown.isdisjoint((TELLTALE, "machine"))


def _is_hidden_order(passage: str, folded: str) -> bool:
    """Whether a passage holds an order in code, or text in code that no candidate is meant to read."""
    if len(MIXED_WORD.findall(passage)) >= MANY_MIXED_WORDS:
        return True
    if order_codes.holds_text(passage) or order_codes.is_english_in_disguise(folded):
        return True
    return any(_signs("", other) >= ENOUGH for other in order_codes.readings(folded))


def _folded(passage: str) -> str:
    """Small letters without accents and look-alikes, with spaced-out words joined."""
    if not passage.isascii():
        passage = unicodedata.normalize("NFKD", passage.translate(LOOKALIKES))
        passage = "".join(letter for letter in passage if not unicodedata.combining(letter))
    folded = " ".join(passage.casefold().replace("’", "'").split())
    return SPACED.sub(lambda match: re.sub(r"[ ._*-]", "", match.group()), folded)


def _spread(text: str, units: list[_Unit]) -> None:
    """Let what stands right beside an order, and has a sign of one itself, belong to it."""
    telling = [unit for unit in units if _letters(text[unit.start : unit.end])]
    for row in (telling, telling[::-1]):
        is_near = False
        for unit in row:
            if is_near and unit.worth:
                unit.worth = max(unit.worth, ENOUGH)
            is_near = unit.worth >= ENOUGH


def _whole_lines(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches, and each line whole that is in them for a good part, with the list that it opens."""
    yield from found
    example_ends = {end for _, end in _examples(text)}
    for begin, end in found:
        start = text.rfind("\n", 0, begin) + 1
        while start < end:
            after = text.find("\n", start) + 1 or len(text)
            inside = sum(
                _letters(text[max(start, one) : min(after, other)]) for one, other in found if one < after
            )
            is_at_start = not _letters(text[start:begin])
            if is_at_start and TURN.match(text, start):
                inside = _letters(text[start:after])
            least = PART_AFTER_ITS_START if is_at_start else PART_OF_A_LINE
            if inside >= least * _letters(text[start:after]):
                # What follows the last example's open label is the description itself.
                opens_list = text[start:after].rstrip().endswith(":") and example_ends.isdisjoint(
                    range(start, after + 1)
                )
                yield start, _list_end(text, after) if opens_list else after
            start = after


def _list_end(text: str, start: int) -> int:
    """Where the list ends that begins there."""
    while start < len(text) and (item := LIST_ITEM.match(text, start)):
        start = item.end()
    return start


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _merged(text: str, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches in order; those with no letter between them are one."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and not _letters(text[merged[-1][1] : begin]):
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged

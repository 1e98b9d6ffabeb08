"""Rules on the stem: that it is there, is whole, and asks one thing."""

import re
from collections.abc import Sequence

from workers.generation.lint.lexicon import either, listed
from workers.generation.lint.looked import Looked

SHORTEST_STEM = 10
# One of these is in every gap.
GAP_MARKS = (
    "‗‗",
    "***",
    "- -",
    "__",
    "_ _",
    "\\_",
    "..",
    "…",
    "[",
    "(",
    "<",
    "--",
    "{",
    "blank",
    "missing word",
)
BLANK = re.compile(
    either(
        r"""
        (?<![\w`])_{2,}(?![\w`])|(?:\\_){2,}
        \.{4,}|…{2,}|(?<=[a-z] )(?:\.\.\.|…)(?=\s?[.,;:?]|\s\w)|^(?:\.\.\.|…)\s|(?:_\s){2,}_
        (?<=\s)(?:-{3,}|\*{3,}|(?:-\s){2,}-)(?=[\s.,?])|‗{2,}
        (?<=\s)[(\[]\s*\?\s*[)\]]|(?<=\s)\(\s+\)|(?<!\S)\[\s*\](?=\s[a-z]|\.)
        (?<!\w)[\[({<](?:blank|gap|missing word|fill in|_+|\.\.\.|…)[\])}>]
        \bfill(?:s)? (?:in )?the (?:blank|gap)|\bthe missing word\b
        """
    ),
    re.IGNORECASE,
)

# The words in which a question asks for any true statement, whatever it is about.
CLAIMS = listed(
    """
    statement statements option options answer answers choice choices alternative alternatives sentence
    sentences claim claims fact assertion assertions description descriptions
    """
)
JUDGEMENTS = listed(
    """
    true correct right accurate valid appropriate best false incorrect wrong untrue holds hold apply applies
    fits describes characterises characterizes said noted considered remembered known know remember consider
    observed mentioned important case agree good say note
    """
)
FRAME = listed(
    """
    which what of the following below these those given here above one ones only is are be would can could
    should must has have to it you we i do does a an and not most always generally completely probably
    please choose select pick mark find identify tick indicate name there listed in mind keep kept with that
    from among they them by me
    """
)
ABOUT = (
    r"(?:about|regarding|concerning|of|on|in|to|for|with (?:regard|respect) to|as (?:for|to)|when it comes to"
    r"|related to|in (?:relation|regard) to|in the (?:case|context) of|when|while|during|before|after)"
)
# What the stem is about, before or behind its frame: "Regarding leases, ...", "... about leases".
TOPIC_FIRST = re.compile(
    rf"(?:(?:consider|think (?:about|of)|take|{ABOUT})\b [^,?.:]{{1,60}}(?:[,.:]\s*|\s(?=it is\b))"
    r"|[^,?.:]{1,30}:\s+(?=which|what))",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r"\b(?:describes|characteri[sz]es)\b", re.IGNORECASE)
TOPIC_LAST = re.compile(
    rf"\s{ABOUT}\s(?!the following|these|those|the (?:statements|options))[^,?.]{{1,50}}$", re.IGNORECASE
)
TOPIC_WITHIN = re.compile(
    r"\s(?:about|regarding|concerning|of|on|for|in)\s(?!the following|these|those|the (?:statements|options))"
    r"[^,?.]{1,50}?(?=\s(?:is|are|holds?|appl(?:y|ies)|can|would)\b)",
    re.IGNORECASE,
)
# What is best for roses, or right to do, asks for more than a true statement.
CRITERION = re.compile(
    r"\b(?:best|good|appropriate|right|correct|valid) (?:for|to|in|on|when|during)\b",
    re.IGNORECASE,
)
LONGEST_CONTEXT, LONGEST_FRAME, LONGEST_ASKED = 30, 22, 150
WORD = re.compile(r"[a-z]+")
NO_QUESTION = re.compile(
    r"(?:what about|how about|what do you know about|tell (?:me|us)(?: something)? about|describe|discuss"
    r"|think (?:about|of))\b[^?.]*[?.]?",
    re.IGNORECASE,
)
ORDERS = listed(
    """
    name give calculate compute find choose select pick identify state put order arrange sort rank
    determine complete match estimate round convert evaluate simplify solve write enter type mark say
    tell decide place
    """
)

# With these a sentence goes on into the options.
GOING_ON = listed(
    """
    is are was were has have had can may must should will would does do to by of for from with in at on as
    a an the that than called named because if when while means stands consists needs shows gives equals
    """
)
VERBS = listed(
    """
    is are was were has have had can may must should will would does do means shows gives needs takes gets
    makes
    """
)
# What narrows a subject down: "the capital of Peru is" asks, "an index is" does not.
NARROWED = listed(
    "of for in at on by with to from between whose that which who after before when stands means"
)
SHORT_SUBJECT, LONG_TOPIC = 4, 10
# A sentence that sets a scene and goes on into the options: "Before lifting a load, the driver".
SCENE = re.compile(
    r"(?:to|when|if|before|after|while|in order to|once) (?:[\w'’-]+ ){1,8}?[\w'’-]+, \w+ \w+", re.IGNORECASE
)


def missing_stem(looked: Looked) -> str:
    """A few letters ask nothing."""
    return "the stem is missing" if len(looked.stem.strip()) < SHORTEST_STEM else ""


def blank(looked: Looked) -> str:
    """A gap makes the reader hold the sentence while trying each option in it."""
    return "the stem has a blank" if _gap(looked.stem) else ""


def _gap(stem: str) -> bool:
    return any(mark in stem for mark in GAP_MARKS) and BLANK.search(stem) is not None


def unfocused_stem(looked: Looked) -> str:
    """A stem has to be answerable before the options are read."""
    stem = " ".join(looked.stem.split())
    if not stem or _gap(stem) or (looked.code is not None and not NO_QUESTION.fullmatch(stem)):
        return ""
    asked = looked.question if len(stem) - len(looked.question) <= LONGEST_CONTEXT else stem
    if _asks_for_any(asked.strip()) or (asked != stem and _asks_for_any(stem)):
        return "the stem asks for any true statement: ask one thing"
    return "the stem asks no question" if _fragment(stem) or NO_QUESTION.fullmatch(stem) else ""


def _asks_for_any(text: str) -> bool:
    """Whether nothing is asked but which of the options is right, at most with a topic."""
    if len(text) > LONGEST_ASKED:
        return False
    rest = TOPIC_WITHIN.sub("", TOPIC_FIRST.sub("", text.rstrip(" ?.:,…"), count=1), count=1)
    words = WORD.findall(rest.casefold())
    if len(words) > LONGEST_FRAME or JUDGEMENTS.isdisjoint(words) or words[0] not in FRAME:
        return False
    if _framed(words):
        return True
    head = (
        FOLLOWED.split(rest, maxsplit=1)[0] + " describes"
        if FOLLOWED.search(rest)
        else TOPIC_LAST.sub("", rest)
    )
    return head != rest and not CRITERION.search(rest) and _framed(WORD.findall(head.casefold()))


def _framed(words: Sequence[str]) -> bool:
    """Whether the words are those of a frame, and say that something is right."""
    return not JUDGEMENTS.isdisjoint(words) and all(word in FRAME | JUDGEMENTS | CLAIMS for word in words)


def _fragment(stem: str) -> bool:
    """Whether the stem is a topic, and neither a question nor the better part of a sentence."""
    words = stem.rstrip(" .:,…").split()
    if "?" in stem or stem.endswith(".") or not words or words[0].casefold() in ORDERS or SCENE.match(stem):
        return False
    if words[-1].casefold() in GOING_ON:
        return len(words) <= SHORT_SUBJECT and not NARROWED.intersection(words)
    return len(words) <= LONG_TOPIC and not VERBS.intersection(word.casefold() for word in words)

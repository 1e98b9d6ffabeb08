"""Telling prose from code, and taking prose apart: sentences, words, word stems."""

import re
from functools import lru_cache

from workers.generation.lint.lexicon import listed

# What is quoted or in backticks is shown, not said; an apostrophe inside a word is no quotation.
QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
QUOTES = "`\"'“"
# Most options hold none of these, and need no search for pieces of code.
CODE_LETTERS = re.compile(r"[_()=<>{}\[\]\\/*|&:`\"'“.@#$-]|[a-z][A-Z]|[A-Z]{2}")
# Pieces of code inside a sentence: calls, names with _ or a dot or a capital inside, paths, flags,
# operators, and keywords in a row (NOT NULL, GENERATED ALWAYS AS).
CODE_PIECE = re.compile(
    r"\b[\w.]+\([^()]*\)"
    r"|\b\w*_\w*"
    r"|\b\w+(?:[./\\]\w+)+"
    r"|(?<!\S)/\w[\w/-]*"
    r"|(?<![^\s(])--?[A-Za-z][\w-]*"
    r"|\b[A-Z]?[a-z]+[A-Z]\w*"
    r"|\b[A-Z]{2,}(?: [A-Z]{2,})+\b"
    r"|[=<>!+*/%|&:-]*[=<>|&][=<>!+*/%|&:-]*|\{\}|\[\]"
)
CONSTANT = re.compile(
    r"none|null|nil|undefined|nan|true|false|void|[-+]?\d+(?:\.\d+)?|#[A-Z/0!?]+", re.IGNORECASE
)
# What opens like a statement or a command is code as a whole; "return the goods" is none.
STATEMENT = re.compile(
    r"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|WITH|WHERE|GROUP BY|ORDER BY|HAVING"
    r"|[A-Z]*\s?JOIN)\s[\w*(\"]"
    r"|(?:import|from|def|class|return|const|let|var|type|func|async|await|lambda|raise|throw|yield"
    r"|del)\s(?:\w+$|.*[=(){}:;\"<>*])"
    r"|(?:git|docker|kubectl|npm|npx|pip|curl|sudo|chmod|chown|grep|ls|ssh|tar|systemctl|helm|psql) [\w./~-]"
    r"|-{1,2}\w[\w-]*$|@\w+|#\w+"
)
SYMBOLS = re.compile(
    r"[;{}]\s*$|^[\[({$].*[\])}]$|^[\w.]+\(.*\)$|^[\w.\[\]\"']+\s*[:+*/-]?=\s|\w\s?(?:[=!<>]=|=>|->|&&)\s?\w"
)
CODE_SIGN = re.compile(r"\$[A-Za-z@*#?{(]|[\[\]{}<>=|&\\]|\?\?|\?\.|\(\)|\w\(\w*\)|\w\.\w+\(")
FEW_WORDS = 3
SENTENCE_END = re.compile(r"(?<=[.?!])[\"')\]]*\s+(?=[\"'(\[A-Z0-9])|\n+")
WORD = re.compile(r"[^\W\d_]+")
SPOKEN = re.compile(r"[^\W_]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
SUFFIXES = sorted(
    listed(
        """
        ization isation izations isations ations ation ments ment ities ings ness able ible ized
        ised izes ises ize ise ion ions ity ing ers ors ied ies est ed er or es al ly ance ence
        ancy ency ive s e y
        """
    ),
    key=lambda suffix: (len(suffix), suffix),
    reverse=True,
)
SHORTEST_STEM = 4
SHORTEST_QUESTION = 3


def is_code(option: str) -> bool:
    """Whether an option is code as a whole: a statement, an expression, a constant, an identifier."""
    text = option.strip()
    if CONSTANT.fullmatch(text) or STATEMENT.match(text):
        return True
    return CODE_LETTERS.search(text) is not None and bool(
        (text.startswith("`") and text.endswith("`"))
        or SYMBOLS.search(text)
        or CODE_PIECE.fullmatch(text)
        or (CODE_SIGN.search(text) and len(WORD.findall(plain(text))) <= FEW_WORDS)
    )


def unquoted(text: str) -> str:
    """The text without quotations."""
    return QUOTED.sub(" ", text) if any(mark in text for mark in QUOTES) else text


def uncoded(text: str) -> str:
    """The text without pieces of code."""
    return CODE_PIECE.sub(" ", text) if CODE_LETTERS.search(text) else text


def plain(text: str) -> str:
    """The text without quotations and pieces of code."""
    return uncoded(unquoted(text))


def plain_option(option: str) -> str:
    """The option's prose; empty when it is code as a whole."""
    return "" if is_code(option) else plain(option)


def sentences(text: str) -> list[str]:
    """The text's sentences, with their end marks."""
    return [sentence.strip() for sentence in SENTENCE_END.split(text) if sentence.strip()]


def question(stem: str) -> str:
    """The last sentence that ends in a question mark, or else the last one."""
    found = sentences(stem)
    asked = [sentence for sentence in found if sentence.endswith("?")]
    last = (asked or found or [""])[-1]
    at = found.index(last) if found else 0
    # "All of these are roots but one. Which?" asks in two sentences.
    return f"{found[at - 1]} {last}" if at and len(last.split()) < SHORTEST_QUESTION else last


def words(text: str) -> list[str]:
    """The text's words in small letters; a name such as setItems is two."""
    return WORD.findall(CAMEL.sub(" ", text).casefold())


def spoken(text: str) -> list[str]:
    """The text's words and numbers in small letters; "100 %" is "100 percent"."""
    return SPOKEN.findall(text.casefold().replace("%", " percent"))


@lru_cache(maxsize=20_000)
def word_stem(word: str) -> str:
    """The word without its ending, roughly: "indexes" meets "indexing", "packed" meets "packing"."""
    for _ in range(2):
        suffix = next(
            (end for end in SUFFIXES if word.endswith(end) and len(word) - len(end) >= SHORTEST_STEM), ""
        )
        word = word.removesuffix(suffix)
    return word

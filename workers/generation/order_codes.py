"""Text in code inside a passage: in hexadecimal, base 64, Morse, shifted, backwards or with digits for letters."""

# ruff: noqa: E501 - a pattern is read as one line
import base64
import binascii
import contextlib
import re
import string
from collections.abc import Iterator
from urllib.parse import unquote

BLOB = re.compile(
    r"(?<![\w/=.@-])(?:[A-Za-z0-9+/_-]{20,}={0,2}|(?:[0-9a-fA-F]{2}[ :]?){16,}|(?:%[0-9a-fA-F]{2}){8,}|(?:\\u?x?[0-9a-fA-F]{2,4}){8,})"
)
COMMON = re.compile(r"\b(?:the|and|of|to|in|we|you|for|is|are|with|und|der|die|de|la|le|y|et|en)\b")
LEET = str.maketrans("013457@$", "oieastas")
LEET_LETTER = re.compile(r"[a-z][013457@$][a-z]")
LEET_WORD = re.compile(r"\b(?=\w*[a-z]\w*[013457@$]|\w*[013457@$]\w*[a-z])\w{3,}")
LEETED = re.compile(r"\w*[a-z]+[013457@$]+[a-z]\w*")
# Dots and dashes that are letters.
MORSE = re.compile(r"(?<![\w.-])(?:[.·-]{1,5}[ /|]+){7,}[.·-]{1,5}(?![\w.-])")
# Words with a mark between all of their letters.
HYPHENED = re.compile(r"\b[^\W\d_](?:[-._*][^\W\d_]){3,}\b")
FEWEST_HYPHENED = 3
# Letters by their numbers, in bits or decimals.
NUMBERS = re.compile(
    r"(?<![\w.,])(?:[01]{8}[ ,]{0,2}){6,}(?![\w.])|(?<![\w.,])(?:\d{2,3}[ ,]{1,2}){10,}\d{2,3}(?![\w.])"
)
BITS, ASCII = 8, 128
# English read from its end, and English that a shift of letters yields.
BACKWARDS = re.compile(
    r"\b(?:eht|dna|rof|uoy|htiw|ksa|ylno|lla|erongi|tuoba|snoitseuq|sllik?s|tset|egarevo)\b"
)
ENGLISH = re.compile(
    r"\b(?:the|and|for|you|with|only|all|ask|about|ignore|test|this|questions?|pass|everyone|skills?)\b"
)
FEWEST_WORDS, FEWEST_LEETED, SHORTEST, LONGEST = 2, 3, 20, 2_000
ALPHABET = string.ascii_lowercase
SHIFTS = [str.maketrans(ALPHABET, ALPHABET[by:] + ALPHABET[:by]) for by in range(1, 26)]


def holds_text(passage: str) -> bool:
    """Whether a passage holds a long run of code that is words once it is decoded."""
    if any(_is_readable(bytes(_numbers(match.group()))) for match in NUMBERS.finditer(passage)):
        return True
    if len(HYPHENED.findall(passage)) >= FEWEST_HYPHENED:
        return True
    return MORSE.search(passage) is not None or any(
        _is_text_in_code(match.group()) for match in BLOB.finditer(passage)
    )


def _numbers(run: str) -> list[int]:
    """The letters' numbers in a run of bits or of decimals; none where one is too large."""
    found = [int(each, 2 if len(each) == BITS else 10) for each in re.findall(r"\d+", run)]
    return found if max(found) < ASCII else []


def is_english_in_disguise(folded: str) -> bool:
    """Whether a part of the passage is English words backwards or with its letters shifted."""
    if len(BACKWARDS.findall(folded)) >= FEWEST_WORDS:
        return True
    return any(
        SHORTEST <= len(part) <= LONGEST
        and not COMMON.search(part)
        and any(len(set(ENGLISH.findall(part.translate(shift)))) >= FEWEST_WORDS for shift in SHIFTS)
        for part in {folded, folded.rpartition(":")[2]}
    )


def readings(folded: str) -> Iterator[str]:
    """Other ways to read a passage: with letters for digits, shifted by half the alphabet, from its end."""
    words = LEET_WORD.findall(folded)
    if len(words) >= FEWEST_LEETED:
        yield folded.translate(LEET)
    elif LEET_LETTER.search(folded):
        yield LEETED.sub(lambda match: match.group().translate(LEET), folded)
    # No sentence is longer, and what is no sentence takes long to look through.
    if SHORTEST <= len(folded) <= LONGEST and not COMMON.search(folded):
        yield folded.translate(SHIFTS[12])
        yield folded[::-1]


def _is_text_in_code(blob: str) -> bool:
    return any(_is_readable(decoded) for decoded in _decoded(blob))


def _decoded(blob: str) -> Iterator[bytes]:
    if blob.startswith("%"):
        yield unquote(blob).encode()
    if blob.startswith("\\"):
        yield re.sub(r"\\u?x?0*([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), blob).encode()
    bare = re.sub(r"[ :]", "", blob)
    with contextlib.suppress(ValueError):
        yield bytes.fromhex(bare)
    try:
        yield base64.b64decode(blob.replace("-", "+").replace("_", "/") + "=" * (-len(blob) % 4))
    except (binascii.Error, ValueError):
        return


def _is_readable(data: bytes) -> bool:
    """Whether bytes are words with spaces between them."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    letters = sum(letter.isalpha() or letter == " " for letter in text)
    return " " in text.strip() and letters > 0.8 * len(text)

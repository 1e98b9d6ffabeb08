"""Reading strangers' text: cleaning it, cutting it into tokens, fencing it off in a prompt."""

import random
import re
import unicodedata
from typing import NamedTuple

# Letters and digits hold together; + and # belong to the name before them (C++, C#, F#). The dot
# that begins a word belongs to it (.NET), so that "net income" is another word.
TOKEN = re.compile(r"(?<![^\s(,;:/\"'])\.[^\W\d_]+|[^\W_]+|[+#]+")
# What may stand between the words of one name: "CI/CD", "Node.js", "self-hosted", "R&D", "driver's".
JOINT = re.compile(r"[ \t]*\n?[ \t]*|[ \t]*[-/&][ \t]*|[.'’_]")
SENTENCE_END = re.compile(r"[.!?;:](?:\s|$)|\n")
# Printable ASCII with line ends and tabs: nothing in it needs cleaning.
PLAIN = re.compile(r"[\n\t -~]*")
# What no reader sees and no text needs: controls, format characters (zero-width, bidirectional),
# private and unassigned ones, and halves of surrogate pairs, which no encoding takes.
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
LINE_SEPARATORS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\u0085": "\n"})


class Token(NamedTuple):
    """A word with its place in the text; `joined` says that only a joint parts it from the last."""

    text: str
    start: int
    end: int
    joined: bool


def clean(text: str) -> str:
    """The text without zero-width, control and other invisible characters, in normal form C."""
    if PLAIN.fullmatch(text):
        return text
    text = text.translate(LINE_SEPARATORS)
    # Letter by letter only over those that there are: few letters make a long text.
    unseen = {
        ord(one): None for one in set(text) if one not in "\n\t" and unicodedata.category(one) in INVISIBLE
    }
    # Composed at last: what stood on both sides of a character that went may belong together.
    return unicodedata.normalize("NFC", text.translate(unseen) if unseen else text)


def lowered(text: str) -> str:
    """The text in small letters, each at the place of its capital: patterns without flags are fast."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def tokens(text: str) -> list[Token]:
    """The text's words in order."""
    found: list[Token] = []
    end = 0
    for match in TOKEN.finditer(text):
        start = match.start()
        gap = text[end:start]
        # Most gaps are one space, which needs no pattern.
        joined = bool(found) and (gap == " " or JOINT.fullmatch(gap) is not None)
        end = match.end()
        found.append(Token(match.group(), start, end, joined))
    return found


def fenced(label: str, text: str, rng: random.Random) -> str:
    """A stranger's text between tags that it can't close, for it doesn't hold the number in their names."""
    inside = clean(text)
    nonce = f"{rng.getrandbits(64):016x}"
    while nonce in inside:
        nonce = f"{rng.getrandbits(64):016x}"
    return f"<{label}-{nonce}>\n{inside}\n</{label}-{nonce}>"


def counted(count: int, thing: str) -> str:
    """A number with its noun: "1 question", "2 questions"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"

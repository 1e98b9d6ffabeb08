"""Reading strangers' text: cleaning it, cutting it into tokens, fencing it off in a prompt."""

import random
import re
import unicodedata
from dataclasses import dataclass

# Letters and digits hold together; + and # belong to the name before them (C++, C#, F#).
TOKEN = re.compile(r"[^\W_]+|[+#]+")
# What may stand between the words of one name: "CI/CD", "Node.js", "self-hosted", "R&D", "driver's".
JOINT = re.compile(r"[ \t]*\n?[ \t]*|[ \t]*[-/&][ \t]*|[.'’_]")
SENTENCE_END = re.compile(r"[.!?;:](?:\s|$)|\n")


@dataclass(frozen=True)
class Token:
    """A word with its place in the text; `joined` says that only a joint parts it from the last."""

    text: str
    start: int
    end: int
    joined: bool


def clean(text: str) -> str:
    """The text without zero-width and control characters, in normal form C."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cn"}
    )
    return "".join(kept)


def tokens(text: str) -> list[Token]:
    """The text's words in order."""
    found: list[Token] = []
    end = 0
    for match in TOKEN.finditer(text):
        gap = text[end : match.start()]
        joined = bool(found) and JOINT.fullmatch(gap) is not None
        found.append(Token(match.group(), match.start(), match.end(), joined))
        end = match.end()
    return found


def fenced(label: str, text: str, rng: random.Random) -> str:
    """A stranger's text between tags that it can't close, for their names hold a random number."""
    nonce = f"{rng.getrandbits(64):016x}"
    return f"<{label}-{nonce}>\n{clean(text)}\n</{label}-{nonce}>"

"""The text of a file that somebody drops on the form: .txt, .md, .pdf or .docx.

The files are strangers': a process of its own, which has so much time and memory, reads what must be parsed.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask_babel import format_decimal, gettext

from api.console import generate_reading
from api.console.generate_reading import BROKEN, LOCKED, MOST_PAGES, TOO_MANY_PAGES

ENDINGS = (".txt", ".md", ".pdf", ".docx")
# In characters: what the request takes of a description.
MOST_TEXT = 50_000
# In seconds: what a reader may wait for a processor besides.
LONGEST = 15.0
# What no database stores, and what no reader sees.
UNPRINTABLE = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unreadable(Exception):
    """There is no text to be had of the file; the message says why, to whoever chose it."""


def text_of(name: str, data: bytes) -> str:
    """The file's text, tidied; raises Unreadable."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in ENDINGS:
        raise Unreadable(gettext("Only .txt, .md, .pdf and .docx files can be read."))
    text = _tidy(_parsed(ending, data) if ending in generate_reading.READERS else _of_plain(data))
    if not text:
        raise Unreadable(_nothing_in(ending))
    if len(text) > MOST_TEXT:
        raise Unreadable(
            gettext(
                "This file holds %(count)s characters of text, and a description may have %(most)s. "
                "Paste the part that describes the work.",
                count=format_decimal(len(text)),
                most=format_decimal(MOST_TEXT),
            )
        )
    return text


def _nothing_in(ending: str) -> str:
    if ending == ".pdf":
        message = gettext(
            "This PDF holds pictures of text and no text, as scanners make them. "
            "Paste the description, or choose a file that holds it as text."
        )
    else:
        message = gettext("There is no text in this file.")
    return str(message)


def _of_plain(data: bytes) -> str:
    coding = next((coding for mark, coding in BOMS if data.startswith(mark)), None)
    if coding is None and b"\0" in data:
        raise Unreadable(gettext("This is not a file of text."))
    try:
        return data.decode(coding or "utf-8")
    except UnicodeDecodeError:
        # What older programs on Windows write; every byte of it is some character.
        return data.decode("cp1252", errors="replace")


def _parsed(ending: str, data: bytes) -> str:
    # -P: the modules of this folder stand in nobody's way.
    command = [sys.executable, "-P", str(Path(generate_reading.__file__)), ending]
    too_long = Unreadable(gettext("This file takes too long to read. Paste the text of it."))
    try:
        # Our own file by Python's own path; and what reads a stranger's file is told no secret.
        done = subprocess.run(  # noqa: S603
            command, input=data, capture_output=True, timeout=LONGEST, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise too_long from error
    if done.returncode:
        # It went past its time or its memory, and was ended.
        raise too_long
    told: dict[str, Any] = json.loads(done.stdout)
    if "why" in told:
        raise Unreadable(_reason(told["why"], ending, told.get("count", 0)))
    text: str = told["text"]
    return text


def _reason(why: str, ending: str, pages: int) -> str:
    reasons = {
        LOCKED: gettext("This PDF is locked with a password. Choose one without, or paste the text."),
        BROKEN: gettext("This file is damaged, or is no %(ending)s file.", ending=ending),
        TOO_MANY_PAGES: gettext(
            "This PDF has %(count)s pages, and %(most)s are read at most. "
            "Paste the part that describes the work.",
            count=format_decimal(pages),
            most=MOST_PAGES,
        ),
    }
    return str(reasons[why])


def _tidy(text: str) -> str:
    """Without what can't be shown or seen, and with one empty line in a row at most."""
    lines = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines.split("\n"))).strip()

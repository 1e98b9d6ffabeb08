"""How the fake model solves and reviews: rightly, and finding no fault, unless a test says otherwise.

It knows the keys of the items that its server has written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.model_wire import Json, user_text

QUESTION = re.compile(r"^Question (\d+) \((\w+)\): (.*)$", re.MULTILINE)
OPTION = re.compile(r"^([A-H])\) (.*)$", re.MULTILINE)
FLAGS = ("two_right", "cue", "sensitive", "off_topic", "unclear")


@dataclass
class Examiner:
    """Solves and reviews; `wrong` says of a stem that it is solved wrongly, `flags` what is found in it."""

    known: Callable[[str], str | None]
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wrong: Callable[[str], bool] = lambda _: False
    flags: Callable[[str], tuple[str, ...]] = lambda _: ()
    solved: int = 0

    def learn(self, answer: Any) -> None:
        """Remember the keys of the items in an answer."""
        items = answer.get("items", ()) if isinstance(answer, dict) else ()
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get("stem"), str):
                right = [item.get("correct"), *(item.get(f"right_{n}") for n in range(1, 6))]
                self.keys[_line(item["stem"])] = tuple(
                    _line(text) for text in right if isinstance(text, str) and text
                )

    def solve(self, request: Json) -> Json:
        """The answers to the questions in the request."""
        self.solved += 1
        return {
            "answers": [
                {"question": number, "chosen": self._chosen(kind, stem, options)}
                for number, kind, stem, options in _questions(user_text(request))
            ]
        }

    def _chosen(self, kind: str, stem: str, options: dict[str, str]) -> str:
        right = self.keys.get(stem) or ((self.known(stem),) if self.known(stem) else ())
        if not options:
            return "another answer" if self.wrong(stem) else str(right[0] if right else "")
        letters = [letter for text in right for letter, option in options.items() if option == text]
        if self.wrong(stem):
            return next(letter for letter in options if letter not in letters)
        return "".join(letters) or "none"

    def review(self, request: Json) -> Json:
        """The reviews of the questions in the request."""
        reviews = []
        for number, _, stem, _ in _questions(user_text(request)):
            flags = self.flags(stem)
            reviews.append(
                {
                    "question": number,
                    **{flag: flag in flags for flag in FLAGS},
                    "comment": "Change it." if flags else "",
                }
            )
        return {"reviews": reviews}


def _questions(text: str) -> Iterable[tuple[int, str, str, dict[str, str]]]:
    starts = list(QUESTION.finditer(text))
    for at, match in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
        options = {letter: _line(option) for letter, option in OPTION.findall(text[match.end() : end])}
        yield int(match[1]), match[2], _line(match[3]), options


def _line(text: str) -> str:
    return " ".join(text.split())

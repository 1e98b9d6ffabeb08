"""What a person has done, as questions and their writer may name it.

All of it is the person's own text: it is cleaned, cut short and quoted, and nothing of it is used that
gives orders to a machine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workers.generation import advert, orders, taxonomy
from workers.generation.brief import Context, Item
from workers.generation.text import clean

# A longer name makes a lead-in longer than its question.
MOST_NAME = 80
# Nobody describes a project at greater length; what comes after is not looked at.
MOST_READ = 5_000
# What would end the quotation that a name stands in.
DOUBLE_QUOTES = str.maketrans(dict.fromkeys('"“”„‟«»＂', "’"))
OF_ORGANIZATION = {"project": "", "experience": " at “{}”", "certificate": " from “{}”"}


@dataclass(frozen=True)
class Work:
    """A context that questions may name: name and organization short, in one line and without quotes.

    `skills` are those of the taxonomy that any part of it names.
    """

    kind: str
    name: str
    organization: str
    description: str
    skills: frozenset[str]

    @property
    def quoted(self) -> str:
        """How a sentence names it: “Frontend Developer” at “Acme”."""
        where = OF_ORGANIZATION[self.kind].format(self.organization) if self.organization else ""
        return f"“{self.name}”{where}"

    @property
    def line(self) -> str:
        """All that is known of it, in one line."""
        where = f" ({self.organization})" if self.organization else ""
        what = f": {self.description}" if self.description else ""
        return f"{self.name}{where}{what}"

    def names(self, skill_id: str, skill_name: str) -> bool:
        """Whether it names the skill: as the taxonomy finds it, or by its whole name in its own case.

        One that the taxonomy does not know has no other case.
        """
        if skill_id in self.skills:
            return True
        if skill_id in taxonomy.shipped().skills:
            # The taxonomy asks for more around a name that is also a word; who has the skill means it.
            return bool(re.search(rf"(?<!\w){re.escape(skill_name)}(?!\w)", self.line))
        words = _words(skill_name)
        return bool(words) and f" {words} " in f" {_words(self.line)} "


@lru_cache(maxsize=64)
def usable(contexts: tuple[Context, ...]) -> tuple[Work, ...]:
    """The contexts that may be named, each once, in their order."""
    found: dict[tuple[str, str, str], Work] = {}
    for context in contexts:
        work = _work(context)
        if work is not None:
            found.setdefault((work.kind, work.name.casefold(), work.organization.casefold()), work)
    return tuple(found.values())


def for_skill(works: Sequence[Work], skill_id: str, skill_name: str) -> list[Work]:
    """Those that name the skill; all where none does."""
    return [work for work in works if work.names(skill_id, skill_name)] or list(works)


def named_in(stem: str, works: Sequence[Work]) -> Work | None:
    """The one that the stem names; of several the one with the longest name."""
    text = " ".join(stem.split())
    by_length = sorted(works, key=lambda work: -len(work.name))
    return next((work for work in by_length if _is_named(work.name, text)), None)


def without_lead_in(item: Item) -> Item:
    """The item with the stem that it had before a lead-in: what copies are told by."""
    return replace(item, stem=item.provenance.get("base_stem", item.stem))


def shortened(text: str, most: int) -> str:
    """The text cut at a word to at most so many characters, with an ellipsis where it is cut."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    at = head.rfind(" ") if text[most - 1] != " " else len(head)
    # One word that fills the whole is cut inside.
    return (head[:at] if at > most // 2 else head).rstrip(" ,;:.-–—") + "…"


def _work(context: Context) -> Work | None:
    """The context as it may be named; None where its name is none, or gives orders."""
    name = _in_one_line(context.name)
    if not any(letter.isalnum() for letter in name) or _gives_orders(context.name):
        return None
    organization = _in_one_line(context.organization)
    # An order may begin in one part and end in the next.
    if _gives_orders(context.organization) or orders.gives_orders(f"{name} {organization}"):
        organization = ""
    description = advert.without_instructions(clean(context.description[:MOST_READ]))
    description = " ".join(description.split())
    if orders.gives_orders(f"{name} {organization} {description}"):
        description = ""
    # One to a line, for the taxonomy takes a line's words together.
    mentions = taxonomy.shipped().find(f"{name}\n{organization}\n{description}")
    return Work(
        context.kind,
        shortened(name, MOST_NAME),
        shortened(organization, MOST_NAME),
        description,
        frozenset(mention.skill for mention in mentions),
    )


def _in_one_line(text: str) -> str:
    return " ".join(clean(text[:MOST_READ]).translate(DOUBLE_QUOTES).split())


def _gives_orders(text: str) -> bool:
    """Whether a text does, in its own lines or in one."""
    lines = clean(text[:MOST_READ])
    return orders.gives_orders(lines) or orders.gives_orders(" ".join(lines.split()))


def _is_named(name: str, text: str) -> bool:
    """Whether the text holds the name; a single word only in its own case, for it may be any word."""
    flags = re.IGNORECASE if " " in name else 0
    return re.search(rf"(?<!\w){re.escape(name.rstrip('…'))}(?!\w)", text, flags) is not None


def _words(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())

"""Tie each question to something that the person has done, by a sentence before its stem."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from workers.generation.brief import Item
from workers.generation.contextual import Work, named_in, usable
from workers.generation.pipeline import State
from workers.generation.stages.assemble import by_group
from workers.generation.text import counted
from workers.generation.tools import Tools

QUESTION, CASE = "question", "case"
# The stem follows unchanged, whatever it is, so each ends with a colon. `{name}` is quoted, and no
# article, case or number depends on it.
LEAD_INS = {
    (QUESTION, "project"): (
        "Suppose that a colleague in your project {name} asks you:",
        "Suppose this question comes up in {name}, a project of yours:",
        "Somebody new joins your project {name} and wants to know:",
        "You present {name}, your project, and somebody in the audience asks:",
        "You look back on your project {name} with a friend, who asks you:",
        "In a talk about your project {name} you get this question:",
    ),
    (QUESTION, "experience"): (
        "In your role {name}, a new colleague asks you:",
        "Suppose this question comes up in your role {name}:",
        "You tell somebody about your role {name} and are asked:",
        "Somebody who is to take over from you in the role {name} wants to know:",
        "In a talk about your role {name} you get this question:",
        "A trainee who watches you in the role {name} asks:",
    ),
    (QUESTION, "certificate"): (
        "You hold the certificate {name}. A colleague who has heard of it asks you:",
        "Somebody sees your certificate {name} and wants to know:",
        "You help a friend who prepares for {name}, a certificate of yours, and who asks:",
        "In a talk about your certificate {name} you get this question:",
        "Somebody who trusts your certificate {name} comes to you with this question:",
        "At work, somebody who knows of your certificate {name} asks you:",
    ),
    (CASE, "project"): (
        "You worked on {name}. Now take another case:",
        "Your project {name} is one example. Here is another:",
        "Think back to your project {name}, then look at this case:",
        "Bring what you know from {name}, your project, to a different situation:",
        "After your work on {name}, you come across this:",
        "Somebody who knows of your project {name} wants your help with this:",
        "With your experience from {name}, work on the following:",
        "From your project {name} you turn to the next task:",
    ),
    (CASE, "experience"): (
        "Your experience includes the role {name}. Now take another case:",
        "Your role {name} is one setting. Here is another:",
        "Think back to your role {name}, then look at this case:",
        "Bring what you know from your role {name} to a different situation:",
        "What your role {name} has taught you may help you here:",
        "Somebody who knows of your role {name} wants your help with this:",
        "With your experience in the role {name}, work on the following:",
        "From your role {name} you turn to the next task:",
    ),
    (CASE, "certificate"): (
        "You hold the certificate {name}. Put what you know to use in this case:",
        "With what you learned for your certificate {name}, work on the following:",
        "You have earned the certificate {name}. Now look at this situation:",
        "Somebody who trusts your certificate {name} wants your help with this:",
        "Your certificate {name} is behind you, and at work you come across this:",
        "Take what you know from your certificate {name} to the following case:",
        "After the certificate {name} comes practice. Take this case:",
        "Somebody asks what you learned for your certificate {name}. Show it on this case:",
    ),
}
# So many last words make two lead-ins sound alike.
ENDING = 3
# A sentence that begins so asks in general; one with another beginning tells of somebody first.
ASKS = re.compile(
    r"(?:Which|What|How|Why|When|Where|Who|Whose|Whom|Is|Are|Does|Do|Can)\b"
    r"|(?:In|On|At|By|To|For|From|Of|With|Under|Within|Into|Through|During)\b"
    r".*\b(?:which|what|how|whose|whom|who|why|when|where)\b"
)
INNER_END = re.compile(r"[.!?:][\"”’')\]]*\s+(?=[\"“‘'(\[]*[A-Z0-9])|\n")
ENGLISH = "en"


async def contextualise(state: State, tools: Tools) -> State:
    """Put items into the state that name what the person has done, in the order of the form.

    Copies are told by stems, so no stage after this one may look for them.
    """
    works = usable(state.brief.contexts)
    if not works:
        return state
    rng = random.Random(f"{tools.seed}:contextualise")
    pairs = [pair for _, group in by_group(state.items) for pair in group]
    items = [item for _, item in pairs]
    named = {at: work for at, item in enumerate(items) if (work := _named_by_itself(item, works))}
    places = [
        at for at, item in enumerate(items) if at not in named and _is_english(item, state.brief.language)
    ]
    chosen = _shared(items, places, works, named, rng)
    lead_ins = _LeadIns(rng)
    for at, work in sorted((named | chosen).items()):
        item = items[at]
        items[at] = _led_in(item, work, lead_ins.of(item.stem, work)) if at in chosen else _tied(item, work)
    tools.say(f"AI Progress: Tied {counted(len(named) + len(chosen), 'question')} to the person's own work")
    return replace(state, items=tuple(zip((cell for cell, _ in pairs), items, strict=True)))


def _named_by_itself(item: Item, works: Sequence[Work]) -> Work | None:
    """What a written stem names. A shipped one that has the same words does so by chance."""
    return named_in(item.stem, works) if item.source == "language_model" else None


def _is_english(item: Item, language: str) -> bool:
    """Only a model writes in another language."""
    return item.source != "language_model" or language.startswith(ENGLISH)


def _shared(
    items: Sequence[Item],
    places: Sequence[int],
    works: Sequence[Work],
    named: dict[int, Work],
    rng: random.Random,
) -> dict[int, Work]:
    """A context for each place: one that names the skill, else the one that is used least.

    Whoever has fewest to choose from chooses first, and one context does not come twice in a row where
    another is used as little.
    """
    fitting = {at: _naming(items[at], works) for at in places}
    uses = Counter(named.values())
    chosen: dict[int, Work] = {}
    for at in sorted(places, key=lambda at: len(fitting[at]) or len(works) + 1):
        beside = (chosen.get(at - 1), chosen.get(at + 1))
        costs = [(uses[work], work in beside, rng.random(), work) for work in fitting[at] or works]
        *_, chosen[at] = min(costs, key=lambda cost: cost[:-1])
        uses[chosen[at]] += 1
    return chosen


def _naming(item: Item, works: Sequence[Work]) -> list[Work]:
    return [work for work in works if work.names(item.skill, item.skill_name)]


def family_of(stem: str) -> str:
    """Whether a stem asks outright, or tells a case of its own first."""
    text = stem.strip()
    if not text.endswith("?") or INNER_END.search(text):
        return CASE
    return QUESTION if ASKS.match(text) else CASE


class _LeadIns:
    """The lead-ins in an order of chance: all of them before one again, and no two alike in a row."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left: dict[tuple[str, str], list[str]] = {}
        self._ending: list[str] = []

    def of(self, stem: str, work: Work) -> str:
        """The next one for such a stem, with the context named in it."""
        key = (family_of(stem), work.kind)
        left = self._left.setdefault(key, [])
        if all(_ending(one) == self._ending for one in left):
            left += self._rng.sample(LEAD_INS[key], len(LEAD_INS[key]))
        template = next(one for one in left if _ending(one) != self._ending)
        left.remove(template)
        self._ending = _ending(template)
        return template.format(name=work.quoted)


def _ending(template: str) -> list[str]:
    return template.split()[-ENDING:]


def _led_in(item: Item, work: Work, lead_in: str) -> Item:
    """The item with the sentence before its stem: a question of its own, made of the stored one."""
    origin = item.library_id or item.stored_id
    made_of = {"made_of": origin} if origin else {}
    return replace(
        _tied(item, work),
        stem=f"{lead_in} {item.stem}",
        library_id=None,
        stored_id=None,
        provenance={**_tied(item, work).provenance, **made_of, "base_stem": item.stem},
    )


def _tied(item: Item, work: Work) -> Item:
    context = {"kind": work.kind, "name": work.name}
    return replace(item, provenance={**item.provenance, "context": context})

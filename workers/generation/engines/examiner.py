"""The examiner: rules, running code, two blind solvers and a critic; then one repair.

A solver sees neither the key nor our order, and each question twice with its options permuted. What
both solvers answer otherwise than the key has a wrong key, and goes. What rules or the critic
find in a question whose key stands is mended by the writer, once; it must keep the rules then.
"""

import asyncio
import random
import string
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from workers.generation.brief import CHOICE_TYPES, Cell, Item, Rejected
from workers.generation.engines import Examined, Pairs
from workers.generation.engines.asking import UnusableAnswer, parsed, request
from workers.generation.engines.prompts import CRITIC_GUIDE, SOLVER_GUIDE
from workers.generation.engines.writing import (
    PROMPT_VERSION,
    WrittenItems,
    mend_request,
    to_item,
)
from workers.generation.execution import is_runnable, runs_to_key
from workers.generation.fanout import together
from workers.generation.lint import flaws
from workers.generation.text import counted
from workers.generation.tools import ModelBusy, ModelRequest, Tools

# Questions in one call: enough to share the guide, few enough to be read with care.
GROUP = 10
ANSWER_TOKENS = 60
REVIEW_TOKENS = 160
FLAGS = ("two_right", "cue", "sensitive", "off_topic", "unclear")
SAYS = {
    "two_right": "a second option can be defended",
    "cue": "the wording gives the key away",
    "sensitive": "it could hurt or favour a group",
    "off_topic": "it does not measure the skill",
    "unclear": "it can be read in two ways",
}


class WrittenAnswer(BaseModel):
    """A solver's answer to one question."""

    question: int
    chosen: str


class WrittenAnswers(BaseModel):
    """A solver's answers."""

    answers: list[WrittenAnswer]


class WrittenReview(BaseModel):
    """The critic's review of one question."""

    question: int
    two_right: bool
    cue: bool
    sensitive: bool
    off_topic: bool
    unclear: bool
    comment: str


class WrittenReviews(BaseModel):
    """The critic's reviews."""

    reviews: list[WrittenReview]


@dataclass
class Verdicts:
    """What the gates said of one item; `solved` has one entry for each solver that answered."""

    solved: list[bool] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    comment: str = ""
    is_reviewed: bool = False


@dataclass(frozen=True)
class ModelExaminer:
    """An examiner on these models."""

    writer: str
    solver: str
    critic: str

    async def examine(self, pairs: Pairs, tools: Tools) -> Examined:
        """Pass the items or say what is wrong with them. No failed call fails the job."""
        verdicts = [Verdicts() for _ in pairs]
        groups = [range(at, min(at + GROUP, len(pairs))) for at in range(0, len(pairs), GROUP)]
        calls: list[Awaitable[Any]] = []
        for number, group in enumerate(groups, start=1):
            items = [pairs[place][1] for place in group]
            mine = [verdicts[place] for place in group]
            calls += [self._solve(number, turn, items, mine, tools) for turn in (1, 2)]
            calls.append(self._review(number, items, mine, tools))
        ran, *_ = await together([self._run_code([item for _, item in pairs], tools), *calls])
        return _judged(pairs, verdicts, ran)

    async def _run_code(self, items: Sequence[Item], tools: Tools) -> list[bool | None]:
        """Of each item whether its code gives what the key says. A durable step: a time-out is no rule."""

        async def make() -> list[bool | None]:
            return await together(asyncio.to_thread(runs_to_key, item) for item in items)

        if not any(is_runnable(item) for item in items):
            return [None] * len(items)
        results: list[bool | None] = await tools.step("run-code", make)
        return results

    async def _solve(
        self, group: int, turn: int, items: Sequence[Item], verdicts: Sequence[Verdicts], tools: Tools
    ) -> None:
        rng = random.Random(f"{tools.seed}:solve:{group}:{turn}")
        orders = [rng.sample(item.options, len(item.options)) for item in items]
        try:
            answer = await tools.ask(f"solve:{group}:{turn}", solve_request(self.solver, items, orders))
            written = parsed(answer, WrittenAnswers)
        except (ModelBusy, UnusableAnswer) as problem:
            tools.say(f"AI Progress: A check of {counted(len(items), 'question')} was not made ({problem})")
            return
        chosen = {one.question: one.chosen for one in written.answers}
        for number, (item, order, verdict) in enumerate(zip(items, orders, verdicts, strict=True), start=1):
            if number in chosen:
                verdict.solved.append(is_solved(item, order, chosen[number]))

    async def _review(
        self, group: int, items: Sequence[Item], verdicts: Sequence[Verdicts], tools: Tools
    ) -> None:
        try:
            answer = await tools.ask(f"review:{group}", review_request(self.critic, items, tools.seed))
            written = parsed(answer, WrittenReviews)
        except (ModelBusy, UnusableAnswer) as problem:
            tools.say(f"AI Progress: A review of {counted(len(items), 'question')} was not made ({problem})")
            return
        for review in written.reviews:
            if 1 <= review.question <= len(items):
                verdict = verdicts[review.question - 1]
                verdict.is_reviewed = True
                verdict.flags = [flag for flag in FLAGS if getattr(review, flag)]
                verdict.comment = " ".join(review.comment.split())[:300]

    async def mend(self, rejected: Sequence[Rejected], language: str, tools: Tools) -> Pairs:
        """New versions of the items that can be mended, those that keep the rules."""
        groups = [rejected[at : at + GROUP] for at in range(0, len(rejected), GROUP)]
        done = await together(
            self._mended(number, group, language, tools) for number, group in enumerate(groups, start=1)
        )
        return tuple(pair for pairs in done for pair in pairs)

    async def _mended(
        self, number: int, group: Sequence[Rejected], language: str, tools: Tools
    ) -> list[tuple[Cell, Item]]:
        try:
            answer = await tools.ask(f"mend:{number}", mend_request(self.writer, group, language))
            written = parsed(answer, WrittenItems)
        except (ModelBusy, UnusableAnswer) as problem:
            tools.say(f"AI Progress: No repair of {counted(len(group), 'question')} ({problem})")
            return []
        pairs = []
        for one, new in zip(group, written.items, strict=False):
            item = to_item(new, one.cell, answer)
            provenance = {
                **one.item.provenance,
                "edits": [{"by": answer.model, "because": list(one.problems)}],
            }
            if not flaws(item) and await asyncio.to_thread(runs_to_key, item) is not False:
                pairs.append((one.cell, replace(item, provenance=provenance)))
        return pairs


def solve_request(model: str, items: Sequence[Item], orders: Sequence[Sequence[str]]) -> ModelRequest:
    """The call that solves questions blind: options in an order of its own, no key, no explanation."""
    text = "\n\n".join(
        _shown(number, item, order)
        for number, (item, order) in enumerate(zip(items, orders, strict=True), start=1)
    )
    return request("solve", model, 200 + ANSWER_TOKENS * len(items), SOLVER_GUIDE, text, WrittenAnswers)


def review_request(model: str, items: Sequence[Item], seed: int) -> ModelRequest:
    """The call that looks for what rules can't see; the key is marked."""
    rng = random.Random(f"{seed}:review")
    texts = []
    for number, item in enumerate(items, start=1):
        order = rng.sample(item.options, len(item.options))
        right = item.options[: item.right] or item.accepted
        texts.append(f"Skill: {item.skill_name}\n{_shown(number, item, order)}\nRight: {' | '.join(right)}")
    text = "\n\n".join(texts)
    return request("review", model, 300 + REVIEW_TOKENS * len(items), CRITIC_GUIDE, text, WrittenReviews)


def _shown(number: int, item: Item, order: Sequence[str]) -> str:
    lines = [f"Question {number} ({item.type}): {item.stem}"]
    if item.code:
        lines += [f"```{item.code_language or ''}", item.code, "```"]
    lines += [f"{letter}) {option}" for letter, option in zip(string.ascii_uppercase, order, strict=False)]
    return "\n".join(lines)


def is_solved(item: Item, order: Sequence[str], chosen: str) -> bool:
    """Whether what a solver chose is the item's key."""
    if not item.options:
        # A number or a few words: spelled alike but for case, spaces and marks at the end.
        answers = {_plain(text) for text in item.accepted}
        return _plain(chosen) in answers
    picked = _picked(chosen, order)
    right = item.options[: item.right]
    return picked == list(right) if item.type == "ordering" else set(picked) == set(right)


def _picked(chosen: str, order: Sequence[str]) -> list[str]:
    letters = "".join(chosen.upper().replace(",", " ").split())
    places = [string.ascii_uppercase.find(letter) for letter in letters]
    return [order[place] for place in places] if all(0 <= place < len(order) for place in places) else []


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .\"'`").replace(",", "")


def _judged(pairs: Pairs, verdicts: Sequence[Verdicts], runs: Sequence[bool | None]) -> Examined:
    passed: list[tuple[Cell, Item]] = []
    rejected: list[Rejected] = []
    for (cell, item), verdict, ran in zip(pairs, verdicts, runs, strict=True):
        found = flaws(item)
        problems = [one.message for one in found] + [SAYS[flag] for flag in verdict.flags]
        problems += [verdict.comment] if verdict.flags and verdict.comment else []
        judged = replace(item, provenance={**item.provenance, "verdicts": _told(verdict, problems, ran)})
        if ran is False:
            rejected.append(Rejected(cell, judged, ("its code gives another result than the key says",)))
        elif not verdict.solved and ran is None:
            why = "no solver could check its key"
            rejected.append(Rejected(cell, judged, (why, *problems), is_unchecked=not problems))
        elif not _key_stands(verdict, ran):
            rejected.append(Rejected(cell, judged, ("solvers who did not see the key disagree with it",)))
        elif problems:
            rejected.append(Rejected(cell, judged, tuple(problems), is_mendable=_is_mendable(item, verdict)))
        else:
            passed.append((cell, judged))
    return Examined(tuple(passed), tuple(rejected))


def _key_stands(verdict: Verdicts, ran: bool | None) -> bool:
    """Every solver agrees, or one of two does and neither critic nor code speaks against the key."""
    if ran or all(verdict.solved):
        return True
    return any(verdict.solved) and verdict.is_reviewed and "two_right" not in verdict.flags


def _is_mendable(item: Item, verdict: Verdicts) -> bool:
    return item.type in CHOICE_TYPES and "off_topic" not in verdict.flags


def _told(verdict: Verdicts, problems: Sequence[str], ran: bool | None) -> dict[str, object]:
    """The verdicts as the question's provenance keeps them."""
    return {
        "solved": verdict.solved,
        "critique": verdict.flags if verdict.is_reviewed else None,
        "code_runs_to_key": ran,
        "problems": list(problems),
        "prompt_version": PROMPT_VERSION,
    }

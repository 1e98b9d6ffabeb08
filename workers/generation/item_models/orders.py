"""Orders that clues fix: who comes where, found by trying all orders."""

import random
from itertools import permutations
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model

SKILLS = ("logical-reasoning", "problem-solving", "critical-thinking", "attention-to-detail")
PEOPLE = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eva",
    "Finn",
    "Gita",
    "Hugo",
    "Iris",
    "Jon",
    "Kim",
    "Lena",
    "Mo",
    "Nia",
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
SCENES = (
    ("{} gave their talks one after the other", "spoke"),
    ("{} were served one after the other", "was served"),
    ("{} had their interviews one after the other", "was interviewed"),
    ("{} finished their reports one after the other", "finished"),
    ("{} arrived at the office one after the other", "arrived"),
    ("{} left the meeting one after the other", "left"),
    ("{} called the help desk one after the other", "called"),
)
Order = tuple[str, ...]


class Clue(NamedTuple):
    """What a clue says of one or two people; `place` counts from 0."""

    form: str
    one: str
    other: str = ""
    place: int = 0

    def holds(self, order: Order) -> bool:
        """Whether the clue is true of that order."""
        at = order.index(self.one)
        if self.form == "at":
            return at == self.place
        if self.form == "not-at":
            return at != self.place
        gap = order.index(self.other) - at
        return {"before": gap > 0, "right-before": gap == 1, "apart": abs(gap) > 1, "two-after": gap == -2}[
            self.form
        ]

    def told(self, verb: str) -> str:
        """The clue as a sentence."""
        if self.form == "at":
            return f"{self.one} {verb} {ORDINALS[self.place]}."
        if self.form == "not-at":
            return f"{self.one} was not {ORDINALS[self.place]}."
        return {
            "before": f"{self.one} {verb} some time before {self.other}.",
            "right-before": f"{self.one} {verb} directly before {self.other}.",
            "apart": f"At least one person came between {self.one} and {self.other}.",
            "two-after": f"Exactly one person came between {self.other} and {self.one}, who was the later.",
        }[self.form]


def _puzzle(rng: random.Random, size: int) -> tuple[Order, list[Clue]]:
    """An order, and at most so many clues as people that leave no other; none of them can be spared."""
    order = tuple(rng.sample(PEOPLE, size))
    true = [clue for clue in _all_clues(sorted(order)) if clue.holds(order)]
    rng.shuffle(true)
    # A place that is given outright makes the puzzle easy: such clues come last and are spared first.
    true.sort(key=lambda clue: clue.form == "at")
    clues: list[Clue] = []
    left = list(permutations(order))
    for clue in true:
        fewer = [one for one in left if clue.holds(one)]
        if len(fewer) < len(left):
            clues.append(clue)
            left = fewer
        if len(left) == 1:
            break
    for clue in list(clues):
        rest = [other for other in clues if other != clue]
        if len(_solutions(rest, order)) == 1:
            clues = rest
    return (order, clues) if len(clues) <= size else _puzzle(rng, size)


def _all_clues(people: list[str]) -> list[Clue]:
    pairs = list(permutations(people, 2))
    two = [Clue(form, one, other) for form in ("before", "right-before", "two-after") for one, other in pairs]
    apart = [Clue("apart", one, other) for one, other in pairs if one < other]
    single = [
        Clue(form, one, place=place)
        for form in ("at", "not-at")
        for one in people
        for place in range(len(people))
    ]
    return two + apart + single


def _solutions(clues: list[Clue], people: Order) -> list[Order]:
    return [order for order in permutations(people) if all(clue.holds(order) for clue in clues)]


def _stem(order: Order, clues: list[Clue], rng: random.Random, question: str) -> str:
    scene, verb = rng.choice(SCENES)
    *most, last = sorted(order)
    told = " ".join(clue.told(verb) for clue in clues)
    return f"{scene.format(', '.join(most) + ' and ' + last)}. {told} {question.format(verb=verb)}"


@item_model("who-came-when", skills=SKILLS, difficulty="intermediate", cognitive_level="analyse", seconds=105)
def who_came_when(rng: random.Random) -> Draw:
    """Who has a certain place among four or five people."""
    order, clues = _puzzle(rng, rng.choice([4, 5]))
    place = rng.randrange(len(order))
    key = order[place]
    wrong = []
    for clue in clues:
        rest = [other for other in clues if other != clue]
        for solution in _solutions(rest, order):
            wrong.append(Wrong(solution[place], f"The clue on {_on(clue)} is left out."))
    spare = [Wrong(other, "The clues are not all checked against each other.") for other in order]
    return Draw(
        stem=_stem(order, clues, rng, f"Who {{verb}} {ORDINALS[place]}?"),
        right=(key,),
        wrong=tuple(rng.sample(wrong, len(wrong)) + rng.sample(spare, len(spare))),
        explanation=f"Only one order keeps all the clues: {', '.join(order)}.",
        accepted=(key,),
    )


def _on(clue: Clue) -> str:
    return f"{clue.one} and {clue.other}" if clue.other else clue.one


@item_model(
    "order-from-clues",
    skills=SKILLS,
    difficulty="senior",
    cognitive_level="analyse",
    seconds=150,
    type="ordering",
)
def order_from_clues(rng: random.Random) -> Draw:
    """The whole order of five people."""
    order, clues = _puzzle(rng, 5)
    return Draw(
        stem=_stem(order, clues, rng, "In which order was that, from the first to the last?"),
        right=order,
        wrong=(),
        explanation="No other order keeps all the clues: " + " ".join(clue.told("came") for clue in clues),
    )

"""True or false, made of stored questions: an answer to one is put forward, to be judged.

Only where true/false was asked for and there are no statements of their own: a guess is right half
the time.
"""

import random
from dataclasses import replace

from workers.generation.brief import CHOICE_TYPES, Item
from workers.generation.sources import Offer, Order, source
from workers.generation.sources.library import choose, unused
from workers.generation.tools import Tools

TRUE_FALSE = "true_false"


@source("statements")
async def statements(order: Order, tools: Tools) -> Offer:
    """Offer statements for the order's true/false cells."""
    rng = random.Random(f"{tools.seed}:statements:{order.skill.id}:{order.number}")
    asked = [cell for cell in order.cells if cell.type == TRUE_FALSE]
    places = [replace(cell, type="multiple_choice") for cell in asked]
    left = unused(order.hits, order.taken)
    stock = [item for item in left if item.type in CHOICE_TYPES and item.right == 1]
    chosen = choose(places, stock, rng, order.exposure)
    filled = []
    for place, item in chosen:
        cell = asked.pop(places.index(place))
        places.remove(place)
        filled.append((cell, statement_of(item, rng)))
    return Offer(tuple(filled))


def statement_of(item: Item, rng: random.Random) -> Item:
    """The item as a statement: its key is put forward, or a distractor, with equal chance."""
    is_true = rng.random() < 0.5
    place = 0 if is_true else rng.randrange(1, len(item.options))
    why = "" if is_true else item.misconceptions[place - 1]
    return replace(
        item,
        stem=f"{item.stem}\n\nProposed answer: {item.options[place]}\n\nThe proposed answer is right.",
        options=("True", "False") if is_true else ("False", "True"),
        misconceptions=(why or "The proposed answer is taken for a wrong one.",),
        explanation=f"The right answer is: {item.options[0]}. {item.explanation}",
        type=TRUE_FALSE,
        source="statement",
        library_id=None,
        stored_id=None,
        provenance={**item.provenance, "made_of": item.library_id or item.stored_id},
    )

"""The organisation's own questions: written for it earlier, passed by every gate, and kept."""

import random

from workers.generation.sources import Offer, Order, source
from workers.generation.sources.library import choose, unused
from workers.generation.tools import Tools

# What part of a skill's questions may be old ones, so that a form is never wholly known.
REUSE_SHARE = 0.6


@source("kept")
async def kept(order: Order, tools: Tools) -> Offer:
    """Offer kept items for the cells, up to the share; the seldom used ones first."""
    own = [item for item in order.hits if item.library_id is None]
    if not order.brief.reuse or not own:
        return Offer(())
    rng = random.Random(f"{tools.seed}:kept:{order.skill.id}:{order.number}")
    # A skill of one question reuses too, as often as the share says.
    most = int(REUSE_SHARE * len(order.cells) + rng.random())
    cells = rng.sample(order.cells, min(most, len(order.cells)))
    return Offer(tuple(choose(cells, unused(own, order.taken), rng, order.exposure)))

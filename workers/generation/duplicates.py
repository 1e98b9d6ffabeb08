"""When two items are one question in other words."""

from workers.generation.brief import Item


def identity(item: Item) -> str:
    """Equal for items whose stem and code differ in case, spaces and punctuation only."""
    return item.identity

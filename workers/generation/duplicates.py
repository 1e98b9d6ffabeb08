"""When two items are one question in other words."""

import hashlib

from workers.generation.brief import Item


def identity(item: Item) -> str:
    """A hash that ignores case, spaces and punctuation of the stem and its code."""
    text = "".join(letter for letter in (item.stem + (item.code or "")).casefold() if letter.isalnum())
    return hashlib.sha256(text.encode()).hexdigest()

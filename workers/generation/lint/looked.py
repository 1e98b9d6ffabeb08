"""What the rules look at: a question as its reader sees it, with the words that are prose in it."""

from dataclasses import dataclass
from functools import cached_property

from workers.generation.lint import prose


@dataclass(frozen=True)
class Finding:
    """A flaw of an item. `code` names the rule; `message` says what is wrong, in a phrase."""

    code: str
    message: str


@dataclass(frozen=True)
class Looked:
    """A question, looked at from outside.

    `key` is the index of the right option; None says that there is no single one. Where `in_order`
    is true the options stand as they are shown; elsewhere no rule asks for an order.
    """

    stem: str
    options: tuple[str, ...]
    key: int | None
    code: str | None = None
    code_language: str | None = None
    in_order: bool = True

    @cached_property
    def right(self) -> str:
        """The right option, empty where there is no single one."""
        return self._at_key(self.options)

    @cached_property
    def distractors(self) -> tuple[str, ...]:
        """The other options."""
        return tuple(option for at, option in enumerate(self.options) if at != self.key)

    @cached_property
    def question(self) -> str:
        """The sentence of the stem that asks, without code and quotations."""
        return prose.plain(prose.question(prose.unquoted(self.stem)))

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The options in small letters."""
        return tuple(option.casefold() for option in self.options)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The options' prose, empty for one that is code as a whole."""
        return tuple(prose.plain_option(option) for option in self.options)

    @cached_property
    def spoken(self) -> tuple[list[str], ...]:
        """The words of the options' prose in small letters."""
        return tuple(prose.spoken(text) for text in self.plain)

    @cached_property
    def plain_right(self) -> str:
        """The right option's prose."""
        return self._at_key(self.plain)

    @cached_property
    def plain_distractors(self) -> tuple[str, ...]:
        """The prose of the other options."""
        return tuple(text for at, text in enumerate(self.plain) if at != self.key)

    def _at_key(self, texts: tuple[str, ...]) -> str:
        known = self.key is not None and 0 <= self.key < len(texts)
        return texts[self.key or 0] if known else ""

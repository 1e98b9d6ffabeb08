"""Secrets that are handed out: looked up by their first letters, compared by a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX_LENGTH = 10
BODY_LENGTH = 32
# Without 0, O, 1, l and I: keys are also read from paper and typed.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class Credential:
    """A new secret: `text` is shown this once, `prefix` and `digest` are what is stored of it."""

    text: str
    prefix: str
    digest: bytes


def issue(head: str, secret_key: bytes) -> Credential:
    """A credential that begins with `head`; what is not stored of it has 187 random bits."""
    prefix, body = _letters(PREFIX_LENGTH), _letters(BODY_LENGTH)
    text = f"{head}{prefix}{body}"
    return Credential(text, prefix, _digest(text, secret_key))


def parse(text: str, heads: Iterable[str]) -> tuple[str, str] | None:
    """The head and the prefix of a text that can be a credential; None for any other."""
    for head in heads:
        rest = text.removeprefix(head)
        if text.startswith(head) and len(rest) == PREFIX_LENGTH + BODY_LENGTH and set(rest) <= set(ALPHABET):
            return head, rest[:PREFIX_LENGTH]
    return None


def is_true(text: str, digest: bytes | None, secret_key: bytes) -> bool:
    """Whether the text is the one that the digest was made of; the time taken tells nothing.

    With None, for a prefix that is not known, the answer takes as long and is no.
    """
    return hmac.compare_digest(_digest(text, secret_key), digest or bytes(32)) and digest is not None


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _digest(text: str, secret_key: bytes) -> bytes:
    # A fast keyed hash is enough: there are too many random bits to guess.
    return hashlib.blake2b(text.encode(), key=hashlib.sha256(secret_key).digest(), digest_size=32).digest()

"""What the domain refuses, as types; `api/errors.py` has the one table from these to HTTP."""


class DomainError(Exception):
    """A rule of the domain said no; the message is a sentence for the caller."""


class NotFound(DomainError):
    """Malformed, unknown, deleted or another organisation's: the caller can't tell which."""


class Conflict(DomainError):
    """The thing is in a state in which this can't be done."""


class InvalidInput(DomainError):
    """Values that break a rule; `errors` maps each field to its messages."""

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or {}


class IdempotencyMismatch(DomainError):
    """The key was used before with another request."""


class StaleRun(DomainError):
    """The run that wants to write has lost its claim: the job was cancelled, or another worker has it."""

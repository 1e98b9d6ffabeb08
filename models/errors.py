"""What the domain refuses, as types; `api/errors.py` has the one table from these to HTTP."""


class DomainError(Exception):
    """A rule of the domain said no; the message is a sentence for the caller."""


class NotFound(DomainError):
    """Malformed, unknown, deleted or another organisation's: the caller can't tell which."""


class Conflict(DomainError):
    """The thing is in a state in which this can't be done."""


class InvalidInput(DomainError):
    """Values that break a rule; `errors` maps each field to its messages.

    `code` is API B's word for it.
    """

    def __init__(
        self, message: str, errors: dict[str, list[str]] | None = None, code: str = "INVALID_DATA_FORMAT"
    ) -> None:
        super().__init__(message)
        self.errors = errors or {}
        self.code = code


class IdempotencyMismatch(DomainError):
    """The key was used before with another request."""


class StaleRun(DomainError):
    """The run that wants to write has lost its claim: the job was cancelled, or another worker has it."""

    is_no_fault = True


class Unready(DomainError):
    """Something that this needs is not there yet; trying again in a moment will help."""


class Refused(DomainError):
    """A call that a rule refuses under a code of the contract; `details` go out beside it."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.code = code
        self.details = details

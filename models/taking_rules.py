"""What a candidate may do, and when: one table of rules."""

from dataclasses import dataclass

from models import rules

# `identify` is what every call begins with.
IDENTIFY, START, READ, SAVE, SUBMIT = "identify", "start", "read", "save", "submit"
CALLS = (IDENTIFY, START, READ, SAVE, SUBMIT)
# Who may submit a session.
BY_CANDIDATE, BY_DEADLINE = "candidate", "deadline"


@dataclass(frozen=True)
class Standing:
    """All that decides what a candidate may do."""

    is_revoked: bool = False
    is_deleted: bool = False
    is_expired: bool = False
    has_begun: bool = False
    is_over: bool = False
    is_submitted: bool = False


Rule = rules.Rule[Standing]


INVALID = Rule(
    "INVALID_KEY",
    "Invalid candidate key: send one that begins with ck_ and is in force in the header x-api-key.",
    lambda standing: standing.is_revoked or standing.is_deleted,
)
EXPIRED = Rule(
    "KEY_EXPIRED",
    "This candidate key has expired; ask who sent it for a new one.",
    lambda standing: standing.is_expired and not standing.has_begun,
)
NOT_BEGUN = Rule(
    "SESSION_NOT_STARTED",
    "The session has not been started; POST /v1/candidate/session starts it.",
    lambda standing: not standing.has_begun,
)
ALREADY = Rule(
    "ALREADY_SUBMITTED",
    "The session has been submitted; nothing can be changed any more.",
    lambda standing: standing.is_submitted and not standing.is_over,
)
TIME_IS_UP = Rule(
    "TIME_IS_UP",
    "The time is up; what was saved before has been submitted.",
    lambda standing: standing.is_over,
)

RULES: dict[str, tuple[Rule, ...]] = {
    IDENTIFY: (INVALID, EXPIRED),
    START: (INVALID, EXPIRED),
    READ: (INVALID, EXPIRED, NOT_BEGUN),
    SAVE: (INVALID, EXPIRED, NOT_BEGUN, TIME_IS_UP, ALREADY),
    SUBMIT: (INVALID, EXPIRED, NOT_BEGUN, TIME_IS_UP, ALREADY),
}


def refusal(call: str, standing: Standing) -> Rule | None:
    """The first rule that refuses the call; None where it may be made."""
    return rules.first_refusal(RULES[call], standing)

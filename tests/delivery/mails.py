"""What the tests of mails share: values, bodies, and reading a mail."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

VALUES: dict[str, Any] = {
    "name": "Ada Lovelace",
    "passed": True,
    "score": 75,
    "correct": 15,
    "total": 20,
    "attempt_number": 1,
    "pass_mark": 60,
    "skills": ["Python", "SQL"],
    "can_retake": False,
}
MESSAGE_ID = "msg_0b5b2f0e-6a0c-4d59-9d6c-0a4d7c1f2e3b"


def body(**changes: Any) -> dict[str, Any]:
    """A delivery's body, with other values where they are given."""
    return {"template": "verification_result", "values": {**VALUES, **changes}}


def parsed(content: bytes) -> EmailMessage:
    """The mail that these bytes are."""
    return message_from_bytes(content, policy=modern)


def part(message: EmailMessage, kind: str) -> str:
    """The text of its part, `plain` or `html`."""
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())

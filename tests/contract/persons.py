"""A student whose every field can be found again, wherever it has got to in the database."""

import base64
from collections.abc import Iterator
from uuid import UUID

from models.base import new_id
from models.session import Database
from tests.contract.stored import stored
from tests.contract.verifications import Json

FIELDS = (
    "student name email project projectname projecttext role company jobtext "
    "credential certificate issuer certificatetext proof skill callback"
)


class Person:
    """A student whose every field holds an unmistakable word."""

    def __init__(self) -> None:
        # Letters alone, so that no way of writing it down changes the word.
        tail = "".join(chr(ord("a") + int(digit, 16)) for digit in new_id().replace("-", "")[:10])
        self.marks = {name: f"q{name}{tail}" for name in FIELDS.split()}
        self.marks["phone"] = str(UUID(new_id()).int)[:15]

    @property
    def body(self) -> Json:
        """What begins the session."""
        mark = self.marks
        return {
            "studentId": mark["student"],
            "callbackWebhookUrl": f"https://{mark['callback']}.example/hook",
            "name": mark["name"],
            "email": f"{mark['email']}@mail.example",
            "phoneNumber": mark["phone"],
            "projects": [
                {
                    "projectId": mark["project"],
                    "name": mark["projectname"],
                    "description": f"In React: {mark['projecttext']}.",
                    "startDate": "2024-01",
                }
            ],
            "experience": [
                {
                    "workExperienceId": "w1",
                    "role": mark["role"],
                    "companyName": mark["company"],
                    "description": mark["jobtext"],
                    "startDate": "2023",
                }
            ],
            "certificates": [
                {
                    "credentialId": mark["credential"],
                    "name": mark["certificate"],
                    "issuer": mark["issuer"],
                    "description": mark["certificatetext"],
                }
            ],
        }

    @property
    def skills(self) -> list[Json]:
        """What is to be verified: a skill that is known, and one that only the caller knows."""
        return [
            {"skillId": "react", "proofUrls": [f"https://{self.marks['proof']}.example/repo"]},
            {"skillId": "own_1", "name": self.marks["skill"]},
        ]

    @property
    def chosen(self) -> Json:
        """All sources."""
        mark = self.marks
        return {
            "projectIds": [mark["project"]],
            "workExperienceIds": ["w1"],
            "credentialIds": [mark["credential"]],
        }


def written(word: str) -> Iterator[str]:
    """The ways in which bytes that hold the word may be written in base64, without their ends."""
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + word.encode()).decode()
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def left(database: Database, words: dict[str, str]) -> dict[str, set[str]]:
    """Of each word the tables that hold it, in any column, plainly or in base64."""
    found: dict[str, set[str]] = {}
    for table, rows in stored(database).items():
        text = "\n".join(value for row in rows for value in row if value)
        folded = text.casefold()
        for name, word in words.items():
            encoded = list(written(word))
            as_bytes = [one.encode().hex() for one in (word, *encoded)]
            if any(one in folded for one in (word, *as_bytes)) or any(one in text for one in encoded):
                found.setdefault(name, set()).add(table)
    return found

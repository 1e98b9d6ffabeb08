"""Reading an issue from its forge: the API of GitHub, or of what answers like it."""

import json
import logging
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final

import requests
import urllib3
from requests.auth import AuthBase

from api.parsing import UNSTORABLE
from models.base import Json, utcnow
from models.errors import InvalidInput
from models.oss_issues import (
    LONGEST_BODY,
    LONGEST_LABEL,
    LONGEST_LANGUAGE,
    LONGEST_TITLE,
    MOST_LABELS,
    estimated_difficulty,
)
from settings import VERSION

log = logging.getLogger(__name__)

TIMEOUT_SECONDS: Final = 10.0
# GitHub's issues have 64 KiB of text at most.
LARGEST_ANSWER: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
# Without a word of when: GitHub asks for a minute after its secondary limit.
USUAL_PAUSE, LONGEST_PAUSE = 60, 24 * 3600
# A name with other characters than dots, so that it leads nowhere else within the API.
ISSUE_URL = re.compile(
    r"https://(?P<host>[A-Za-z0-9.-]+(?::[0-9]{1,5})?)"
    r"/(?P<owner>(?!\.+/)[A-Za-z0-9._-]{1,100})/(?P<repository>(?!\.+/)[A-Za-z0-9._-]{1,100})"
    r"/issues/(?P<number>[1-9][0-9]{0,9})/?(?:[?#].*)?",
    re.ASCII,
)
NO_ISSUE_URL = "It must be an issue's address, such as https://github.com/OWNER/REPO/issues/123."
NOT_THERE = "There is no such issue, or it is private."
MOVED = "The issue has moved; give the address that it has now."
PULL_REQUEST = "It is a pull request, not an issue."


class NoAnswer(Exception):
    """The forge gave no answer that can be used; `retry_after`, in seconds, where it may later."""

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Address:
    """Where an issue is, as people open it."""

    host: str
    owner: str
    repository: str
    number: str

    @classmethod
    def of(cls, url: str) -> "Address | None":
        """The address that a URL is; None for one of anything else."""
        found = ISSUE_URL.fullmatch(url)
        return cls(**{**found.groupdict(), "host": found["host"].lower()}) if found else None

    @property
    def repo_url(self) -> str:
        """The repository's URL."""
        return f"https://{self.host}/{self.owner}/{self.repository}"

    @property
    def url(self) -> str:
        """The issue's URL, always written in the same way."""
        return f"{self.repo_url}/issues/{self.number}"


class Forge:
    """A forge's API. The token, where there is one, goes to that API alone."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = _Token(token)

    def issue(self, url: str) -> Json:
        """The issue at this URL: what of an `OssIssue` its forge tells, `url` as the forge writes it.

        Raises InvalidInput where there is no such issue, NoAnswer where the forge does not tell.
        """
        address = Address.of(url)
        if address is None:
            raise _bad(NO_ISSUE_URL)
        repository = f"/repos/{address.owner}/{address.repository}"
        issue = self._read(f"{repository}/issues/{address.number}")
        if issue.get("pull_request"):
            raise _bad(PULL_REQUEST)
        # A renamed repository, and any case of its letters, leads to the same issue.
        told = Address.of(str(issue.get("html_url"))) or address
        if told.host != address.host:
            raise _bad(f"This installation reads issues of {told.host}, not of {address.host}.")
        return {
            "url": told.url,
            "repo_url": told.repo_url,
            **_fields(issue),
            "language": _text(self._read(repository).get("language"), LONGEST_LANGUAGE) or None,
        }

    def _read(self, path: str) -> Json:
        deadline = monotonic() + TIMEOUT_SECONDS
        try:
            with _Session() as session:
                response = session.get(
                    self._base_url + path,
                    headers=HEADERS,
                    auth=self._token,
                    timeout=TIMEOUT_SECONDS,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    _check(response)
                    return _parsed(_body(response, deadline))
        # What the libraries say may hold a header, so it is neither shown nor chained; of one that can't be
        # sent http.client says a ValueError.
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            log.warning("The forge did not answer: %s", type(error).__name__)
            raise NoAnswer("The forge did not answer; try again later.") from None


HEADERS = {
    "Accept": "application/vnd.github+json, application/json",
    # A compressed answer could be larger than it looks.
    "Accept-Encoding": "identity",
    "User-Agent": f"assessgen/{VERSION}",
}


class _Token(AuthBase):
    """Sends the token, if there is one, and keeps requests from reading another out of ~/.netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Session(requests.Session):
    """A session that sees no redirect: to prepare one, requests reads the whole body, past the cap."""

    def get_redirect_target(self, resp: Any) -> None:  # noqa: ARG002 - the signature is requests'
        """See none."""
        return


def _check(response: requests.Response) -> None:
    """Raise InvalidInput or NoAnswer for every answer but a 200."""
    status = response.status_code
    if status == 200:
        return
    if status in (404, 410, 451):
        raise _bad(NOT_THERE)
    if 300 <= status < 400:
        raise _bad(MOVED)
    pause = _pause(response)
    log.warning("The forge answered %d.", status)
    if status == 429 or (status == 403 and pause is not None):
        raise NoAnswer("The forge takes no more calls for now; try again later.", pause or USUAL_PAUSE)
    if status in (401, 403):
        raise NoAnswer("The forge refuses this installation; its token may have expired.")
    raise NoAnswer(f"The forge answered with the status {status}; try again later.", pause)


def _pause(response: requests.Response) -> int | None:
    """The seconds that the forge asks to wait; None where it does not."""
    told = response.headers.get("Retry-After", "")
    if told:
        return _whole(float(told) if told.isascii() and told.isdigit() else _until(told))
    if response.headers.get("X-RateLimit-Remaining") == "0":
        reset = response.headers.get("X-RateLimit-Reset", "")
        is_time = reset.isascii() and reset.isdigit()
        return _whole(float(reset) - utcnow().timestamp() if is_time else USUAL_PAUSE)
    return None


def _until(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - utcnow().timestamp()
    except (ValueError, OverflowError):
        return USUAL_PAUSE


def _whole(seconds: float) -> int:
    return int(min(max(seconds, 1), LONGEST_PAUSE) + 0.999)


def _body(response: requests.Response, deadline: float) -> bytes:
    body = b""
    while chunk := response.raw.read1(CHUNK, decode_content=False):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise NoAnswer("The forge's answer is too large to be an issue.")
        if monotonic() > deadline:
            raise NoAnswer("The forge did not answer in time; try again later.")
    return body


def _parsed(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoAnswer("The forge's answer can't be read: is ASSESSGEN_FORGE_URL the address of its API?")
    return found


def _fields(issue: Json) -> Json:
    """Title, text, labels and difficulty of an issue; raises NoAnswer for what is none."""
    title = _text(issue.get("title"), LONGEST_TITLE)
    if not title:
        raise NoAnswer("The forge's answer is no issue: it has no title.")
    body = _text(issue.get("body"), LONGEST_BODY)
    listed = issue.get("labels")
    labels = [_label(one) for one in listed] if isinstance(listed, list) else []
    labels = list(dict.fromkeys(label for label in labels if label))[:MOST_LABELS]
    comments = issue.get("comments")
    difficulty = estimated_difficulty(labels, body, comments if isinstance(comments, int) else 0)
    return {"title": title, "body": body, "labels": labels, "difficulty": difficulty}


def _label(one: Any) -> str:
    return _text(one.get("name") if isinstance(one, dict) else one, LONGEST_LABEL)


def _text(value: Any, most: int) -> str:
    """A text as it can be stored; nothing for what is none."""
    return UNSTORABLE.sub("", value).strip()[:most].strip() if isinstance(value, str) else ""


def _bad(message: str) -> InvalidInput:
    return InvalidInput(f"url: {message}", {"url": [message]})

"""The command line as a client of API A: submit, follow, fetch. Any service will do, near or far."""

import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli_output import Json
from api.cli_settings import Problem, Unusable
from settings import VERSION

# How long a service may be away, in seconds: at the first call, and while a job is followed.
FIRST_PATIENCE, PATIENCE = 5.0, 60.0
TIMEOUT = (5.0, 30.0)
AWAY = {429, 502, 503, 504}
LOG_PAGE = 1000
# Polls follow each other fast at first, for an offline job takes less than a second.
QUICK, QUICK_FOR, SLOW = 0.05, 5.0, 0.5
ENDED = ("completed", "failed")


class _Key(AuthBase):
    """Sends the key, and keeps requests from reading another one out of ~/.netrc."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Client:
    """A service and a key. `revive`, if given, finds or starts the service again and tells its URL."""

    def __init__(self, url: str, key: str, revive: Callable[[], str] | None = None) -> None:
        self.url = _checked(url)
        self._revive = revive
        self._session = requests.Session()
        self._session.auth = _Key(key)
        self._session.headers["User-Agent"] = f"assessgen/{VERSION}"
        self._session.trust_env = urlsplit(self.url).hostname not in ("127.0.0.1", "::1", "localhost")

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def submit(self, brief: Json) -> str:
        """Hand a brief in; the job's id. Safe to repeat: it carries an idempotency key."""
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        path = "/api/v2/assessments/generate-ai"
        return str(self._call("POST", path, FIRST_PATIENCE, json=brief, headers=headers)["job_id"])

    def status(self, job_id: str, patience: float = PATIENCE) -> Json:
        """The job's status document."""
        return self._call("GET", f"/api/v2/task-executions/status/{job_id}", patience)

    def lines(self, job_id: str, after: int) -> list[Json]:
        """The job's log lines after that one."""
        query = {"after": str(after), "limit": str(LOG_PAGE)}
        page = self._call("GET", f"/api/v2/task-executions/{job_id}/logs", PATIENCE, params=query)
        lines: list[Json] = page["logs"]
        return lines + self.lines(job_id, lines[-1]["id"]) if page["has_more"] else lines

    def info(self, assessment_id: str) -> Json:
        """An assessment's details."""
        return self._call("GET", f"/api/v2/assessments/{assessment_id}/info", PATIENCE)

    def questions(self, assessment_id: str) -> list[Json]:
        """An assessment's questions, without keys."""
        page = self._call("GET", f"/api/v2/assessments/{assessment_id}/questions", PATIENCE)
        questions: list[Json] = page["questions"]
        return questions

    def _call(
        self,
        method: str,
        path: str,
        patience: float,
        json: Json | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Json:
        """One request, repeated while the service is away; raises Problem."""
        deadline = time.monotonic() + patience
        pause = 0.1
        while True:
            response = None
            try:
                response = self._session.request(
                    method, self.url + path, json=json, params=params, headers=headers, timeout=TIMEOUT
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                trouble = _cause(error)
            except requests.RequestException as error:
                raise Unusable(f"{self.url} can't be called: {error}") from error
            if response is not None and response.status_code not in AWAY:
                return _content(response)
            if response is not None:
                trouble = f"it answers {response.status_code}"
            if time.monotonic() > deadline:
                raise Unusable(f"The service at {self.url} can't be reached ({trouble}).")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
            if response is None and self._revive is not None:
                self.url = self._revive()


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Unusable(f"The server {url!r} is no URL such as https://assess.example.com.")
    return url.rstrip("/")


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its TLS certificate is not accepted"
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    return "nothing answers there"


def _content(response: requests.Response) -> Json:
    try:
        content = response.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Unusable(f"What answers at {response.url} is no assessgen (HTTP {response.status_code}).")
    if response.ok:
        return content
    said = str(content.get("error", f"HTTP {response.status_code}"))
    if response.status_code in (401, 403):
        raise Unusable(f"The service does not take this key ({said}).")
    refusal = Unusable if response.status_code < 500 else Problem
    raise refusal(f"The service says no: {said}")


def follow(client: Client, job_id: str, out: Console) -> Json:
    """Show the job's bar and its lines until it has ended; the last status document."""
    shown = _bar(out) if out.is_terminal else None
    if shown is None:
        return _followed(client, job_id, lambda line: out.print(_plain(line), soft_wrap=True))
    with shown:
        bar = shown.add_task("pending", total=1.0)
        return _followed(
            client,
            job_id,
            lambda line: shown.console.print(line["message"], style="dim"),
            lambda now: shown.update(bar, completed=now["progress"], description=now["status"]),
        )


def _plain(line: Json) -> str:
    time_of_day = str(line["created_at"])[11:]
    return f"{time_of_day}  {line['message']}"


def _bar(out: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:10}"),
        BarColumn(bar_width=40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=out,
    )


def _followed(
    client: Client,
    job_id: str,
    tell: Callable[[Json], object],
    moved: Callable[[Json], object] = lambda _: None,
) -> Json:
    after, began = 0, time.monotonic()
    while True:
        # The status before the lines: the lines of one that has ended are then complete.
        status = client.status(job_id)
        moved(status)
        for line in client.lines(job_id, after):
            after = line["id"]
            tell(line)
        if status["status"] in ENDED:
            return status
        time.sleep(QUICK if time.monotonic() - began < QUICK_FOR else SLOW)

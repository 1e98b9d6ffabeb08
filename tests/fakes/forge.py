"""A forge's API on the loopback, with answers in the shapes that GitHub's REST API has.

with FakeForge() as forge:
    url = forge.has_issue("acme", "orders", 42, labels=("good first issue",))
    forge.put("/repos/acme/orders/issues/42", NOT_FOUND)
"""

import json
from typing import Any

from tests.fakes.webhook_receiver import Received, Reply, WebhookReceiver

Json = dict[str, Any]
HOST = "github.com"
DOCS = "https://docs.github.com/rest"
HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "x-github-media-type": "github.v3; format=json",
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "57",
    "x-ratelimit-reset": "1790000000",
    "x-ratelimit-resource": "core",
}


def user(login: str) -> Json:
    """Somebody on the forge."""
    return {
        "login": login,
        "id": 583231,
        "node_id": "MDQ6VXNlcjU4MzIzMQ==",
        "html_url": f"https://{HOST}/{login}",
        "type": "User",
        "site_admin": False,
    }


def label(name: str) -> Json:
    """A label as an issue shows it."""
    return {
        "id": 208045946,
        "node_id": "MDU6TGFiZWwyMDgwNDU5NDY=",
        "url": f"https://api.{HOST}/repos/acme/orders/labels/{name.replace(' ', '%20')}",
        "name": name,
        "color": "7057ff",
        "default": True,
        "description": None,
    }


def issue(owner: str, repository: str, number: int, labels: tuple[str, ...] = ("bug",), **more: Any) -> Json:
    """GET /repos/{owner}/{repo}/issues/{number}."""
    api = f"https://api.{HOST}/repos/{owner}/{repository}"
    return {
        "url": f"{api}/issues/{number}",
        "repository_url": api,
        "labels_url": f"{api}/issues/{number}/labels{{/name}}",
        "html_url": f"https://{HOST}/{owner}/{repository}/issues/{number}",
        "id": 2093521145,
        "node_id": "I_kwDOABCDEM58yNz5",
        "number": number,
        "title": "Export runs out of memory",
        "user": user("octocat"),
        "labels": [label(name) for name in labels],
        "state": "open",
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 3,
        "created_at": "2024-01-22T09:12:41Z",
        "updated_at": "2024-02-03T17:40:02Z",
        "closed_at": None,
        "author_association": "CONTRIBUTOR",
        "active_lock_reason": None,
        "body": "The export loads all orders before it writes the first one.\r\n\r\nIt should stream them.",
        "closed_by": None,
        "reactions": {"url": f"{api}/issues/{number}/reactions", "total_count": 2, "+1": 2},
        "timeline_url": f"{api}/issues/{number}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
        **more,
    }


def repository(owner: str, name: str, **more: Any) -> Json:
    """GET /repos/{owner}/{repo}."""
    return {
        "id": 1296269,
        "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
        "name": name,
        "full_name": f"{owner}/{name}",
        "private": False,
        "owner": user(owner),
        "html_url": f"https://{HOST}/{owner}/{name}",
        "description": "Orders, and all that is done to them.",
        "fork": False,
        "url": f"https://api.{HOST}/repos/{owner}/{name}",
        "homepage": "",
        "size": 1803,
        "stargazers_count": 80,
        "language": "Python",
        "has_issues": True,
        "archived": False,
        "license": {"key": "apache-2.0", "name": "Apache License 2.0", "spdx_id": "Apache-2.0"},
        "topics": ["orders"],
        "visibility": "public",
        "default_branch": "main",
        **more,
    }


def reply(status: int, body: Any, delay: float = 0.0, **headers: str) -> Reply:
    """An answer of the API; names of headers are written with underscores."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {**HEADERS, **more}, raw, delay)


NOT_FOUND = reply(404, {"message": "Not Found", "documentation_url": DOCS, "status": "404"})
GONE = reply(410, {"message": "This issue was deleted", "documentation_url": DOCS, "status": "410"})
BAD_TOKEN = reply(401, {"message": "Bad credentials", "documentation_url": DOCS, "status": "401"})
FORBIDDEN = reply(403, {"message": "Resource not accessible by personal access token", "status": "403"})
MOVED = reply(
    301,
    {"message": "Moved Permanently", "url": "https://api.github.com/repositories/1/issues/42"},
    location="https://api.github.com/repositories/1/issues/42",
)
LIMIT = {
    "message": "API rate limit exceeded for 203.0.113.7. (But here's the good news: Authenticated requests "
    "get a higher rate limit. Check out the documentation for more details.)",
    "documentation_url": f"{DOCS}/overview/resources-in-the-rest-api#rate-limiting",
}
SECOND_LIMIT = reply(
    403,
    {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."},
    retry_after="37",
)
BROKEN = reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")


def rate_limited(reset: int) -> Reply:
    """The primary limit, until that time in seconds."""
    return reply(403, LIMIT, x_ratelimit_remaining="0", x_ratelimit_reset=str(reset))


class FakeForge(WebhookReceiver):
    """The API; paths that it knows have answers, and all others a 404."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Reply] = {}

    @property
    def base_url(self) -> str:
        """What ASSESSGEN_FORGE_URL is to be."""
        return self.url("/api/v3")

    def has_issue(
        self, owner: str, name: str, number: int, language: str | None = "Python", **more: Any
    ) -> str:
        """Let there be an issue, and its repository; the address under which people open it."""
        found = issue(owner, name, number, **more)
        self.put(f"/repos/{owner}/{name}/issues/{number}", reply(200, found))
        self.put(f"/repos/{owner}/{name}", reply(200, repository(owner, name, language=language)))
        return f"https://{HOST}/{owner}/{name}/issues/{number}"

    def put(self, path: str, answer: Reply) -> None:
        """Answer so at this path of the API."""
        self.answers[f"/api/v3{path}"] = answer

    def record(self, request: Received) -> Reply:
        """Note a request and choose its reply."""
        super().record(request)
        return self.answers.get(request.path, NOT_FOUND)

"""A test client that checks every answer against what the OpenAPI document says of it.

An answer whose status the document does not name for that operation is an error, and so is one
with a field too many: the document's `default` and open objects excuse nothing here.
"""

from functools import lru_cache
from ipaddress import IPv4Address
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "error"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"$ref": "#/components/schemas/Error/properties/errors"},
    },
    "additionalProperties": False,
}
ERROR = {"$ref": "#/components/schemas/Error"}
ERROR_V1 = {"$ref": "#/components/schemas/ErrorV1"}
BODILESS = (204, 304)
APIS = ("/api/", "/v1/")
# Wrong candidate keys are counted by address: of no two clients, so that no test shuts out another.
ADDRESSES = count(int(IPv4Address("10.0.0.1")))


class CheckedClient(FlaskClient):
    """Flask's test client, with `key` sent on every request and every answer checked."""

    key: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["REMOTE_ADDR"] = str(IPv4Address(next(ADDRESSES)))

    def with_key(self, key: str) -> "CheckedClient":
        """The same client, as the organisation whose key this is."""
        self.key = key
        self.environ_base["HTTP_X_API_KEY"] = key
        return self

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Call the application and check what it answers."""
        response = super().open(*args, **kwargs)
        check(self.application, response)
        return response


def client_of(app: Flask, key: str | None = None) -> CheckedClient:
    """A checked client of the application; without a key, nobody's."""
    client = CheckedClient(app, app.response_class)
    return client.with_key(key) if key else client


@lru_cache(maxsize=8)
def document(app: Flask) -> dict[str, Any]:
    """The application's OpenAPI document."""
    found: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return found


def operation(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a request; None for an address or a method that it does not name."""
    try:
        rule, _ = app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return None
    template = rule.rule.replace("<", "{").replace(">", "}")
    found: dict[str, Any] | None = document(app)["paths"].get(template, {}).get(method.lower())
    return found


def validator(app: Flask, schema: dict[str, Any]) -> Draft202012Validator:
    """What checks a value by a schema of the document."""
    whole = {**schema, "components": document(app)["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def check(app: Flask, response: TestResponse) -> None:
    """Raise AssertionError or jsonschema's ValidationError where the answer is not as documented."""
    request = response.request
    where = f"{request.method} {request.path} -> {response.status_code}"
    assert response.status_code != 500, f"{where}: {response.text}"
    assert response.headers["X-Content-Type-Options"] == "nosniff", where
    described = operation(app, request.method, request.path)
    if not request.path.startswith(APIS) or (described is None and response.status_code < 400):
        return
    _check_headers(response, where)
    if response.status_code in BODILESS or request.method == "HEAD":
        assert described is None or str(response.status_code) in described["responses"], where
        assert response.data == b"", where
        return
    media_type, schema = _documented(app, described, response, where)
    assert response.mimetype == media_type, f"{where}: {response.mimetype}"
    if media_type.endswith("json"):
        validator(app, schema).validate(response.get_json())


def _check_headers(response: TestResponse, where: str) -> None:
    needed = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}.get(
        response.status_code
    )
    assert needed is None or needed in response.headers, f"{where}: without {needed}"
    # A 304 means something only to a client that was allowed to keep the answer.
    kept = "private, no-cache" if "ETag" in response.headers else "no-store"
    assert response.headers["Cache-Control"] == kept, where


def _documented(
    app: Flask, described: dict[str, Any] | None, response: TestResponse, where: str
) -> tuple[str, dict[str, Any]]:
    """The media type and the schema that the answer should have."""
    if described is not None:
        assert str(response.status_code) in described["responses"], f"{where} is not documented"
    if response.status_code >= 400:
        asked = "application/problem+json" in response.request.headers.get("Accept", "")
        is_b = response.request.path.startswith("/api/v1/")
        if asked and not is_b:
            return "application/problem+json", PROBLEM
        if described is None:
            return "application/json", ERROR_V1 if is_b else ERROR
    assert described is not None, where
    [(media_type, content)] = described["responses"][str(response.status_code)]["content"].items()
    return media_type, content["schema"]

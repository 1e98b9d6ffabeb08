"""Log lines: what each holds, and that no handler gets a secret."""

import base64
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

import logs
from models import credentials
from models.organizations import new_webhook_secret
from settings import Settings
from tests.conftest import SECRET
from tests.stack import ROOT

log = logging.getLogger("tests.of.logs")


@pytest.fixture(autouse=True)
def nowhere() -> None:
    """Of no request and no job, whichever the tests before were about."""
    logs._request_id.set(None)
    logs._job_id.set(None)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put back what `configure` replaces."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    logs.configure.__globals__["_known"].clear()


def configured(style: str = "json", **more: Any) -> io.StringIO:
    """Log into the stream that this gives."""
    stream = io.StringIO()
    logs.configure(style, stream=stream, **more)
    return stream


def key(head: str) -> str:
    return credentials.issue(head, b"k" * 32).text


SECRETS = {
    "a live key": (key("ak_live_"), "calls with {}"),
    "a test key": (key("ak_test_"), "calls with {}."),
    "a candidate's key": (key("ck_live_"), "https://example.com/take/{}"),
    "a session token": (key("st_test_"), "token={}"),
    "a webhook's secret": (new_webhook_secret(), "signed with {!r}"),
    "the model's key": ("sk-ant-api03-" + "aB3_-" * 10, "the key {} is no good"),
    "GitHub's token": ("ghp_" + "a1" * 18, "clone with {}"),
    "a bearer token": ("Zm9v.YmFy-token", "Authorization: Bearer {}"),
    "basic credentials": (base64.b64encode(b"anna:hush").decode(), "{{'Authorization': 'Basic {}'}}"),
    "a header as a pair": ("quite-another-one", "[('authorization', '{}')]"),
    "a header as bytes": ("quite-another-one", "(b'x-api-key', b'{}')"),
    "apiKey": ("quite-another-one", '{{"apiKey": "{}"}}'),
    "a database's password": ("h%40sh", "postgresql+psycopg://user:{}@host:5432/name can't be reached"),
    "Redis' password": ("hush:h@sh", "redis://:{}@host/0 is away"),
    "a libpq text": ("hush-hush", "host=h password={} user=u"),
    "a token in a query": ("hush-hush", "GET /x?a=1&token={}&b=2"),
    "a setting's value": (SECRET, "the environment has {} in it"),
}


@pytest.fixture(params=SECRETS)
def secret(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A secret, and a text with it."""
    value, text = SECRETS[request.param]
    return value, text.format(value)


def settings() -> Settings:
    return Settings.from_env({"ASSESSGEN_SECRET_KEY": SECRET})


@pytest.mark.parametrize("style", ["json", "text"])
def test_no_line_holds_a_secret(style: str, secret: tuple[str, str]) -> None:
    value, text = secret
    stream = configured(style, hidden=settings().secrets)
    log.warning(text)
    log.warning("an argument: %s", text)
    log.warning("an argument's repr: %r", {"one": [text]})
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("an exception", stack_info=True)
    told = stream.getvalue()
    assert value not in told
    assert told.count("[hidden]") >= 4
    assert "ValueError" in told


def test_no_other_handler_gets_a_secret_either(secret: tuple[str, str]) -> None:
    value, text = secret
    configured(hidden=settings().secrets)
    stream = io.StringIO()
    theirs = logging.StreamHandler(stream)
    log.addHandler(theirs)
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("of somebody's: %s", text)
    finally:
        log.removeHandler(theirs)
    assert value not in stream.getvalue()
    assert "of somebody's" in stream.getvalue()


def test_the_cause_of_an_error_tells_no_secret(secret: tuple[str, str]) -> None:
    value, text = secret
    stream = configured(hidden=settings().secrets)
    try:
        try:
            raise ValueError(text)
        except ValueError as error:
            raise RuntimeError("and so") from error
    except RuntimeError:
        log.exception("it went wrong")
    assert value not in stream.getvalue()
    assert "direct cause" in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "job 7ff6a3de-0000-4000-8000-000000000000: another run has it",
        "GET http://127.0.0.1:8000/api/v2/usage answered 200",
        "The latest_test_run took 3 s; basic information; a bearer of news",
        "assets of https://example.com/@someone",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    stream = configured()
    log.warning(text)
    assert json.loads(stream.getvalue())["message"] == text


def test_a_long_text_is_searched_in_no_time() -> None:
    started = time.perf_counter()
    for hard in ("a", "://", "authorization=", "://a:", "ak_live_", "bearer ", "?token=", "password:b"):
        logs.without_secrets(hard * (200_000 // len(hard)))
    assert time.perf_counter() - started < 2.0


def test_a_json_line_has_the_record_and_where_it_belongs() -> None:
    stream = configured(level=logging.INFO)

    def work() -> None:
        logs.of_job("job-1", "request-1")
        log.info("begun\nand %s", "going on")

    copy_context().run(work)
    log.debug("not asked for")
    [line] = stream.getvalue().splitlines()
    told = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == {
        "level": "INFO",
        "logger": "tests.of.logs",
        "message": "begun\nand going on",
        "request_id": "request-1",
        "job_id": "job-1",
    }


def test_outside_of_any_request_and_job_a_line_names_none() -> None:
    stream = configured()
    copy_context().run(lambda: (logs.of_request(None), log.warning("alone")))
    assert json.loads(stream.getvalue()).keys() == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\x1b[2J"])
def test_nobody_s_text_can_begin_a_line_of_its_own(end: str) -> None:
    for style in ("text", "json"):
        stream = configured(style)
        log.warning("asked for %s", f"/x{end}2026-01-01T00:00:00.000Z ERROR api: forged")
        assert len(stream.getvalue().splitlines()) == 1
        assert "\x1b" not in stream.getvalue()


def test_a_text_line_is_for_people_and_its_traceback_follows_indented() -> None:
    stream = configured("text")
    try:
        raise ValueError("no good")
    except ValueError:
        log.exception("It failed.")
    first, *more = stream.getvalue().splitlines()
    assert re.fullmatch(r"\S+Z ERROR tests\.of\.logs: It failed\.", first)
    assert more[-1] == "  ValueError: no good"
    assert all(line.startswith("  ") for line in more)


def test_a_request_s_id_may_hold_no_key() -> None:
    stream, secret = configured(), key("ak_live_")
    copy_context().run(lambda: (logs.of_request(secret), log.warning("whose id is a key")))
    assert secret not in stream.getvalue()


def test_the_servers_own_loggers_take_the_format() -> None:
    theirs, stream = logging.getLogger("_granian"), io.StringIO()
    handler = logging.StreamHandler(stream)
    theirs.addHandler(handler)
    try:
        configured()
        theirs.error("a worker died")
    finally:
        theirs.removeHandler(handler)
    assert json.loads(stream.getvalue())["message"] == "a worker died"


def test_lines_can_go_to_a_file(tmp_path: Path) -> None:
    logs.configure("json", path=str(tmp_path / "worker.log"))
    log.warning("there")
    [handler] = logging.getLogger().handlers
    handler.close()
    assert json.loads((tmp_path / "worker.log").read_text())["message"] == "there"


def test_every_secret_of_the_settings_is_hidden() -> None:
    # A field that is kept out of the settings' own repr is one that no log may hold.
    hidden = {name for name, field in Settings.__dataclass_fields__.items() if not field.repr}
    urls = {"database_url", "broker_url", "traces_endpoint"}
    values = {name: f"value-of-{name}" for name in hidden}
    assert set(Settings(**values).secrets) == {values[name] for name in hidden - urls}


def test_only_this_module_makes_handlers() -> None:
    folders = [path for one in ("api", "models", "workers") for path in (ROOT / one).rglob("*.py")]
    texts = {path.name: path.read_text() for path in [*ROOT.glob("*.py"), *folders]}
    handlers = re.compile(r"basicConfig\(|StreamHandler\(")
    assert {name for name, text in texts.items() if handlers.search(text)} == {"logs.py"}

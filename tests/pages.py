"""What tests of the guides and the examples share: an example as a process, a page's curl commands."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests
from jsonschema import Draft202012Validator

from tests.stack import Stack

DOCUMENTED = "http://127.0.0.1:8000"
SETTINGS = ("ASSESSGEN_API_KEY", "ASSESSGEN_WEBHOOK_SECRET")


def run(example: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """An example as a process of its own, with nobody at its terminal."""
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(
        [sys.executable, str(example), *arguments],
        env={**inherited, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines(text: str, start: str) -> list[str]:
    """The lines that begin so."""
    return [line for line in text.splitlines() if line.startswith(start)]


@dataclass
class Call:
    """A curl command of a page, as the request that it makes."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def route(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]


def shell_blocks(text: str) -> list[str]:
    """The page's shell blocks, in order."""
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def calls_of(text: str) -> list[Call]:
    """The curl commands in the page's shell blocks, in order."""
    return [_call(shlex.split(block)) for block in shell_blocks(text) if block.startswith("curl ")]


def _call(words: list[str]) -> Call:
    options: dict[str, list[str]] = {}
    [url] = [word for word in words if word.startswith(DOCUMENTED)]
    for name, value in pairwise(words):
        if name in ("-X", "-H", "-d"):
            options.setdefault(name, []).append(value)
    body = json.loads(options["-d"][0]) if "-d" in options else None
    [method] = options.get("-X", ["GET" if body is None else "POST"])
    headers = dict(header.split(": ", 1) for header in options["-H"])
    return Call(method, url.removeprefix(DOCUMENTED), headers, body)


def check_documented(document: Mapping[str, Any], calls: Sequence[Call]) -> None:
    """Each call is one that the OpenAPI document has, with a body that fits."""
    for call in calls:
        [path] = [path for path in document["paths"] if _fits(path, call.route)]
        described = document["paths"][path][call.method.lower()]
        if call.body is not None:
            [content] = described["requestBody"]["content"].values()
            schema = {**content["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(call.body)


def _fits(template: str, route: str) -> bool:
    """Whether the route is of this path: a name of the shell, as `$RECORD`, where that has a parameter."""
    pattern = re.sub(r"\\{\w+\\}", r"\\$[A-Z_]+", re.escape(template))
    return re.fullmatch(pattern, route) is not None


def sent(service: Stack, call: Call, values: Mapping[str, str]) -> requests.Response:
    """The service's answer, with the shell's names filled in; AssertionError where it is a refusal."""

    def filled(text: str) -> str:
        return re.sub(r"\$[A-Z_]+", lambda found: values[found.group()], text)

    answer = requests.request(
        call.method,
        service.url + filled(call.path),
        headers={name: filled(value) for name, value in call.headers.items()},
        json=json.loads(filled(json.dumps(call.body))),
        timeout=100,
    )
    assert answer.ok, f"{call.method} {call.path}: {answer.status_code} {answer.text}"
    return answer

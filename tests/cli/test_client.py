"""The command line as a client of a service that is slow, away or wrong, over loopback."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from api.cli_client import Client, follow
from api.cli_output import console
from api.cli_settings import Problem, Unusable

ROOT = Path(__file__).parents[2]
JOB = "6efe0833-332a-4b78-b022-e2275f8204aa"
LINE = {"id": 7, "task_execution_id": JOB, "message": "Starting", "created_at": "2025-10-09T16:51:20"}


class Service(ThreadingHTTPServer):
    """Answers status and logs of one job, after as many troubles as it is told to make."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.status = "completed"
        self.troubles: list[int] = []
        self.asked: list[str] = []
        self.keys: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys_seen()
        self.answer(202, {"job_id": JOB, "status": "pending", "message": "queued"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        trouble = self.server.troubles.pop(0) if self.server.troubles else 200
        if trouble == 0:
            self.close_connection = True
        elif trouble != 200:
            self.answer(trouble, {"error": "So it is."})
        elif "/logs" in self.path:
            self.answer(200, {"logs": [] if "after=7" in self.path else [LINE], "has_more": False})
        else:
            self.answer(200, {"id": JOB, "status": self.server.status, "progress": 0.5, "result": None})

    def keys_seen(self) -> None:
        self.server.keys.add(self.headers["Idempotency-Key"])
        assert self.headers["Authorization"] == "Bearer the-key"

    def answer(self, code: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    made = Client(service.url, "the-key")
    yield made
    made.close()


def test_following_survives_dropped_connections_and_a_service_that_is_away(
    service: Service, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    service.troubles = [0, 503, 200, 0, 429]
    assert follow(client, JOB, console())["status"] == "completed"
    assert capsys.readouterr().out == "16:51:20  Starting\n"


def test_a_service_that_moved_is_found_again(service: Service) -> None:
    client = Client("http://127.0.0.1:1", "the-key", revive=lambda: service.url)
    assert client.status(JOB)["status"] == "completed"
    client.close()


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (401, Unusable, "does not take this key (So it is.)"),
        (404, Unusable, "says no: So it is."),
        (500, Problem, "says no: So it is."),
    ],
)
def test_a_refusal_becomes_a_sentence(
    service: Service, client: Client, code: int, kind: type[Problem], said: str
) -> None:
    service.troubles = [code]
    with pytest.raises(Problem) as caught:
        client.status(JOB)
    assert type(caught.value) is kind
    assert said in caught.value.message


def test_ctrl_c_says_how_to_go_on_watching(service: Service, tmp_path: Path) -> None:
    service.status = "processing"
    command = [sys.executable, "-m", "api.cli", "generate", "--role", "Nurse", "--description", "-"]
    with subprocess.Popen(
        [*command, "--server", service.url, "--api-key", "the-key"],
        cwd=ROOT,
        env={"HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("Wards and medicines.")
        process.stdin.close()
        assert "Starting" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert f"assessgen watch {JOB}" in process.stderr.read()
        assert process.wait() == 1
    assert len(service.keys) == 1

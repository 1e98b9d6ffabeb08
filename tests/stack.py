"""The product as real processes, for tests that kill them.

Without a broker's address it is the embedded default: one process tree of granian. With one it is
granian, a Celery worker and beat, as in production.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
import requests
from sqlalchemy import select

import migrations
from api.cli_server import HEADERS
from models.organizations import ApiKey, Organization, WebhookSecret
from models.session import Database
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SECRET = "for-tests-only-" + "0" * 32
# In seconds: a process starts in five, but a busy machine may have others to serve.
START_LIMIT = 90.0
FAST = {
    # A killed worker's job is free again after the lease: short here, so that a test need not wait.
    "ASSESSGEN_LEASE": "2",
    "ASSESSGEN_HEARTBEAT": "0.5",
    "ASSESSGEN_SWEEP": "0.5",
}


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """The condition's value once it is true; AssertionError that names `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)


class Stack:
    """Web, worker and what they need. `start()` starts what is configured; everything ends with `with`."""

    def __init__(self, home: Path, postgres: str, broker: str) -> None:
        self.home = home
        # The code that is started: another version's, for a test of upgrades.
        self.root = ROOT
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.broker = broker
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")},
            "ASSESSGEN_HOME": str(home),
            "ASSESSGEN_SECRET_KEY": SECRET,
            "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS": "true",
            "PYTHONUNBUFFERED": "1",
            **({"DATABASE_URL": postgres} if postgres else {}),
            **({"CELERY_BROKER_URL": broker} if broker else {}),
            **FAST,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.key = ""

    def __enter__(self) -> "Stack":
        if self.broker:
            redis.Redis.from_url(self.broker).flushdb()
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.processes):
            self.kill(name)

    def use_model(self, url: str) -> None:
        """Generate with the claude engine against a model server; call it before `start`."""
        self.env |= {"ANTHROPIC_API_KEY": "test-key", "ANTHROPIC_BASE_URL": url}

    @property
    def settings(self) -> Settings:
        """The settings as the processes read them."""
        return Settings.from_env(self.env)

    def start(self, worker: bool = True) -> None:
        """Migrate, make a key, and start every process; returns when the web answers and the worker works.

        With a broker, the worker may be left out.
        """
        database = Database(self.settings.database_url)
        migrations.upgrade(database)
        with database.write() as session:
            organization = Organization.named(session, "Acme")
            self.key = ApiKey.create(session, organization, "live", self.settings.secret_key)
        database.dispose()
        self.start_web()
        if self.broker:
            if worker:
                self.start_worker()
            self.start_beat()

    def webhook_secret(self) -> str:
        """What signs the organisation's webhooks."""
        database = Database(self.settings.database_url)
        with database.read() as session:
            organization = session.scalar(select(Organization).where(Organization.name == "Acme"))
            assert organization is not None
            [secret] = WebhookSecret.valid(session, organization.id)
        database.dispose()
        return secret

    def start_web(self) -> None:
        """Start the web process, with the worker in it in the embedded default."""
        target = "api:create_app" if self.broker else "embedded:create_app"
        self._spawn(
            "web",
            *("-m", "granian", "--interface", "wsgi", "--factory", target, "--port", str(self.port)),
            *("--workers", "1", "--blocking-threads", "64", "--no-access-log"),
            *("--http1-buffer-size", str(HEADERS.max_buffer_size)),
            *("--http1-header-read-timeout", str(HEADERS.header_read_timeout)),
        )
        until(self._answers, "the web process answers", START_LIMIT)

    def start_worker(self) -> None:
        """Start a Celery worker and wait until it is ready."""
        log = self._spawn(
            "worker",
            *("-m", "celery", "-A", "workers.app", "worker", "-P", "threads", "-l", "INFO"),
            *("--without-mingle", "--without-gossip"),
        )
        until(lambda: b" ready." in log.read_bytes(), "the worker is ready", START_LIMIT)

    def start_beside(self, name: str, *arguments: str) -> Path:
        """Start another of Celery's processes; where it logs."""
        return self._spawn(name, "-m", "celery", "-A", "workers.app", *arguments, "-l", "INFO")

    def start_beat(self) -> None:
        """Start the scheduler of the sweep."""
        self._spawn(
            "beat", "-m", "celery", "-A", "workers.app", "beat", "-s", str(self.home / "beat"), "-l", "INFO"
        )

    def _spawn(self, name: str, *arguments: str) -> Path:
        log = self.home / f"{name}-{len(list(self.home.glob(f'{name}-*.log')))}.log"
        with log.open("wb") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.root,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return log

    def _answers(self) -> bool:
        assert self.processes["web"].poll() is None, "the web process ended: " + self.log("web")
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(self.url + "/readyz", timeout=5).ok
        return False

    def log(self, name: str) -> str:
        """What the process has printed, of all its starts."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.home.glob(f"{name}-*.log")))

    def kill(self, name: str) -> None:
        """`kill -9` the process and all its children."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def terminate(self, name: str, seconds: float = 30.0) -> int:
        """SIGTERM, and the exit code."""
        process = self.processes.pop(name)
        process.terminate()
        return process.wait(timeout=seconds)

    @property
    def worker_name(self) -> str:
        """The process in which jobs run."""
        return "worker" if self.broker else "web"

    def restart_worker(self) -> None:
        """Start again what runs the jobs, after it was killed."""
        self.start_worker() if self.broker else self.start_web()

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET with the key."""
        return requests.get(self.url + path, headers={"x-api-key": self.key, **headers}, timeout=100)

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """POST with the key."""
        return requests.post(
            self.url + path, json=body, headers={"x-api-key": self.key, **headers}, timeout=100
        )

    def generate(self, **body: Any) -> str:
        """Submit a job; its id."""
        answer = self.post("/api/v2/assessments/generate-ai", {**BODY, **body})
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json()["job_id"]
        return job_id

    def status(self, job_id: str) -> dict[str, Any]:
        """The status document."""
        answer = self.get(f"/api/v2/task-executions/status/{job_id}")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def ended(self, job_id: str, seconds: float = 40.0) -> dict[str, Any]:
        """The status document once the job has ended."""

        def look() -> dict[str, Any] | None:
            document = self.status(job_id)
            return document if document["status"] in ("completed", "failed") else None

        document: dict[str, Any] = until(look, f"job {job_id} ends", seconds)
        return document


BODY = {
    "job_role": "Senior Python Developer",
    "job_description": "We are looking for a Senior Python Developer with 5+ years of experience in Django, "
    "Flask, and FastAPI. The candidate should have strong knowledge of databases, REST APIs, and cloud "
    "technologies. Experience with Docker, Kubernetes, and CI/CD pipelines is preferred.",
    "cutoff": 60,
}

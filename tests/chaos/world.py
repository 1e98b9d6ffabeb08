"""The product under fault: its processes, a model, a receiver, its jobs, and what is found of them."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import requests
from sqlalchemy import func, select

from models import Event, TaskExecution, TaskExecutionLog
from models.assessments import Assessment
from models.base import new_id
from models.model_calls import ModelCall
from models.runs import STARTING
from models.session import Database
from models.task_executions import COMPLETED, FAILED, OPEN, ExecutionStep
from tests.chaos.tally import Findings
from tests.fakes.model_server import ModelServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.stack import BODY, START_LIMIT, Stack, until

# Short, so that a test need not wait; long enough that a busy machine's heartbeats come in time.
TIMES = {"ASSESSGEN_LEASE": "4", "ASSESSGEN_HEARTBEAT": "1", "ASSESSGEN_SWEEP": "0.5"}
SMALL = {"number_of_questions": 5}
# A delivery's lease is 60 s, and what was published is published again after 30 s.
WEBHOOKS_LIMIT = 150.0
TERMINAL = (f"task_execution.{COMPLETED}", f"task_execution.{FAILED}")


class World:
    """A stack that generates with a fake model and tells a receiver; `with` starts and ends it all."""

    def __init__(self, home: Path, postgres: str, broker: str, latency: float = 0.1, **env: str) -> None:
        self.model = ModelServer(latency=latency)
        self.receiver = WebhookReceiver()
        self.stack = Stack(home, postgres, broker)
        self.stack.env |= TIMES | env
        self.jobs: list[str] = []
        self._nest: subprocess.Popen[str] | None = None
        self._forked: dict[int, Path] = {}

    def __enter__(self) -> Self:
        self.model.start()
        self.receiver.__enter__()
        self.stack.__enter__()
        self.stack.use_model(self.model.url)
        return self

    def __exit__(self, *_: object) -> None:
        for pid in list(self._forked):
            self.kill_forked(pid)
        if self._nest is not None:
            self._nest.kill()
            self._nest.communicate()
        self.stack.__exit__()
        self.receiver.__exit__(None, None, None)
        self.model.stop()
        if "database" in vars(self):
            self.database.dispose()

    def start(self, worker: bool = True) -> Self:
        """Start every process, but perhaps the worker."""
        self.stack.start(worker)
        self.connect()
        return self

    def connect(self) -> None:
        """Look into the database, once it is there."""
        self.database = Database(self.stack.settings.database_url, pool_size=2)

    # Workers that start in a moment

    def fork_worker(self) -> int:
        """Start a worker; its process id. It may not be ready yet."""
        if self._nest is None:
            self._nest = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nest"],
                cwd=self.stack.root,
                env=self.stack.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self._say_to_nest("") == "ready"
        log = self.stack.home / f"worker-{new_id()}.log"
        pid = int(self._say_to_nest(f"{log}\n"))
        self._forked[pid] = log
        return pid

    def wait_for_worker(self, pid: int) -> None:
        """Return once a forked worker is ready."""
        log = self._forked[pid]
        until(lambda: log.exists() and b" ready." in log.read_bytes(), "the worker is ready", START_LIMIT)

    def _say_to_nest(self, line: str) -> str:
        assert self._nest is not None
        assert self._nest.stdin is not None
        assert self._nest.stdout is not None
        self._nest.stdin.write(line)
        self._nest.stdin.flush()
        return self._nest.stdout.readline().strip()

    def kill_forked(self, pid: int) -> None:
        """`kill -9` a forked worker."""
        del self._forked[pid]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{pid}").exists(), f"worker {pid} is gone")

    # Jobs

    def submit(self, count: int = 1, **body: Any) -> list[str]:
        """Submit so many jobs, each of which tells the receiver; their ids."""
        return [self._submit(body) for _ in range(count)]

    def _submit(self, body: dict[str, Any]) -> str:
        answer = self.try_submit(**body)
        assert answer.status_code == 202, answer.text
        return self.jobs[-1]

    def try_submit(self, **body: Any) -> requests.Response:
        """Submit a job, which counts only if it is accepted; the answer."""
        reference = new_id()
        own = {
            "notification_url": self.receiver.url("/hook"),
            "external_id": reference,
            # Every skill that the model names stands in the text, and is quoted to it between tags of the
            # job's own: no two jobs make the same call, and one that is paid twice is known.
            "job_description": f"{BODY['job_description']} SQL is a must. Our reference is {reference}.",
        }
        answer = self.stack.post("/api/v2/assessments/generate-ai", {**BODY, **SMALL, **own, **body})
        if answer.status_code == 202:
            self.jobs.append(answer.json()["job_id"])
        return answer

    @staticmethod
    def check_refusal(answer: requests.Response) -> None:
        """A refusal for now: 503, a sentence, and when to come again."""
        assert answer.status_code == 503, (answer.status_code, answer.text)
        assert answer.json()["error"].endswith("."), answer.text
        assert int(answer.headers["Retry-After"]) > 0

    def is_accepted(self) -> bool:
        """Submit a job; whether it is accepted now. Where not, it must be refused as it should."""
        answer = self.try_submit()
        if answer.status_code != 202:
            self.check_refusal(answer)
        return answer.status_code == 202

    def all_ended(self, seconds: float = 120.0) -> None:
        """Wait until every job has ended."""

        until(lambda: not self.open_jobs(), "every job ends", seconds)

    def open_jobs(self) -> int:
        """How many jobs have not ended."""
        with self.database.read() as session:
            query = select(func.count()).where(TaskExecution.status.in_(OPEN))
            return session.scalar(query) or 0

    def holds(self, pid: int) -> bool:
        """Whether the worker has a job."""
        with self.database.read() as session:
            query = select(TaskExecution.id).where(
                TaskExecution.worker.endswith(f":{pid}"),
                TaskExecution.status.in_(OPEN),
                TaskExecution.lease_expires_at.is_not(None),
            )
            return session.scalar(query.limit(1)) is not None

    def one(self, job_id: str) -> TaskExecution:
        """The job's row."""
        with self.database.read() as session:
            return session.get_one(TaskExecution, job_id)

    def worker_of(self, job_id: str) -> int:
        """The process that holds the job, once one does."""
        row = until(lambda: (job := self.one(job_id)).worker and job, f"a worker takes job {job_id}")
        return int(row.worker.rpartition(":")[2])

    def stored(self, job_id: str) -> int:
        """How many durable steps of the job are stored: of its own and of the model's answers."""
        with self.database.read() as session:
            return sum(
                session.scalar(
                    select(func.count()).select_from(table).where(table.task_execution_id == job_id)
                )
                or 0
                for table in (ExecutionStep, ModelCall)
            )

    def reached(self, job_id: str, steps: int) -> bool:
        """Whether so many durable steps are stored, or the job did with fewer."""
        return self.stored(job_id) >= steps or self.one(job_id).status not in OPEN

    # What is found

    def findings(self, may_fail: bool = False, two_runs: bool = False) -> Findings:
        """Count what went wrong with the jobs; waits for the webhooks.

        With `may_fail`, a job that failed with its reason is not lost. With `two_runs`, where a job
        had two at one time, a call counts as paid again only if it was stored before the run began.
        """
        missing = self._webhooks_missing()
        with self.database.read() as session:
            rows = session.scalars(select(TaskExecution).where(TaskExecution.id.in_(self.jobs))).all()
            ended = dict(
                session.execute(
                    select(Event.task_execution_id, func.count())
                    .where(Event.task_execution_id.in_(self.jobs), Event.type.in_(TERMINAL))
                    .group_by(Event.task_execution_id)
                ).all()
            )
            made = dict(
                session.execute(
                    select(Assessment.external_id, func.count()).group_by(Assessment.external_id)
                ).all()
            )
        good = [row for row in rows if row.status == COMPLETED and row.result]
        told = [row for row in rows if may_fail and row.status == FAILED and (row.error or {}).get("message")]
        twice = [row for row in rows if ended.get(row.id, 0) > 1 or made.get(row.external_id, 0) > 1]
        unmade = [row for row in good if made.get(row.external_id, 0) < 1 or ended.get(row.id, 0) < 1]
        return Findings(
            jobs=len(self.jobs),
            lost=len(self.jobs) - len(good) - len(told) + len(unmade),
            duplicated=len(twice),
            paid_twice=self._paid_twice(two_runs),
            webhooks_missing=missing,
        )

    def _paid_twice(self, two_runs: bool) -> int:
        """Calls that were answered, and sent after the same job had stored the same call's answer."""
        with self.database.read() as session:
            calls = session.execute(
                select(ModelCall.task_execution_id, ModelCall.input_hash, ModelCall.created_at).where(
                    ModelCall.task_execution_id.in_(self.jobs)
                )
            ).all()
            claims = session.execute(
                select(TaskExecutionLog.task_execution_id, TaskExecutionLog.created_at).where(
                    TaskExecutionLog.message == STARTING
                )
            ).all()
        began: dict[str, list[datetime]] = defaultdict(list)
        for job, moment in claims:
            began[job].append(moment)
        journal: dict[str, tuple[str, datetime]] = {}
        for job, digest, moment in sorted(calls, key=lambda call: call.created_at):
            owner, _ = journal.setdefault(digest, (job, moment))
            assert owner == job, "two jobs made the same call, so that nobody knows whose is paid twice"
        paid = 0
        for digest, sent in self._answered():
            job, stored = journal.get(digest, ("", sent))
            paid += stored < (
                max((one for one in began[job] if one <= sent), default=sent) if two_runs else sent
            )
        return paid

    def _answered(self) -> list[tuple[str, datetime]]:
        """The calls that the model answered well: their hash as the journal has it, and when they came."""
        offset = time.time() - time.monotonic()
        return [
            (
                hashlib.sha256(json.dumps(call.request, sort_keys=True).encode()).hexdigest(),
                datetime.fromtimestamp(call.started + offset, UTC),
            )
            for call in self.model.calls
            if call.paid and call.outcome == "ok"
        ]

    def _webhooks_missing(self) -> int:
        """Sequences that the receiver has not seen after a patient wait; they must have come in order."""
        with self.database.read() as session:
            most = dict(
                session.execute(
                    select(TaskExecution.id, TaskExecution.sequence).where(TaskExecution.id.in_(self.jobs))
                ).all()
            )
        wanted = {(job, number) for job in most for number in range(1, most[job] + 1)}
        deadline = time.monotonic() + WEBHOOKS_LIMIT
        while (missing := wanted - set(self._came())) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._check_webhooks(most)
        return len(missing)

    def _came(self) -> dict[tuple[str, int], str]:
        """What came first of each job and sequence, in the order of arrival: its webhook-id."""
        came: dict[tuple[str, int], str] = {}
        for request in list(self.receiver.requests):
            body = request.json()
            came.setdefault((body["job_id"], body["sequence"]), request.headers["webhook-id"])
        return came

    def _check_webhooks(self, jobs: Sequence[str] | dict[str, int]) -> None:
        came = self._came()
        for job in jobs:
            numbers = [number for owner, number in came if owner == job]
            assert numbers == sorted(numbers), f"the webhooks of job {job} came out of order: {numbers}"
        again = Counter(came.values())
        assert set(again.values()) <= {1}, "two webhooks have one id"
        ids: dict[tuple[str, int], set[str]] = defaultdict(set)
        for request in list(self.receiver.requests):
            body = request.json()
            ids[body["job_id"], body["sequence"]].add(request.headers["webhook-id"])
        assert all(len(one) == 1 for one in ids.values()), "one event was told under two ids"

"""What a worker process keeps: the database, the recorder, one event loop, the heartbeat, the model.

Everything is made at the first task, after any fork. `current()` gives the one instance.
"""

import asyncio
import gc
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from models import runs
from models.base import utcnow
from models.batching import Batcher
from models.errors import StaleRun
from models.runs import Claim, ClaimedJob, End, Line, Write
from models.session import Database
from models.task_executions import ASSESSMENT_CREATION, FAILED
from settings import Settings
from workers import retry
from workers.assessment_creation import create_assessment
from workers.bank import ShippedBank
from workers.delivery.outbox import Outbox
from workers.generation import sources
from workers.generation.engines import Engine, offline
from workers.queue import DELIVER, Publisher
from workers.run import Model, Run, Stopping

log = logging.getLogger(__name__)

# What each type of job does with its run.
SUBJECTS = {ASSESSMENT_CREATION: create_assessment}


class WorkerProcess:
    """The runtime of one worker process."""

    def __init__(self, settings: Settings, name: str | None = None) -> None:
        self.settings = settings
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.database = Database(settings.database_url)
        self.bank = ShippedBank(self.database)
        self.publisher = Publisher(self.database)
        self.recorder: Batcher[Write, None] = Batcher(self._record, "recorder")
        self.outbox = Outbox(self.database, settings.allow_private_webhooks)
        self.deliverers = ThreadPoolExecutor(settings.delivery_threads, thread_name_prefix="deliver")
        self._delivering: dict[str, bool] = {}
        self._runs: dict[Claim, Run] = {}
        self._lock = threading.Lock()
        self._draining = False
        self._stopping = threading.Event()
        self._loop = _new_loop()
        self._model = self._make_model()
        self._engines = self._make_engines()
        self._thread = threading.Thread(target=self._loop.run_forever, name="generation", daemon=True)
        self._thread.start()
        _spare_the_collector()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heart.start()

    def _make_model(self) -> Model | None:
        """The model's client; none, and no SDK loaded, where the engine is offline."""
        if self.settings.resolved_engine != "claude":
            return None
        from workers.generation.engines.model_client import ModelClient

        return ModelClient(
            self.settings.anthropic_api_key,
            self.settings.anthropic_base_url,
            self.settings.model_timeout,
            self.settings.model_calls_in_flight,
        )

    def _make_engines(self) -> dict[str, Engine]:
        sources.load()
        engines = {"test": offline.ENGINE, "live": offline.ENGINE}
        if self._model is not None:
            from workers.generation.engines import claude

            engines["live"] = claude.engine(self.settings.models)
        return engines

    def run(self, execution_ids: Sequence[str]) -> None:
        """Claim the jobs and run them to their ends; those that are not to be had are left alone."""
        with self.database.transaction() as connection:
            jobs = runs.claim(
                connection,
                execution_ids,
                self.name,
                timedelta(seconds=self.settings.lease),
                self.settings.max_attempts,
            )
        if jobs:
            asyncio.run_coroutine_threadsafe(self._run_all(jobs), self._loop).result()

    async def _run_all(self, jobs: Sequence[ClaimedJob]) -> None:
        await asyncio.gather(*(self._run(job) for job in jobs))

    async def _run(self, job: ClaimedJob) -> None:
        run = Run(
            job, self.recorder, self.bank, self._model, self.settings.models.writer, self._announcer(job)
        )
        with self._lock:
            self._runs[job.claim] = run
            if self._draining:
                run.stop()
        try:
            await SUBJECTS[job.type](run, self._engines[job.mode])
        except StaleRun:
            log.info("job %s: another run has it, or it was cancelled", job.claim.execution_id)
        except Stopping:
            await asyncio.to_thread(self._release, job.claim, timedelta())
        except Exception as error:  # noqa: BLE001 - whatever a run raises decides what becomes of its job
            await self._ended_badly(run, error)
        finally:
            with self._lock:
                self._runs.pop(job.claim, None)

    async def _ended_badly(self, run: Run, error: Exception) -> None:
        attempts = 0 if run.progressed else run.job.attempts_without_progress
        decision = retry.decide(error, attempts, self.settings.max_attempts)
        if isinstance(decision, retry.Again):
            log.warning(
                "job %s: %r; again in %s", run.claim.execution_id, error, decision.after, exc_info=error
            )
            await asyncio.to_thread(self._release, run.claim, decision.after)
            return
        log.error("job %s failed: %s", run.claim.execution_id, decision.message, exc_info=error)
        problem = {"code": decision.code, "message": decision.message}
        try:
            await run.write(Write(run.claim, line=Line(decision.message), end=End(FAILED, error=problem)))
        except StaleRun:
            log.info("job %s: it ended before it could be failed", run.claim.execution_id)

    def _release(self, claim: Claim, after: timedelta) -> None:
        with self.database.transaction() as connection:
            runs.release(connection, claim, run_at=utcnow() + after)

    def _record(self, writes: Sequence[Write]) -> list[BaseException | None]:
        with self.database.transaction() as connection:
            return runs.record(connection, writes)

    def _announcer(self, job: ClaimedJob) -> Callable[[], object]:
        """What tells the delivery queue that there is something to send for the job."""
        if job.notification_url is None:
            return lambda: None
        return lambda: self.publisher.publish(DELIVER, job.claim.execution_id)

    def deliver(self, channels: Sequence[str]) -> None:
        """Send what is due on the channels, from the deliverers' own threads.

        A receiver that hangs takes one of those and none of generation's. One channel is never
        sent by two threads of a process: a message that comes meanwhile makes the one look again.
        """
        for channel in channels:
            with self._lock:
                busy = channel in self._delivering
                self._delivering[channel] = busy
            if not busy:
                self.deliverers.submit(self._deliver, channel).add_done_callback(_log_failure)

    def _deliver(self, channel: str) -> None:
        try:
            while True:
                self.outbox.drain(channel)
                with self._lock:
                    if not self._delivering.pop(channel):
                        return
                    self._delivering[channel] = False
        except BaseException:
            with self._lock:
                self._delivering.pop(channel, None)
            raise

    def _beat(self) -> None:
        while not self._stopping.wait(self.settings.heartbeat):
            with self._lock:
                claims = list(self._runs)
            if claims:
                self._renew(claims)

    def _renew(self, claims: list[Claim]) -> None:
        try:
            with self.database.transaction() as connection:
                lost = runs.renew(connection, claims, timedelta(seconds=self.settings.lease))
        except Exception:  # a beat that fails must not end the heart: the next may succeed
            log.exception("The leases could not be renewed; trying again at the next beat.")
            return
        with self._lock:
            for claim in lost:
                if claim in self._runs:
                    self._runs[claim].lose()

    def drain(self) -> None:
        """Let every run end before its next step, and those that still come too; the jobs are given back."""
        with self._lock:
            self._draining = True
            held = list(self._runs.values())
        for run in held:
            run.stop()

    def close(self) -> None:
        """Store what is queued and close everything; runs must have ended. A second call does nothing."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
        self._heart.join()
        self.recorder.close()
        self.publisher.close()
        self.deliverers.shutdown(wait=True, cancel_futures=True)
        if self._model is not None:
            asyncio.run_coroutine_threadsafe(self._model.close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.database.dispose()


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where there is one: it takes a fifth off the processor time of a model call."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what lives as long as the process, and look less often.

    With hundreds of calls in flight, everything young looks like garbage to come: at the defaults,
    full collections took a third of the processor time of a hundred jobs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _log_failure(done: "Future[None]") -> None:
    if not done.cancelled() and (error := done.exception()):
        log.error("A delivery broke off: %r; the sweep will take it up.", error, exc_info=error)


_current: WorkerProcess | None = None
_current_lock = threading.Lock()


def current() -> WorkerProcess:
    """This process's runtime, made at the first call."""
    global _current
    with _current_lock:
        if _current is None:
            _current = WorkerProcess(Settings.from_env())
        return _current


def install(process: WorkerProcess | None) -> None:
    """Put a runtime in place: the embedded default's own, or a test's."""
    global _current
    with _current_lock:
        _current = process

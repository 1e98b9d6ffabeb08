"""What a worker process keeps: the database, the recorder, one event loop, the heartbeat, the model.

Everything is made at the first task, after any fork. `current()` gives the one instance.
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

import logs
import traces
from models import budgets, runs, workers_seen
from models.base import utcnow
from models.batching import Batcher
from models.channels import heads, put_off
from models.errors import StaleRun
from models.runs import Claim, ClaimedJob, End, Line, Write
from models.session import Database
from models.task_executions import FAILED
from settings import Settings
from workers import queue, retry
from workers.bank import ShippedLibrary
from workers.budget import Budget, budget_of
from workers.delivery.lanes import Lanes, host_of
from workers.delivery.mail import Mailer
from workers.delivery.outbox import Outbox
from workers.forgetting import Forgetting
from workers.generation import item_models, sources
from workers.generation.engines import Engine, offline
from workers.generation.engines.prices import is_priced
from workers.loop import new_loop, spare_the_collector
from workers.queue import DELIVER, GENERATE, Publisher
from workers.run import Model, Run, Stopping, Waiting
from workers.subjects import SUBJECTS

if TYPE_CHECKING:
    from workers.economy import Economy

log = logging.getLogger(__name__)

# In seconds: a worker shows that it lives at least so often (`models/workers_seen.py`).
SHOWN_EVERY = 10.0
# Channels that one statement puts off: fewer than either database takes parameters.
PUT_OFF_AT_ONCE = 500
# In seconds: so long a worker that is told to stop waits for the steps that run, such as model calls.
GRACE = 30.0


class WorkerProcess:
    """The runtime of one worker process."""

    def __init__(self, settings: Settings, name: str | None = None) -> None:
        self.settings = settings
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self.database = Database(settings.database_url)
        self.library = ShippedLibrary(self.database)
        self.forgetting = Forgetting(self.database, settings.retention_days)
        self.publisher = Publisher(self.database)
        self.recorder: Batcher[Write, None] = Batcher(self._record, "recorder")
        self.outbox = Outbox(
            self.database, settings.allow_private_webhooks, Mailer(settings), self._report_try
        )
        self.deliverers = ThreadPoolExecutor(settings.delivery_threads, thread_name_prefix="deliver")
        # Each channel's drain is looked up when it begins, so that a test can put its own in place.
        self.lanes = Lanes(
            self.deliverers,
            lambda channel: self.outbox.drain(channel),
            self._put_off,
            settings.delivery_per_host,
        )
        self._runs: dict[Claim, Run] = {}
        # Those of the runs; touched on the loop alone.
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._draining = False
        self._stopping = threading.Event()
        self._loop = new_loop()
        self._model = self._make_model()
        self.economy = self._make_economy()
        self._tick: Future[None] | None = None
        self._engines = self._make_engines()
        self._thread = threading.Thread(target=self._loop.run_forever, name="generation", daemon=True)
        self._thread.start()
        spare_the_collector()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heart.start()

    def _make_model(self) -> Model | None:
        """The model's client; none, and no SDK loaded, where the engine is offline."""
        if self.settings.resolved_engine != "claude":
            return None
        from workers.generation.engines.model_client import ModelClient
        from workers.model_limits import limited

        for model in sorted(set(vars(self.settings.models).values())):
            if not is_priced(model):
                log.warning("The price of %s is not known: ledger and budgets count it as nothing.", model)
        client = ModelClient(
            self.settings.anthropic_api_key,
            self.settings.anthropic_base_url,
            self.settings.model_timeout,
            self.settings.model_calls_in_flight,
        )
        return limited(client, self.settings)

    def _make_economy(self) -> "Economy | None":
        if self._model is None:
            return None
        from workers.economy import Economy
        from workers.generation.engines.batch_client import BatchClient

        settings = self.settings
        return Economy(
            self.database,
            BatchClient(settings.anthropic_api_key, settings.anthropic_base_url, settings.model_timeout),
            self._publish_jobs,
            timedelta(seconds=settings.batch_gather),
            timedelta(seconds=settings.batch_poll),
        )

    def _publish_jobs(self, execution_ids: Sequence[str]) -> None:
        for execution_id in execution_ids:
            self.publisher.publish(GENERATE, execution_id)

    def _make_engines(self) -> dict[str, Engine]:
        sources.load()
        item_models.by_skill()
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
            limited = budgets.monthly(connection, self._payers(jobs))
        held = [(job, budget_of(job, self.settings, limited.get(job.organization_id))) for job in jobs]
        if held:
            asyncio.run_coroutine_threadsafe(self._run_all(held), self._loop).result()

    def _payers(self, jobs: Sequence[ClaimedJob]) -> set[str]:
        """The organisations whose jobs may ask the model."""
        return {job.organization_id for job in jobs} if self._model is not None else set()

    async def _run_all(self, held: Sequence[tuple[ClaimedJob, Budget]]) -> None:
        await asyncio.gather(*(self._traced(job, budget) for job, budget in held))

    async def _traced(self, job: ClaimedJob, budget: Budget) -> None:
        with traces.span(f"run {job.type}", traces.CONSUMER, job.traced, job.traceparent):
            await self._run(job, budget)

    async def _run(self, job: ClaimedJob, budget: Budget) -> None:
        logs.of_job(job.claim.execution_id, job.request_id)
        log.info("The job has begun, attempt %s.", job.claim.attempt)
        run = Run(
            job,
            self.recorder,
            self.library.bank_of(job.organization_id, job.mode),
            self._model,
            self.settings.models.writer,
            lambda channel: self.publisher.publish(DELIVER, channel),
            budget,
            self.database,
        )
        with self._lock:
            self._runs[job.claim] = run
            if self._draining:
                run.stop()
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await SUBJECTS[job.type](run, self._engines[job.mode])
        except StaleRun:
            log.info("job %s: another run has it, or it was cancelled", job.claim.execution_id)
        except (Stopping, asyncio.CancelledError):
            await asyncio.to_thread(self._release, job.claim, timedelta())
        except Waiting:
            await (self._ended_badly(run, run.doom) if run.doom else self._wait(run))
        except Exception as error:  # noqa: BLE001 - whatever a run raises decides what becomes of its job
            await self._ended_badly(run, error)
        finally:
            self._tasks.discard(task)
            with self._lock:
                self._runs.pop(job.claim, None)

    async def _ended_badly(self, run: Run, error: Exception) -> None:
        traces.current().fail(type(error).__name__)
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

    async def _wait(self, run: Run) -> None:
        """Give the job up until its batch has answered: it holds no thread, no lease and no slot."""
        count = len(run.awaited)
        calls = "1 model call" if count == 1 else f"{count} model calls"
        line = Line(f"AI Progress: Waiting for a batch of {calls} (economy mode)")

        def give_up() -> None:
            with self.database.transaction() as connection:
                runs.wait(connection, run.claim)

        try:
            await run.write(Write(run.claim, line=line))
        except StaleRun:
            log.info("job %s: it ended before it could wait", run.claim.execution_id)
            return
        await asyncio.to_thread(give_up)

    def _release(self, claim: Claim, after: timedelta) -> None:
        with self.database.transaction() as connection:
            runs.release(connection, claim, run_at=utcnow() + after)

    def _record(self, writes: Sequence[Write]) -> list[BaseException | None]:
        channels: set[str] = set()
        with self.database.transaction() as connection:
            outcomes = runs.record(connection, writes, channels)
        for channel in channels:
            self.publisher.publish(DELIVER, channel)
        return outcomes

    def sweep(self) -> None:
        """Publish what waits for a worker, and let the batches be looked after, beside this."""
        queue.sweep(self.database)
        self.forgetting.sweep()
        if self.economy is None or (self._tick is not None and not self._tick.done()):
            return
        self._tick = asyncio.run_coroutine_threadsafe(self.economy.tick(), self._loop)
        self._tick.add_done_callback(_log_tick)

    def deliver(self, channels: Sequence[str]) -> None:
        """Send what is due on the channels, from the deliverers' own threads.

        A receiver that hangs takes a few of those and none of generation's. One channel is never
        sent by two threads of a process: a message that comes meanwhile makes the one look again.
        """
        with self.database.connection() as connection:
            urls = heads(connection, channels)
        self.lanes.add({channel: host_of(url) for channel, url in urls.items()})

    def _report_try(self, url: str, answered: bool) -> None:
        self.lanes.report(url, answered)

    def _put_off(self, channels: Sequence[str], seconds: float) -> None:
        until = utcnow() + timedelta(seconds=seconds)
        for start in range(0, len(channels), PUT_OFF_AT_ONCE):
            with self.database.transaction() as connection:
                put_off(connection, channels[start : start + PUT_OFF_AT_ONCE], until)

    def _beat(self) -> None:
        pause = min(self.settings.heartbeat, SHOWN_EVERY)
        self._show()
        while not self._stopping.wait(pause):
            self._show()
            with self._lock:
                claims = list(self._runs)
            if claims:
                self._renew(claims)

    def _show(self) -> None:
        try:
            with self.database.transaction() as connection:
                workers_seen.show(connection, self.name)
        except SQLAlchemyError as error:
            log.warning("That this worker lives could not be written (%s).", type(error).__name__)

    def _leave(self) -> None:
        with suppress(SQLAlchemyError), self.database.transaction() as connection:
            workers_seen.leave(connection, self.name)

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
        """Let every run end before its next step, and those that still come too; the jobs are given back.

        A step that takes longer than GRACE is broken off.
        """
        with self._lock:
            self._draining = True
            held = list(self._runs.values())
        for run in held:
            run.stop()
        self._loop.call_soon_threadsafe(self._loop.call_later, GRACE, self._break_off)

    def _break_off(self) -> None:
        for task in self._tasks:
            task.cancel()

    def close(self) -> None:
        """Store what is queued and close everything; runs must have ended. A second call does nothing."""
        with self._lock:
            if self._stopping.is_set():
                return
            self._stopping.set()
        self._heart.join()
        self._leave()
        self._end_tick()
        self.lanes.close()
        self.recorder.close()
        self.publisher.close()
        self.deliverers.shutdown(wait=True, cancel_futures=True)
        for client in (self._model, self.economy):
            if client is not None:
                asyncio.run_coroutine_threadsafe(client.close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.database.dispose()

    def _end_tick(self) -> None:
        """Break off what is being done for batches: whoever comes next finds out how far it came."""
        if self._tick is not None:
            self._tick.cancel()
            with suppress(CancelledError, Exception):
                self._tick.result(timeout=10)


def _log_tick(done: "Future[None]") -> None:
    if not done.cancelled() and (error := done.exception()):
        log.error(
            "The batches could not be looked after: %r; the next sweep tries again.", error, exc_info=error
        )


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

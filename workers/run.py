"""One run of a job: durable steps, model calls paid once, progress lines, and how it ends."""

import asyncio
import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, NoReturn, Protocol, TypeVar

from sqlalchemy.orm import Session

import traces
from models import batch_requests
from models.batch_requests import REFUSED, Registered
from models.batching import Batcher
from models.errors import StaleRun
from models.model_calls import row_of
from models.runs import Claim, ClaimedJob, Line, Write
from models.session import Database
from workers.budget import Budget
from workers.generation.brief import Item
from workers.generation.engines.prices import worst_case
from workers.generation.tools import (
    Bank,
    GenerationFailed,
    ModelAnswer,
    ModelBusy,
    ModelRefused,
    ModelRequest,
)

log = logging.getLogger(__name__)

Found = TypeVar("Found")

# A busy model is asked again inside the run after these pauses, in seconds; a longer wait that the
# model itself asks for ends the tries.
PAUSES = (1.0, 3.0, 9.0)
PATIENCE = 20.0
ECONOMY = "economy"


class Model(Protocol):
    """What sends a request to the language model."""

    async def send(self, request: ModelRequest) -> ModelAnswer:
        """The answer. Raises ModelBusy or ModelRefused."""

    async def close(self) -> None:
        """Close the connections."""


class Stopping(Exception):
    """The worker is to stop: the job is given back before its next step."""

    is_no_fault = True


class Waiting(Exception):
    """The answer comes with a batch: the job is given up until it is there.

    No ModelBusy: whoever does without a busy model must not do without this one.
    """

    is_no_fault = True


class Run:
    """The tools of one claimed job. Lives on the event loop; its writes go to the recorder's thread."""

    def __init__(
        self,
        job: ClaimedJob,
        recorder: "Batcher[Write, None]",
        bank: Bank,
        model: Model | None,
        writer_model: str,
        deliver: Callable[[str], object],
        budget: Budget | None = None,
        database: Database | None = None,
    ) -> None:
        self.job = job
        self._database = database
        self.claim: Claim = job.claim
        self.seed = job.seed
        self.bank = bank
        self.writer_model = writer_model
        self.avoid: Sequence[Item] = ()
        self._recorder = recorder
        self._model = model
        # What tells the delivery queue that there is something to send on a channel.
        self.deliver = deliver
        self._budget = budget or Budget()
        self._in_batches = model is not None and job.brief.get("mode") == ECONOMY
        # The calls that this run waits for; and the lines that an earlier one has said already.
        self.awaited: set[tuple[str, str]] = set()
        self._said = Counter(job.said)
        # What ends the job for good, though a neighbour in a fan-out may have raised something else.
        self.doom: GenerationFailed | None = None
        # True once this run has stored something that a later one need not do again.
        self.progressed = False
        # Each stage that has ended, and its milliseconds.
        self._took: list[tuple[str, int]] = []
        self._lost = False
        self._stopping = False

    async def read(self, work: Callable[[Session], Found]) -> Found:
        """What `work` reads from the database, on a thread of its own: the loop must not wait for it."""
        assert self._database is not None
        return await asyncio.to_thread(_read, self._database, work)

    async def step(self, key: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """The step's value: stored by an earlier run, or made now and stored before it is used."""
        self._check()
        if key in self.job.steps:
            return self.job.steps[key]
        value = await make()
        await self.write(Write(self.claim, step=(key, value)))
        return value

    async def ask(self, step: str, request: ModelRequest) -> ModelAnswer:
        """The model's answer: from the journal, or asked for now and journalled before it is used."""
        self._check()
        digest = _digest(request)
        journalled = self.job.answers.get((step, digest))
        if journalled is not None:
            return ModelAnswer(**journalled)
        if self._in_batches:
            await self._leave_to_batch(step, digest, request)
        answer = await self._send_within_budget(request)
        where = self._place(step, digest, request)
        await self.write(Write(self.claim, call=row_of(asdict(answer), **where)))
        return answer

    async def _leave_to_batch(self, step: str, digest: str, request: ModelRequest) -> NoReturn:
        """Register the call for the next batch, if no run has done so yet, and wait for its answer.

        Raises ModelBusy or ModelRefused where it is known that none will come.
        """
        known = self.job.registered.get((step, digest))
        if known is not None:
            _expect_answer(known)
        if known is None and (step, digest) not in self.awaited:
            worst = worst_case(request.body, is_batch=True)
            self._hold(worst)
            # Before the row is stored: two that ask the same at once register it once.
            self.awaited.add((step, digest))
            row = batch_requests.new_row(request.body, worst, **self._place(step, digest, request))
            await self.write(Write(self.claim, request=row))
        self.awaited.add((step, digest))
        raise Waiting

    def _hold(self, micro_dollars: int) -> None:
        try:
            self._budget.hold(micro_dollars)
        except GenerationFailed as error:
            self.doom = error
            raise

    async def _send_within_budget(self, request: ModelRequest) -> ModelAnswer:
        held, paid = worst_case(request.body) if self._budget.is_limited else 0, 0
        self._hold(held)
        try:
            answer = await self._send(request)
            paid = answer.micro_dollars
            return answer
        finally:
            self._budget.settle(held, paid)

    async def _send(self, request: ModelRequest) -> ModelAnswer:
        if self._model is None:
            raise ModelBusy("no model is configured")
        # A run that has lost its claim, or is to stop, must not stand in line for the model.
        request = replace(request, check=self._check)
        for pause in PAUSES:
            try:
                return await self._model.send(request)
            except ModelBusy as busy:
                wait = max(pause, busy.retry_after or 0)
                if wait > PATIENCE:
                    raise
                log.info("job %s: %s; asking again in %s s", self.claim.execution_id, busy, wait)
                await asyncio.sleep(wait)
                self._check()
        return await self._model.send(request)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done within, as the stage of that name."""
        started = time.monotonic()
        with traces.span(f"step {name}", attributes={"assessgen.step": name}):
            yield
        self._took.append((name, round((time.monotonic() - started) * 1000)))

    def say(self, message: str, progress: float | None = None) -> None:
        """Queue a progress line. Lines are stored in order; a lost claim shows at the next step.

        Of a job that goes on after a batch, a line that stands in its log is not said again.
        """
        if self._said[message]:
            self._said[message] -= 1
            return
        self._recorder.submit(Write(self.claim, line=Line(message, progress))).add_done_callback(
            self._noticed
        )

    async def write(self, write: Write) -> None:
        """Store something; raises StaleRun when the job is this run's no more."""
        if self.claim.attempt == 1 and (write.work or write.end):
            write = replace(write, took=tuple(self._took))
        await asyncio.wrap_future(self._recorder.submit(write))
        stored = (write.step, write.call, write.request)
        self.progressed = self.progressed or any(one is not None for one in stored)
        if write.line is not None:
            self._announce()

    def stop(self) -> None:
        """Let the run end before its next step, so that another worker goes on with the job."""
        self._stopping = True

    def lose(self) -> None:
        """The claim is gone: the next step ends the run."""
        self._lost = True

    def _noticed(self, done: "Future[None]") -> None:
        error = done.exception()
        if error is None:
            self._announce()
            return
        self._lost = True
        if not isinstance(error, StaleRun):
            log.warning("job %s: a progress line was not stored: %s", self.claim.execution_id, error)

    def _check(self) -> None:
        if self._lost:
            raise StaleRun("The run has lost its claim on the job.")
        if self._stopping:
            raise Stopping

    def _announce(self) -> None:
        if self.job.notification_url is not None:
            self.deliver(self.claim.execution_id)

    def _place(self, step: str, digest: str, request: ModelRequest) -> dict[str, str]:
        """Where a call belongs, as the journal's columns have it."""
        return {
            "task_execution_id": self.claim.execution_id,
            "organization_id": self.job.organization_id,
            "step": step,
            "input_hash": digest,
            "stage": request.stage,
        }


def _expect_answer(call: Registered) -> None:
    """Raise ModelBusy or ModelRefused where the batch gave the call no answer."""
    if call.status == REFUSED:
        raise ModelRefused(call.problem)
    if call.problem:
        raise ModelBusy(call.problem)


def _read(database: Database, work: Callable[[Session], Found]) -> Found:
    with database.read() as session:
        return work(session)


def _digest(request: ModelRequest) -> str:
    return hashlib.sha256(json.dumps(request.body, sort_keys=True).encode()).hexdigest()

"""One run of a job: durable steps, model calls paid once, progress lines, and how it ends."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any, Protocol

from models.batching import Batcher
from models.errors import StaleRun
from models.runs import Claim, ClaimedJob, Line, Write
from workers.generation.tools import Bank, ModelAnswer, ModelBusy, ModelRequest

log = logging.getLogger(__name__)

# A busy model is asked again inside the run after these pauses, in seconds; a longer wait that the
# model itself asks for ends the tries.
PAUSES = (1.0, 3.0, 9.0)
PATIENCE = 20.0


class Model(Protocol):
    """What sends a request to the language model."""

    async def send(self, request: ModelRequest) -> ModelAnswer:
        """The answer. Raises ModelBusy or ModelRefused."""

    async def close(self) -> None:
        """Close the connections."""


class Stopping(Exception):
    """The worker is to stop: the job is given back before its next step."""


class Run:
    """The tools of one claimed job. Lives on the event loop; its writes go to the recorder's thread."""

    def __init__(
        self,
        job: ClaimedJob,
        recorder: "Batcher[Write, None]",
        bank: Bank,
        model: Model | None,
        writer_model: str,
        announce: Callable[[], object],
    ) -> None:
        self.job = job
        self.claim: Claim = job.claim
        self.seed = job.seed
        self.bank = bank
        self.writer_model = writer_model
        self._recorder = recorder
        self._model = model
        self._announce = announce
        # True once this run has stored something that a later one need not do again.
        self.progressed = False
        self._lost = False
        self._stopping = False

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
        answer = await self._send(request)
        await self.write(Write(self.claim, call=self._journal_row(step, digest, request, answer)))
        return answer

    async def _send(self, request: ModelRequest) -> ModelAnswer:
        if self._model is None:
            raise ModelBusy("no model is configured")
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

    def say(self, message: str, progress: float | None = None) -> None:
        """Queue a progress line. Lines are stored in order; a lost claim shows at the next step."""
        self._recorder.submit(Write(self.claim, line=Line(message, progress))).add_done_callback(
            self._noticed
        )

    async def write(self, write: Write) -> None:
        """Store something; raises StaleRun when the job is this run's no more."""
        await asyncio.wrap_future(self._recorder.submit(write))
        self.progressed = self.progressed or write.step is not None or write.call is not None
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

    def _journal_row(
        self, step: str, digest: str, request: ModelRequest, answer: ModelAnswer
    ) -> dict[str, Any]:
        return {
            "task_execution_id": self.claim.execution_id,
            "organization_id": self.job.organization_id,
            "step": step,
            "input_hash": digest,
            "stage": request.stage,
            "model": answer.model,
            "answer": asdict(answer),
            "stop_reason": answer.stop_reason,
            "request_id": answer.request_id,
            "micro_dollars": answer.micro_dollars,
            "duration_ms": answer.duration_ms,
            **answer.usage,
        }


def _digest(request: ModelRequest) -> str:
    return hashlib.sha256(json.dumps(request.body, sort_keys=True).encode()).hexdigest()

"""Economy mode's errands: calls go out in batches, batches are followed, and jobs go on with the answers.

The sweep runs them. What must survive a kill is in the database (`models/batches.py`): a batch is
stored before it is sent, and one whose sending is in doubt is looked for at the API before its calls
are sent again, so that no call is paid twice.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from models import batches
from models.base import Json, utcnow
from models.batches import Followed, Limits, Parcel
from models.session import Database
from workers.generation.engines.batch_client import BatchClient, NotTaken, Result, UnknownBatch
from workers.generation.tools import ModelBusy, ModelRefused

log = logging.getLogger(__name__)

Value = TypeVar("Value")

# The API takes 100,000 calls and 256 MB. Ours stay far below, for a batch is built in memory on the
# loop that live calls run on; a bulk of 500 briefs makes two or three.
MOST_CALLS = 10_000
MOST_BYTES = 16 * 1024 * 1024
# For so long nobody else looks at a batch that somebody has begun to send: by then that is over
# (SUBMIT_LIMIT), and the API lists what it has taken.
SENDING = timedelta(minutes=5)
# The same for one that somebody looks at or reads; longer than one call of the API takes.
LOOKING = timedelta(minutes=2)
# Where the API failed while it was being sent a batch, it is asked after so long whether it has it.
DOUBT = timedelta(minutes=1)
# Two clocks: the API's and ours.
SKEW = timedelta(minutes=5)
# A batch is looked at again after a tenth of its age, but after five minutes at the latest.
SLOWEST_POLL = timedelta(minutes=5)
# The API ends a batch at `expires_at`; one that it has not ended so long after is given up.
GRACE = timedelta(hours=1)
# After the API has failed to take a batch, at least.
PAUSE = timedelta(seconds=15)
LOOKED_AT_ONCE = 20
STORED_AT_ONCE = 200


class Economy:
    """What one worker process does for the batches of all."""

    def __init__(
        self,
        database: Database,
        client: BatchClient,
        publish: Callable[[Sequence[str]], object],
        gather: timedelta,
        poll: timedelta,
    ) -> None:
        self._database = database
        self._client = client
        self._publish = publish
        self._limits = Limits(MOST_CALLS, MOST_BYTES, gather)
        self._poll = poll
        # The API's wish, after it has turned a batch down for now.
        self._not_before: datetime | None = None

    async def tick(self) -> None:
        """Send what waits, look at what is due, and wake the jobs whose answers are in."""
        await self._send()
        for batch in await self._do(batches.due, LOOKING, LOOKED_AT_ONCE):
            await self._follow(batch)
        woken = await self._do(batches.wake)
        await asyncio.to_thread(self._publish, woken)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _do(self, what: Callable[..., Value], *arguments: Any) -> Value:
        """Run one of `models.batches` in a transaction of its own, off the loop."""

        def work() -> Value:
            with self._database.transaction() as connection:
                return what(connection, *arguments)

        return await asyncio.to_thread(work)

    # --- sending

    async def _send(self) -> None:
        while self._not_before is None or self._not_before <= utcnow():
            parcel = await self._do(batches.gather, self._limits, SENDING)
            if parcel is None:
                return
            await self._submit(parcel)

    def _pause(self, problem: ModelBusy) -> None:
        self._not_before = utcnow() + max(timedelta(seconds=problem.retry_after or 0), PAUSE)

    async def _submit(self, parcel: Parcel) -> None:
        try:
            created = await self._client.create(parcel.calls)
        except NotTaken as problem:
            log.info("The batch API takes nothing now (%s); trying again.", problem)
            self._pause(problem)
            await self._do(batches.restore, parcel.id)
        except ModelRefused as problem:
            log.error("A batch of %s calls was refused: %s", len(parcel.calls), problem)
            await self._do(batches.end, parcel.id, str(problem), True)
        except ModelBusy as problem:
            log.warning("Whether a batch was taken is in doubt (%s); the API will be asked.", problem)
            self._pause(problem)
            await self._do(batches.postpone, [parcel.id], utcnow() + DOUBT)
        else:
            poll_at = utcnow() + self._poll
            if not await self._do(batches.accepted, parcel.id, created.id, created.expires_at, poll_at):
                log.error("Batch %s was accepted after it had been given up.", created.id)

    # --- following

    async def _follow(self, batch: Followed) -> None:
        try:
            is_over = await (self._read(batch) if batch.api_id else self._look_for(batch))
        except UnknownBatch:
            await self._do(batches.end, batch.id, "the model's API has lost the batch")
            return
        except (ModelBusy, ModelRefused) as problem:
            log.warning("Batch %s can't be looked at now: %s", batch.api_id or batch.id, problem)
            is_over = False
        if not is_over:
            await self._do(batches.postpone, [batch.id], self._next_look(batch))

    def _next_look(self, batch: Followed) -> datetime:
        now = utcnow()
        return now + min(max(self._poll, (now - batch.created_at) / 10), SLOWEST_POLL)

    async def _read(self, batch: Followed) -> bool:
        """Take in the batch's answers if it has ended; whether it is done with."""
        assert batch.api_id is not None
        found = await self._client.retrieve(batch.api_id)
        if not found.has_ended:
            if utcnow() < found.expires_at + GRACE:
                return False
            await self._do(batches.end, batch.id, batches.LATE)
            return True
        results: list[Result] = []
        async with aclosing(self._client.results(batch.api_id)) as stream:
            async for result in stream:
                results.append(result)
                if len(results) == STORED_AT_ONCE:
                    await self._settle(batch, results)
                    results = []
        await self._settle(batch, results)
        await self._do(batches.end, batch.id, "the batch has no answer to the call")
        return True

    async def _settle(self, batch: Followed, results: Sequence[Result]) -> None:
        answers: dict[str, Json] = {
            one.custom_id: asdict(one.answer) for one in results if one.answer is not None
        }
        problems = {one.custom_id: one.problem for one in results if one.answer is None}

        def store(connection: Connection) -> None:
            batches.answered(connection, batch.id, answers)
            batches.unanswered(connection, batch.id, problems)
            batches.postpone(connection, [batch.id], utcnow() + LOOKING)

        await self._do(store)

    # --- in doubt

    async def _look_for(self, batch: Followed) -> bool:
        """Find out whether the API has the batch that was being sent when its sender died.

        Batches carry no name of ours, but their results do: of those that the API has since then
        with as many calls, each is read as soon as it has ended. Whether the batch is done with.
        """
        candidates = [
            one
            for one in await self._client.created_since(batch.created_at - SKEW)
            if one.requests == batch.requests
        ]
        known = await self._do(batches.known, [one.id for one in candidates])
        unknown = [one for one in candidates if one.id not in known]
        for one in unknown:
            if one.has_ended and await self._is_ours(batch, one.id):
                log.warning("Batch %s was taken before its sender died; going on with it.", one.id)
                await self._do(batches.accepted, batch.id, one.id, one.expires_at, utcnow())
                return True
        if any(not one.has_ended for one in unknown):
            return False
        await self._do(batches.restore, batch.id)
        return True

    async def _is_ours(self, batch: Followed, api_id: str) -> bool:
        try:
            async with aclosing(self._client.results(api_id)) as stream:
                async for result in stream:
                    return await self._do(batches.has_request, batch.id, result.custom_id)
        except UnknownBatch:
            log.info("Batch %s, perhaps somebody else's, can't be read any more.", api_id)
        return False

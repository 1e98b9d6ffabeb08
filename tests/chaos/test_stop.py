"""SIGTERM: what runs is given time, what is held is given back, and the next worker goes on at once."""

import time
from collections.abc import Callable

import pytest

from models.task_executions import PROCESSING
from tests.chaos.conftest import Tell
from tests.chaos.world import World
from tests.fakes.model_server import Fault
from tests.stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.service, pytest.mark.timeout(300)]

# In seconds: so long that a job which went on only after it would be seen to.
LEASE = 120.0
GRACE = 30.0
# A job of four rounds of calls would ask for longer than this.
REACTS = 4.0
LONG = {"ASSESSGEN_LEASE": str(LEASE), "ASSESSGEN_HEARTBEAT": "10"}


def test_sigterm_lets_the_model_answer_and_gives_the_jobs_back(
    production: Callable[..., World], tell: Tell
) -> None:
    world = production(**LONG)
    world.model.latency = 2.0
    world.start()
    jobs = world.submit(3)
    until(lambda: world.model.count("write", "in_flight") >= 3, "writers are being waited for", 90)
    told = time.monotonic()
    assert world.stack.terminate("worker", GRACE) == 0
    assert {call.outcome for call in world.model.calls} == {"ok"}, "a call was broken off"
    last = max(call.started for call in world.model.calls)
    assert last < told + REACTS, "the model was asked anew after SIGTERM"
    rows = [world.one(job) for job in jobs]
    assert {(row.status, row.lease_expires_at) for row in rows} == {(PROCESSING, None)}
    _goes_on_at_once(world)
    tell("SIGTERM of the worker in mid-call", 1, world.findings())


def test_sigterm_does_not_wait_for_a_silent_model(production: Callable[..., World], tell: Tell) -> None:
    world = production(**LONG)
    world.start()
    world.model.fail_next(1, Fault("stall", seconds=80))
    [job] = world.submit()
    until(lambda: world.model.in_flight, "the model is asked", 90)
    begun = time.monotonic()
    assert world.stack.terminate("worker", GRACE + 20) == 0
    assert time.monotonic() - begun < GRACE + 10
    assert world.one(job).lease_expires_at is None, "the job was not given back"
    _goes_on_at_once(world)
    tell("SIGTERM while the model is silent", 1, world.findings())


def test_sigterm_of_the_embedded_default(embedded: World, tell: Tell) -> None:
    embedded.model.latency = 1.0
    embedded.stack.env |= LONG
    embedded.start()
    embedded.submit(3)
    until(lambda: embedded.model.count("write", "in_flight") >= 3, "writers are being waited for", 90)
    embedded.stack.terminate("web", GRACE + 20)
    embedded.stack.start_web()
    embedded.all_ended(LEASE / 2)
    tell("SIGTERM of the embedded default", 1, embedded.findings())


def _goes_on_at_once(world: World) -> None:
    world.model.latency = 0.1
    world.stack.start_worker()
    world.all_ended(LEASE / 4)

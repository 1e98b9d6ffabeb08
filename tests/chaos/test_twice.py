"""Two sweeps, two beats, messages that come again, a worker that wakes late: every job has one result."""

import os
import signal
from collections.abc import Callable

import pytest
import redis
from celery import Celery

from models.task_executions import COMPLETED
from tests.chaos.conftest import Tell
from tests.chaos.servers import Server
from tests.chaos.world import World
from tests.stack import START_LIMIT, until

pytestmark = [pytest.mark.chaos, pytest.mark.service, pytest.mark.timeout(300)]

JOBS = 8
TIMES = 5


def publish(broker: str, task: str, queue: str, *arguments: object, times: int = TIMES) -> None:
    """Publish the same message many times, as the product's web process does it once."""
    with Celery("chaos", broker=broker) as app:
        for _ in range(times):
            app.send_task(task, args=arguments, queue=queue, ignore_result=True)


def is_taken(broker: str) -> bool:
    """Whether every message has been taken and acknowledged."""
    with redis.Redis.from_url(broker) as client:
        return not client.llen("generation") and not client.hlen("unacked")


def second_worker(world: World) -> None:
    """A second worker beside the shared world's first, unless there is one."""
    if "second" not in world.stack.processes:
        log = world.stack.start_beside("second", "worker", "-P", "threads", "-n", "second@%h")
        until(lambda: b" ready." in log.read_bytes(), "the second worker is ready", START_LIMIT)


def test_two_beats_and_many_sweeps_at_once(world: World, own_redis: Server, tell: Tell) -> None:
    second_worker(world)
    world.stack.start_beside("beat2", "beat", "-s", str(world.stack.home / "beat2"))
    jobs = world.submit(JOBS)
    publish(own_redis.url, "sweep", "maintenance", times=4 * TIMES)
    world.submit(JOBS)
    world.all_ended()
    assert {world.one(job).attempt for job in jobs} == {1}
    world.stack.kill("beat2")
    tell("two workers, two beats, sweeps at once", 4 * TIMES, world.findings())


def test_a_message_that_comes_again_and_again(world: World, own_redis: Server, tell: Tell) -> None:
    second_worker(world)
    jobs = world.submit(JOBS)
    for job in jobs:
        publish(own_redis.url, "generate", "generation", [job])
    world.all_ended()
    before = {job: (world.one(job).attempt, world.one(job).result, world.one(job).sequence) for job in jobs}
    publish(own_redis.url, "generate", "generation", jobs)
    until(lambda: is_taken(own_redis.url), "every message is taken")
    after = {job: (world.one(job).attempt, world.one(job).result, world.one(job).sequence) for job in jobs}
    assert after == before
    assert {attempt for attempt, _, _ in after.values()} == {1}
    tell("the same message again", TIMES * (JOBS + 1), world.findings())


def test_a_worker_that_wakes_after_its_lease(production: Callable[..., World], tell: Tell) -> None:
    world = production()
    world.start(worker=False)
    for _ in range(3):
        world.model.latency = 1.0
        sleeper = world.fork_worker()
        world.wait_for_worker(sleeper)
        jobs = world.submit(2)
        until(lambda jobs=jobs: all(world.stored(job) for job in jobs), "the jobs are in the middle")
        assert {world.worker_of(job) for job in jobs} == {sleeper}
        os.kill(sleeper, signal.SIGSTOP)
        world.model.latency = 0.1
        other = world.fork_worker()
        world.all_ended()
        results = [world.one(job).result for job in jobs]
        world.kill_forked(other)
        os.kill(sleeper, signal.SIGCONT)
        # Once it has done another job, it has found out about the first ones.
        [last] = world.submit()
        assert world.stack.ended(last, 60)["status"] == COMPLETED
        assert world.worker_of(last) == sleeper
        assert [world.one(job).result for job in jobs] == results
        world.kill_forked(sleeper)
    # Somebody must send what is left to tell.
    world.fork_worker()
    tell("a worker that wakes after its lease (SIGSTOP)", 3, world.findings(two_runs=True))

"""`kill -9` of the worker: after every durable step of a job, and at random moments under load."""

import random
import time
from collections.abc import Callable

import pytest

from tests.chaos.conftest import Tell
from tests.chaos.world import World
from tests.stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.service, pytest.mark.timeout(1200)]

SEED = 20_250_409
KILLS = 100
AT_ONCE = 20
WORKERS = 3
# In seconds: the longest time that a worker lives once its turn has come. A job alone takes two.
LONGEST = 1.0
LEAST_STEPS = 7


def test_a_worker_killed_after_each_durable_step_costs_nothing(
    production: Callable[..., World], tell: Tell
) -> None:
    # One call at a time, so that every step can be seen by itself.
    world = production(ASSESSGEN_MODEL_CALLS="1")
    world.start(worker=False)
    worker = world.fork_worker()
    [first] = world.submit()
    world.stack.ended(first, 90)
    steps = world.stored(first)
    assert steps >= LEAST_STEPS, "a small job has an analysis, a search, writers, solvers and a review"
    for wanted in range(1, steps + 1):
        [job] = world.submit()
        # Another seed, other questions: this job may do with a step less.
        until(lambda job=job, wanted=wanted: world.reached(job, wanted), f"{wanted} steps are stored", 90)
        world.kill_forked(worker)
        worker = world.fork_worker()
        world.stack.ended(job, 90)
    resumed = sum(world.one(job).attempt > 1 for job in world.jobs)
    assert resumed >= LEAST_STEPS, "the kills came after the jobs had ended"
    tell("kill -9 of the worker after each durable step", resumed, world.findings())


def test_a_hundred_kills_at_random_moments_under_load_lose_nothing(
    production: Callable[..., World], tell: Tell
) -> None:
    chance = random.Random(SEED)
    world = production()
    world.model.latency = 0.3
    world.start(worker=False)
    workers = [world.fork_worker() for _ in range(WORKERS)]
    hits = 0
    for worker in workers:
        world.wait_for_worker(worker)
    for _ in range(KILLS):
        world.submit(max(0, AT_ONCE - world.open_jobs()))
        victim = workers.pop(chance.randrange(WORKERS))
        world.wait_for_worker(victim)
        moment = time.monotonic() + chance.uniform(0, LONGEST)
        until(lambda moment=moment: time.monotonic() >= moment, "the moment comes")
        hits += world.holds(victim)
        world.kill_forked(victim)
        workers.append(world.fork_worker())
    world.all_ended(300)
    assert hits >= KILLS / 4, "most kills met a worker that had nothing"
    tell(f"kill -9 of a worker at random moments, {AT_ONCE} jobs at once", KILLS, world.findings())

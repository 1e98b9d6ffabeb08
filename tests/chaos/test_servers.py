"""Redis and PostgreSQL restarted, emptied, frozen, full or away, in mid-job: every accepted job completes."""

import time

import psycopg
import pytest
import redis

from tests.chaos.conftest import Tell
from tests.chaos.servers import Server
from tests.chaos.world import World
from tests.stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.service, pytest.mark.timeout(400)]

JOBS = 4
FROZEN = 20.0


def begun(world: World) -> None:
    """Submit jobs, and return when they are in the middle."""
    jobs = world.submit(JOBS)
    until(lambda: all(world.stored(job) for job in jobs), "every job has stored a step", 90)
    assert world.open_jobs(), "the jobs ended before the fault"


def test_redis_is_restarted(world: World, own_redis: Server, tell: Tell) -> None:
    begun(world)
    own_redis.stop()
    own_redis.start()
    world.submit(JOBS)
    world.all_ended()
    tell("Redis restarted, empty", 1, world.findings())


def test_redis_is_emptied(world: World, own_redis: Server, tell: Tell) -> None:
    with redis.Redis.from_url(own_redis.url) as client:
        for _ in range(3):
            begun(world)
            client.flushall()
            world.submit(JOBS)
            client.flushall()
    world.all_ended()
    tell("Redis FLUSHALL", 6, world.findings())


def test_redis_is_frozen(world: World, own_redis: Server, tell: Tell) -> None:
    begun(world)
    with own_redis.frozen():
        until_then = time.monotonic() + FROZEN
        started = time.monotonic()
        world.submit(JOBS)
        assert time.monotonic() - started < FROZEN / 2, "accepting waited for Redis"
        until(lambda: time.monotonic() >= until_then, "the freeze ends", 2 * FROZEN)
    world.all_ended()
    tell(f"Redis frozen for {FROZEN:.0f} s (SIGSTOP)", 1, world.findings())


def test_redis_is_out_of_memory(world: World, own_redis: Server, tell: Tell) -> None:
    with redis.Redis.from_url(own_redis.url) as client:
        begun(world)
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(redis.exceptions.OutOfMemoryError):
                client.set("chaos", "no room")
            world.submit(JOBS)
            until_then = time.monotonic() + 5
            until(lambda: time.monotonic() >= until_then, "some sweeps have failed")
        finally:
            client.config_set("maxmemory", "0")
    world.all_ended()
    tell("Redis out of memory (noeviction)", 1, world.findings())


def test_redis_is_gone_at_the_submission(world: World, own_redis: Server, tell: Tell) -> None:
    own_redis.stop()
    try:
        world.submit(JOBS)
    finally:
        own_redis.start()
    world.all_ended()
    tell("Redis gone at the submission", 1, world.findings())


def test_postgresql_is_restarted(world: World, own_postgres: Server, tell: Tell) -> None:
    begun(world)
    # The test's own connections are no part of the product.
    world.database.dispose()
    own_postgres.stop()
    refused = world.try_submit()
    own_postgres.start()
    world.check_refusal(refused)
    until(lambda: world.is_accepted(), "a job is accepted again")
    world.all_ended()
    tell("PostgreSQL restarted", 1, world.findings())


def test_the_connections_to_postgresql_are_cut(world: World, own_postgres: Server, tell: Tell) -> None:
    cut = 0
    for _ in range(5):
        begun(world)
        world.database.dispose()
        with psycopg.connect(own_postgres.url, autocommit=True) as admin:
            cut += len(
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'assessgen' AND pid <> pg_backend_pid()"
                ).fetchall()
            )
        until(lambda: world.is_accepted(), "a job is accepted again")
    assert cut, "there was no connection to cut"
    world.all_ended()
    tell("PostgreSQL's connections cut", 5, world.findings())

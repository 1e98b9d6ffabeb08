"""The model busy, broken, silent or babbling for a while: jobs wait, do with less, or fail and say why."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from models.task_executions import COMPLETED
from tests.chaos.conftest import Tell
from tests.chaos.tally import Findings
from tests.chaos.world import World
from tests.fakes.model_server import Fault
from tests.stack import until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

JOBS = 4
# In seconds: how long each fault lasts, and how long the product waits for an answer.
LASTS = 60.0
PATIENCE = "3"
# So many scenarios are played at one time.
AT_ONCE = 5
# In seconds: by then every job must have ended, whatever the model does.
LIMIT = 150.0

FAULTS = {
    "429 with retry-after": Fault("status", 429, retry_after=2),
    "529, overloaded": Fault("status", 529),
    "500": Fault("status", 500),
    "connections dropped": Fault("drop"),
    "half a body": Fault("half"),
    "stalls of 60 s": Fault("stall", seconds=60),
    "garbage for JSON": Fault("garbage"),
}


FOR_GOOD = ("529, overloaded", "connections dropped", "garbage for JSON")

Outcome = tuple[int, Findings]


@contextmanager
def faulty(world: World, fault: Fault) -> Iterator[None]:
    """Let every call to the model meet the fault."""
    on = threading.Event()
    on.set()
    world.model.fail_when(lambda _request: on.is_set(), fault)
    yield
    on.clear()


def ill_for_a_while(world: World, fault: Fault) -> Outcome:
    """Some jobs in the middle and some new ones meet the fault; then the model is well again."""
    world.submit(JOBS)
    world.model.wait_for(lambda model: model.count("write") > 0, 60)
    before = len(world.model.calls)
    with faulty(world, fault):
        world.submit(JOBS)
        until(lambda: len(world.model.calls) > before, "the model is asked")
        over = time.monotonic() + LASTS
        until(lambda: time.monotonic() >= over, "the fault is over")
    met = sum(call.outcome not in ("ok", "in_flight") for call in world.model.calls[before:])
    assert met, "no call met the fault"
    world.all_ended(LIMIT)
    findings = world.findings(may_fail=True)
    [after] = world.submit()
    assert world.stack.ended(after)["status"] == COMPLETED, "the product did not recover"
    return met, findings


def ill_for_good(world: World, fault: Fault) -> Outcome:
    """Every call meets the fault until the jobs have ended."""
    with faulty(world, fault):
        world.submit(2)
        world.all_ended(LIMIT)
    return len(world.model.calls), world.findings(may_fail=True)


Scenario = Callable[[World, Fault], Outcome]
SCENARIOS: dict[str, tuple[Scenario, Fault]] = {
    **{f"{name}, for {LASTS:.0f} s": (ill_for_a_while, fault) for name, fault in FAULTS.items()},
    **{f"{name}, for good": (ill_for_good, FAULTS[name]) for name in FOR_GOOD},
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Future[Outcome]"]]:
    """All scenarios at once, each in a world of its own: most of their time is waiting."""
    homes = {name: tmp_path_factory.mktemp("model") for name in SCENARIOS}

    def play(name: str) -> Outcome:
        scenario, fault = SCENARIOS[name]
        with World(homes[name], "", "", ASSESSGEN_MODEL_TIMEOUT=PATIENCE) as world:
            return scenario(world.start(), fault)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(play, name) for name in SCENARIOS}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_model_that_is_ill(outcomes: dict[str, "Future[Outcome]"], tell: Tell, name: str) -> None:
    met, findings = outcomes[name].result()
    tell(f"the model: {name}", met, findings)

"""Lines before the delivery threads: few at a time to one host, and rest for one that does not answer."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack import until
from workers.delivery.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breaker
from workers.delivery.lanes import Lanes, host_of

SLOW, QUICK = "http://slow.example/hook", "http://quick.example/hook"


# --- the breaker -------------------------------------------------------------------------------


def tripped(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.unanswered(now)
    return breaker


def test_the_fifth_failure_in_a_row_and_no_earlier_one_begins_a_rest() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.unanswered(0.0)
        assert (breaker.is_closed, breaker.resting(0.0)) == (True, 0.0)
    breaker.unanswered(0.0)
    assert (breaker.is_closed, breaker.resting(0.0), breaker.resting(29.0)) == (False, 30.0, 1.0)
    assert breaker.resting(30.0) == 0.0


def test_an_answer_of_any_kind_begins_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.unanswered(0.0)
    breaker.answered()
    assert breaker.is_idle
    for _ in range(4):
        breaker.unanswered(0.0)
    assert breaker.resting(0.0) == 0.0


def test_a_rest_is_twice_as_long_after_each_failed_probe_up_to_ten_minutes() -> None:
    breaker, now, rests = tripped(), 0.0, []
    for _ in range(7):
        rests.append(breaker.resting(now))
        now += rests[-1]
        breaker.unanswered(now)
    assert rests == [30.0, 60.0, 120.0, 240.0, 480.0, 600.0, 600.0]
    assert (rests[0], rests[-1]) == (FIRST_REST, LONGEST_REST)
    breaker.answered()
    for _ in range(FAILURES):
        breaker.unanswered(now)
    assert breaker.resting(now) == FIRST_REST


def test_what_had_begun_before_the_rest_does_not_lengthen_it() -> None:
    breaker = tripped()
    for _ in range(3):
        breaker.unanswered(10.0)
    assert breaker.resting(10.0) == 20.0


# --- the lines ---------------------------------------------------------------------------------


class Sends:
    """What stands for the outbox: channels that are being sent until they are let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.put_off: list[tuple[list[str], float]] = []
        self.gates: dict[str, threading.Event] = {}
        self.then: Callable[[str], None] = lambda _: None
        self.now = 1000.0

    def drain(self, channel: str) -> None:
        self.begun.append(channel)
        if channel in self.gates:
            assert self.gates[channel].wait(20)
        self.then(channel)

    def hang(self, *channels: str) -> None:
        self.gates |= {channel: threading.Event() for channel in channels}

    def let_go(self, *channels: str) -> None:
        for channel in channels:
            self.gates.pop(channel).set()


@pytest.fixture
def sends() -> Sends:
    return Sends()


@pytest.fixture
def lanes(sends: Sends) -> Iterator[Lanes]:
    pool = ThreadPoolExecutor(8)
    lanes = Lanes(
        pool,
        sends.drain,
        lambda channels, seconds: sends.put_off.append((list(channels), seconds)),
        2,
        lambda: sends.now,
    )
    yield lanes
    lanes.close()
    for channel in list(sends.gates):
        sends.let_go(channel)
    pool.shutdown()


def idle(lanes: Lanes) -> None:
    until(lambda: not lanes.channels, "all is sent", 10)


def test_a_host_that_hangs_gets_no_more_than_its_share_and_the_others_go_on(
    lanes: Lanes, sends: Sends
) -> None:
    slow = [f"slow {number}" for number in range(20)]
    sends.hang(*slow)
    lanes.add({channel: host_of(SLOW) for channel in slow})
    lanes.add({f"quick {number}": host_of(QUICK) for number in range(30)})
    until(lambda: len(sends.begun) == 32, "the quick ones and two slow ones have begun", 10)
    assert {one for one in sends.begun if one in slow} == set(slow[:2])
    sends.let_go("slow 0")
    until(lambda: "slow 2" in sends.begun, "the next in line has its turn", 10)
    assert "slow 3" not in sends.begun
    sends.let_go(*slow[1:])
    idle(lanes)
    assert sorted(one for one in sends.begun if one in slow) == sorted(slow)
    until(lambda: lanes._lanes == {}, "nothing is kept of hosts that are alive", 10)


def test_a_message_that_comes_while_its_channel_is_in_line_takes_no_second_place(
    lanes: Lanes, sends: Sends
) -> None:
    sends.hang("a", "b")
    host = host_of(SLOW)
    lanes.add({"a": host, "b": host})
    for _ in range(3):
        lanes.add({"c": host})
    sends.let_go("a", "b")
    idle(lanes)
    assert sorted(sends.begun) == ["a", "b", "c"]


def test_a_message_that_comes_while_its_channel_is_sent_makes_it_be_looked_at_once_more(
    lanes: Lanes, sends: Sends
) -> None:
    sends.hang("a")
    lanes.add({"a": "h"})
    until(lambda: sends.begun == ["a"], "it has begun", 10)
    for _ in range(3):
        lanes.add({"a": "h"})
    sends.let_go("a")
    idle(lanes)
    assert sends.begun == ["a", "a"]


def trip(lanes: Lanes, url: str = SLOW) -> None:
    for _ in range(FAILURES):
        lanes.report(url, False)


def test_what_is_due_at_a_host_that_rests_is_put_off_untried(lanes: Lanes, sends: Sends) -> None:
    trip(lanes)
    sends.now += 10
    lanes.add({"a": host_of(SLOW), "b": host_of(SLOW), "c": host_of(QUICK)})
    idle(lanes)
    assert sends.begun == ["c"]
    assert sends.put_off == [(["a", "b"], 20.0)]


def test_after_the_rest_one_is_tried_and_the_others_wait_for_what_becomes_of_it(
    lanes: Lanes, sends: Sends
) -> None:
    trip(lanes)
    sends.now += FIRST_REST
    sends.hang("a")
    host = host_of(SLOW)
    lanes.add({"a": host, "b": host, "c": host})
    until(lambda: bool(sends.begun), "the probe has begun", 10)
    sends.then = lambda _: lanes.report(SLOW, False)
    sends.let_go("a")
    until(lambda: bool(sends.put_off), "the others are put off", 10)
    assert sends.begun == ["a"]
    assert sends.put_off == [(["b", "c"], 2 * FIRST_REST)]
    sends.now += 2 * FIRST_REST
    sends.then = lambda _: lanes.report(SLOW, True)
    lanes.add({"b": host, "c": host})
    idle(lanes)
    assert sends.begun == ["a", "b", "c"]


def test_a_rest_that_begins_puts_off_what_is_in_line(lanes: Lanes, sends: Sends) -> None:
    channels = [f"{number}" for number in range(6)]
    sends.hang(*channels[:2])
    lanes.add(dict.fromkeys(channels, host_of(SLOW)))
    until(lambda: len(sends.begun) == 2, "two have begun", 10)
    trip(lanes)
    sends.let_go("0")
    until(lambda: bool(sends.put_off), "the others are put off", 10)
    sends.let_go("1")
    idle(lanes)
    assert sends.put_off == [(channels[2:], FIRST_REST)]
    assert sorted(sends.begun) == channels[:2]


def test_a_drain_that_breaks_off_gives_its_place_back(
    lanes: Lanes, sends: Sends, caplog: pytest.LogCaptureFixture
) -> None:
    def break_off(channel: str) -> None:
        if channel == "bad":
            raise OSError("the database is away")

    sends.then = break_off
    lanes.add({"bad": "h"})
    lanes.add({"good": "h", "better": "h"})
    idle(lanes)
    until(lambda: "the database is away" in caplog.text, "it is told", 10)
    assert set(sends.begun) == {"bad", "good", "better"}
    lanes.add({"bad": "h"})
    idle(lanes)
    assert sends.begun.count("bad") == 2


def test_once_it_is_closed_nothing_more_begins(lanes: Lanes, sends: Sends) -> None:
    sends.hang("a", "b")
    lanes.add(dict.fromkeys("abc", "h"))
    until(lambda: len(sends.begun) == 2, "two have begun", 10)
    lanes.close()
    sends.let_go("a", "b")
    until(lambda: list(lanes.channels) == ["c"], "those two are done", 10)
    assert sorted(sends.begun) == ["a", "b"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Hooks.Example:8443/a?b=c", "hooks.example:8443"),
        ("https://hooks.example/other", "hooks.example"),
        ("http://[2606:4700::1111]:80/", "[2606:4700::1111]:80"),
        ("mailto:ada@student.example", "mailto:"),
        ("mailto:bo@student.example", "mailto:"),
    ],
)
def test_a_line_is_a_host_s_and_all_mails_have_one(url: str, host: str) -> None:
    assert host_of(url) == host

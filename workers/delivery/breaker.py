"""When a host that does not answer is left in peace.

A host that answers, whatever it says, is alive. One that does not (no connection, no answer in time) costs
a thread for as long as the timeout, each time.
"""

from typing import Final

# Fewer could be one job's bad moment.
FAILURES: Final = 5
FIRST_REST: Final = 30.0
LONGEST_REST: Final = 600.0


class Breaker:
    """One host's rest. Times are monotonic seconds; its owner keeps it to one thread at a time."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest = 0.0
        self._until = 0.0

    @property
    def is_closed(self) -> bool:
        """True while the host is taken to be alive."""
        return self._failures < FAILURES

    @property
    def is_idle(self) -> bool:
        """True when there is nothing to remember."""
        return self._failures == 0

    def resting(self, now: float) -> float:
        """The seconds that the host is left in peace from now on; 0 when it may be tried."""
        return max(0.0, self._until - now)

    def answered(self) -> None:
        """The host is alive."""
        self._failures, self._rest, self._until = 0, 0.0, 0.0

    def unanswered(self, now: float) -> None:
        """It did not answer: the fifth time in a row it rests for 30 s, then for twice as long each time."""
        if self.resting(now):
            # A try that had begun before the rest tells nothing new.
            return
        self._failures += 1
        if not self.is_closed:
            self._rest = min(self._rest * 2 or FIRST_REST, LONGEST_REST)
            self._until = now + self._rest

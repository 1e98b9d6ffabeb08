"""Tests that measure time run alone, though others run beside each other (`pytest -n 2`).

A test marked `alone` waits until no other runs, and holds the others up until it has ended: a readers' and
writers' lock of two locked files, which all of pytest's workers share.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """The lock of one test run; `run` is its name."""

    def __init__(self, run: str) -> None:
        place = Path(tempfile.gettempdir())
        self._gate = place / f"assessgen-tests-{run}.gate"
        self._room = place / f"assessgen-tests-{run}.room"

    @contextmanager
    def turn(self, alone: bool) -> Iterator[None]:
        """Hold the room, alone or with others.

        Who waits to have it alone holds the gate meanwhile, or those who share it would go on for ever.
        """
        with self._room.open("w") as room:
            with self._gate.open("w") as gate:
                fcntl.flock(gate, fcntl.LOCK_EX)
                fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield

    def forget(self) -> None:
        """Remove the files; call it when every worker has ended."""
        self._gate.unlink(missing_ok=True)
        self._room.unlink(missing_ok=True)

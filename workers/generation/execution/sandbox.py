"""Runs a job in a process of its own (see `child`) and reads what it reports."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 3.0
# Ten thousand printed characters, each of which JSON may write as twelve, and the values beside them.
MOST_REPORT = 400_000
# A process that serves many jobs must not start a process for every item of each at once.
_TURNS = threading.BoundedSemaphore(2)


def run(job: dict[str, Any]) -> dict[str, Any] | None:
    """The report of a job, or None where it gave none: refused, too slow, too large, not to be run here.

    `{"code", "value", "modules"}` runs Python and gives `{"printed"}` with `values` or `raised`;
    `{"statements"}` runs SQL and gives `{"rows"}` or `{"raised"}`. Never raises.
    """
    if os.name != "posix":
        return None
    try:
        with _TURNS, tempfile.TemporaryDirectory(prefix="item-") as folder:
            return _parsed(_ran(json.dumps(job).encode(), folder))
    except (OSError, ValueError):
        return None


def _ran(job: bytes, folder: str) -> bytes:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-W", "ignore", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={},
        close_fds=True,
        start_new_session=True,
    )
    with process:
        try:
            return _exchanged(process, job)
        finally:
            _kill(process)


def _exchanged(process: "subprocess.Popen[bytes]", job: bytes) -> bytes:
    """Hand the job in and read to the end, to the cap or to the last moment: whichever comes first."""
    assert process.stdin is not None
    assert process.stdout is not None
    last_moment = time.monotonic() + WALL_SECONDS
    # A job is smaller than a pipe's buffer, so this does not wait.
    process.stdin.write(job)
    process.stdin.close()
    report = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, last_moment - time.monotonic())):
            part = os.read(process.stdout.fileno(), 65_536)
            report += part
            if not part:
                return report
            if len(report) > MOST_REPORT:
                break
    return b""


def _kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        # It has ended. (macOS says EPERM of a group whose last process is a zombie.)
        return


def _parsed(report: bytes) -> dict[str, Any] | None:
    """What the child wrote, which may be anything at all."""
    if not report:
        return None
    try:
        content = json.loads(report)
    except RecursionError:
        return None
    return content if isinstance(content, dict) else None

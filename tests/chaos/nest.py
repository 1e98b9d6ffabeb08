"""Celery workers that start in a moment: one process imports everything, and each worker is a fork of it.

    python -m tests.chaos.nest

Each line on its standard input is a log's path; its answer is the process id of the worker that
writes there. A worker is what `celery worker` runs, in a process group of its own.
"""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from workers.app import app
from workers.generation import item_models, library, sources

LOADED = (
    "celery.apps.worker",
    "celery.bin.worker",
    "celery.concurrency.thread",
    "workers.broker",
    "workers.economy",
    "workers.generation.engines.claude",
    "workers.generation.engines.model_client",
    "workers.model_limits",
    "workers.tasks",
)
WITHOUT = ("--without-mingle", "--without-gossip")


def main() -> None:
    """Fork a worker for each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in LOADED:
        import_module(name)
    sources.load()
    item_models.by_skill()
    library.load()
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _work(Path(line.strip()))
        print(pid, flush=True)


def _work(log: Path) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(here, there)
    try:
        app.worker_main(
            ["worker", "-P", "threads", "-l", "INFO", "-n", f"forked{os.getpid()}@%h", *WITHOUT],
        )
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()

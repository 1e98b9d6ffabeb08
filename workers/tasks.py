"""The tasks: each takes ids, and the database tells the rest."""

from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from workers import process, queue
from workers.app import app


@app.task(name=queue.GENERATE)
def generate(execution_ids: list[str]) -> None:
    """Run jobs, at once."""
    process.current().run(execution_ids)


@app.task(name=queue.DELIVER)
def deliver(channels: list[str]) -> None:
    """Send what is due on channels."""
    process.current().deliver(channels)


@app.task(name=queue.SWEEP)
def sweep() -> None:
    """Publish what waits for a worker, and look after the batches."""
    process.current().sweep()


@worker_ready.connect
def _prepare(**_: Any) -> None:
    """Load the library before the first job and not during it."""
    process.current()


@worker_shutting_down.connect
def _drain(**_: Any) -> None:
    process.current().drain()


@worker_shutdown.connect
def _close(**_: Any) -> None:
    process.current().close()

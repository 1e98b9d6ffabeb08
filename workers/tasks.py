"""The tasks: each takes an id, and the database tells the rest."""

from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from workers import process, queue
from workers.app import app


@app.task(name=queue.GENERATE)
def generate(execution_id: str) -> None:
    """Run a job."""
    process.current().run(execution_id)


@app.task(name=queue.DELIVER)
def deliver(channel: str) -> None:
    """Send what is due on a channel."""
    process.current().deliver(channel)


@app.task(name=queue.SWEEP)
def sweep() -> None:
    """Publish what waits for a worker."""
    queue.sweep(process.current().database)


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

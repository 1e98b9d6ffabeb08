"""The embedded default's composition: the web application and a worker in one process.

`assessgen serve` runs `embedded:create_app` in granian with one worker. It stands outside `api`
and `workers`, for it is the one place that needs both.
"""

import atexit
import logging
import multiprocessing
import os
import signal
import threading

from flask import Flask

import migrations
from api import create_app as create_web_app
from models.session import Database
from settings import Settings
from workers.embedded import EmbeddedWorker


def create_app(settings: Settings | None = None) -> Flask:
    """Migrate, start the worker and give the web application."""
    settings = settings or Settings.from_env()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    database = Database(settings.database_url)
    migrations.upgrade(database)
    database.dispose()
    worker = EmbeddedWorker(settings)
    worker.start()
    _end_with_parent()
    atexit.register(worker.stop)
    app = create_web_app(settings)
    app.extensions["assessgen-worker"] = worker
    return app


def _end_with_parent() -> None:
    """Stop when the server's main process is killed: its worker would keep the port and the home."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()

"""The embedded default's composition: the web application and a worker in one process.

`assessgen serve` runs `embedded:create_app` in granian with one worker. It stands outside `api`
and `workers`, for it is the one place that needs both.
"""

import multiprocessing
import signal
import threading
from multiprocessing.util import Finalize

from flask import Flask

import logs
import migrations
import traces
from api import create_app as create_web_app
from models.session import Database
from settings import VERSION, Settings
from workers.embedded import EmbeddedWorker


def create_app(settings: Settings | None = None) -> Flask:
    """Migrate, start the worker and give the web application."""
    if settings is None:
        settings = Settings.from_env()
        logs.configure(settings.log, hidden=settings.secrets)
        traces.configure(settings.traces_endpoint, VERSION)
    database = Database(settings.database_url)
    migrations.upgrade(database)
    database.dispose()
    worker = EmbeddedWorker(settings)
    worker.start()
    _end_with_parent()
    # atexit is not run in a forked server process before Python 3.13; this is, in any.
    Finalize(None, worker.stop, exitpriority=10)
    app = create_web_app(settings)
    app.extensions["assessgen-worker"] = worker
    return app


def _end_with_parent() -> None:
    """Stop when the server's main process is killed: its worker would keep the port and the home."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    main = threading.main_thread().ident
    assert main is not None

    def watch() -> None:
        parent.join()
        # To the main thread itself: a signal that another one takes would not wake it.
        signal.pthread_kill(main, signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()

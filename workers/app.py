"""The Celery app: `celery -A workers.app worker` and `celery -A workers.app beat`."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

import logs
import traces
from settings import VERSION, Settings

app = Celery("assessgen")
app.config_from_object("celeryconfig")


@setup_logging.connect
def _log(loglevel: int, logfile: str | None, **_: Any) -> None:
    """The product's log lines, in place of Celery's own; and its traces."""
    settings = Settings.from_env()
    logs.configure(settings.log, loglevel, settings.secrets, path=logfile)
    traces.configure(settings.traces_endpoint, VERSION)

"""The Celery app: `celery -A workers.app worker` and `celery -A workers.app beat`."""

from celery import Celery

app = Celery("assessgen")
app.config_from_object("celeryconfig")

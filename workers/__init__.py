"""The background edge: the Celery app, the queue, the runs, generation and delivery."""

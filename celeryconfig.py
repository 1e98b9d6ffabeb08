"""Celery's settings, each with its reason. Measured facts stand in docs/decisions/."""

from kombu import Queue, transport

from settings import Settings

_settings = Settings.from_env()

broker_url = _settings.broker_url

# The database is the queue of record: nobody reads results from Celery.
result_backend = None
task_ignore_result = True
task_store_errors_even_if_ignored = False

# A message is acknowledged when its run has ended, and a killed worker's comes back.
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1

# No pickle on the broker.
task_serializer = "json"
accept_content = ["json"]

# Declared, so that a misspelt queue is an error and not a place where messages wait for ever.
task_queues = (Queue("generation"), Queue("delivery"), Queue("maintenance"))
task_default_queue = "generation"
task_create_missing_queues = False
task_routes = {
    "generate": {"queue": "generation"},
    "deliver": {"queue": "delivery"},
    "sweep": {"queue": "maintenance"},
}

# The publisher swallows a broker's failure and the sweep sends again: with retries, a frozen
# Redis held a publishing thread for over 45 s.
task_publish_retry = False

if _settings.is_embedded:
    broker_transport_options = {"polling_interval": 0.02}
else:
    # With kombu's own the worker ended when Redis was restarted while jobs ran. By its scheme, for
    # `broker_transport` would take the place of the scheme, and with it of TLS.
    transport.TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "workers.broker:Transport"))
    broker_transport_options = {
        # Longer than any job and its drain: past it Redis delivers a message twice.
        "visibility_timeout": 1800,
        # The defaults take 98 s to hand out a killed worker's message again.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 25,
        "queue_order_strategy": "priority",
    }
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
# What Redis refuses (out of memory, read-only) ended the worker: it is tried again as a lost connection is.
broker_channel_error_retry = True

imports = ("workers.tasks",)
worker_pool = "threads"
worker_concurrency = _settings.worker_threads
worker_hijack_root_logger = False
worker_enable_remote_control = not _settings.is_embedded
worker_send_task_events = False
worker_cancel_long_running_tasks_on_connection_loss = False

beat_schedule = {
    "sweep": {
        "task": "sweep",
        "schedule": _settings.sweep_every,
        # One that waited longer than the interval has been overtaken by the next.
        "options": {"expires": _settings.sweep_every},
    },
}
enable_utc = True

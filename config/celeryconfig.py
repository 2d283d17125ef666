"""Celery and kombu settings. Each line's reason and source: docs/reliability.md."""

from typing import Any

from django.conf import settings
from kombu import Exchange, Queue

from config import broker

broker.offer()

broker_url = settings.CELERY_BROKER_URL
_scheme = broker_url.partition(":")[0]
_prefix = settings.QUEUE_PREFIX

broker_connection_timeout = 4
broker_pool_acquire_timeout = 5
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_channel_error_retry = True

broker_transport_options: dict[str, Any] = {}
_queue_arguments: dict[str, object] = {}
if _scheme in ("amqp", "amqps", "pyamqp"):
    broker_transport_options = {"confirm_publish": True, "read_timeout": 5, "write_timeout": 5}
    broker_heartbeat = 30
    _queue_arguments = {"x-queue-type": "quorum", "x-delivery-limit": 50}
elif _scheme in ("redis", "rediss"):
    broker_transport_options = {
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
elif _scheme == broker.SCHEME:
    for _folder in ("messages", "control"):
        (settings.BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    broker_transport_options = {
        "data_folder_in": str(settings.BROKER_DIR / "messages"),
        "data_folder_out": str(settings.BROKER_DIR / "messages"),
        "control_folder": str(settings.BROKER_DIR / "control"),
        "polling_interval": 0.05,
    }

_exchange = Exchange(f"{_prefix}.work", type="topic", durable=True)
task_queues = [
    # Red waves never stand behind an ordinary broadcast: they have a queue of their own.
    Queue(f"{_prefix}.{name}", _exchange, routing_key=name, queue_arguments=_queue_arguments)
    for name in ("urgent", "ordinary", "upkeep")
]
task_default_queue = f"{_prefix}.upkeep"
task_default_exchange = f"{_prefix}.work"
task_default_exchange_type = "topic"
task_default_routing_key = "upkeep"
task_create_missing_queues = False

task_publish_retry = False
task_acks_late = True
task_reject_on_worker_lost = True
task_acks_on_failure = True
task_acks_on_timeout = True
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False
worker_soft_shutdown_timeout = 10
task_soft_time_limit = 45
task_time_limit = 60
# Only what no open incident waits for: each is harmless when it comes twice, or an hour late.
beat_schedule = {
    "retention": {"task": "kernel.retention", "schedule": 600.0},
    "keeping in touch": {"task": "citizens.keep_in_touch", "schedule": 600.0},
}
beat_schedule_filename = str(settings.VAR_DIR / "beat")
worker_max_tasks_per_child = 1000
worker_enable_remote_control = True
worker_consumer = "config.consumer:Consumer"
worker_send_task_events = False
worker_hijack_root_logger = False
task_ignore_result = True
result_backend = None
task_serializer = "json"
accept_content = ["json"]
enable_utc = True
timezone = "UTC"
# Celery's Django fix-up closes the connection around every task unless this allows reuse. It asks
# for exactly this name, capitals and all (celery/fixups/django.py).
CELERY_DB_REUSE_MAX = 1000

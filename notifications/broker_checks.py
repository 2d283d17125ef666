"""System checks: each setting of Celery and kombu on which «nothing is lost» rests.

Why each has its value: docs/reliability.md. A worker that finds one changed refuses to start
(`config.kernel.installation.hold_at_start`), and so does every command.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from config.kernel.checks import AT_START
from notifications.gateways.wire import ANSWER_SECONDS, CONNECT_SECONDS
from notifications.services.holding import GIVE_BACK_AFTER_S

AMQP = ("amqp", "amqps", "pyamqp")
REDIS = ("redis", "rediss")

EXACT: dict[str, object] = {
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "task_create_missing_queues": False,
    "task_default_exchange_type": "topic",
    "task_publish_retry": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_enable_remote_control": True,
    "worker_consumer": "config.consumer:Consumer",
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "task_ignore_result": True,
    "result_backend": None,
    "task_serializer": "json",
    "accept_content": ["json"],
    "enable_utc": True,
    "timezone": "UTC",
}
# Name → (least, most). None as a value is never within.
WITHIN: dict[str, tuple[float, float]] = {
    "broker_connection_timeout": (1, 5),
    "broker_pool_acquire_timeout": (1, 10),
    "worker_soft_shutdown_timeout": (1, 30),
    "worker_max_tasks_per_child": (1, 10_000),
    "CELERY_DB_REUSE_MAX": (1, 1_000_000),
}
# Of broker_transport_options, by the broker's scheme.
TRANSPORT: dict[tuple[str, ...], dict[str, tuple[float, float]]] = {
    AMQP: {"confirm_publish": (True, True), "read_timeout": (1, 5), "write_timeout": (1, 5)},
    REDIS: {
        "unacked_restore_interval": (1, 5),
        "socket_timeout": (1, 5),
        "socket_connect_timeout": (1, 5),
        "socket_keepalive": (True, True),
        "health_check_interval": (1, 30),
    },
    ("folder",): {"polling_interval": (0.001, 0.1)},
}


def register_checks() -> None:
    register(check_celery, AT_START)


def check_celery(**_: Any) -> list[CheckMessage]:
    """One error for each setting that was changed."""
    return [
        Error(f"{problem}; see docs/reliability.md", id="guihang.E020")
        for problem in problems(current_app.conf)
    ]


def problems(conf: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in EXACT.items():
        if conf[name] != wanted:
            yield f"Celery's {name} is {conf[name]!r} and must be {wanted!r}"
    for name, bounds in WITHIN.items():
        yield from _outside(f"Celery's {name}", conf.get(name), bounds)
    scheme = str(conf["broker_url"]).partition(":")[0]
    yield from _transport_problems(conf, scheme)
    yield from _time_problems(conf, scheme)


def _transport_problems(conf: Mapping[str, Any], scheme: str) -> Iterator[str]:
    options = conf["broker_transport_options"]
    for schemes, bounds in TRANSPORT.items():
        if scheme in schemes:
            for name, limits in bounds.items():
                yield from _outside(f"the broker's {name}", options.get(name), limits)
    if scheme not in AMQP:
        return
    yield from _outside("Celery's broker_heartbeat", conf["broker_heartbeat"], (5, 60))
    for queue in conf["task_queues"]:
        arguments = queue.queue_arguments or {}
        if arguments.get("x-queue-type") != "quorum":
            yield f"the x-queue-type of {queue.name} must be quorum"
        yield from _outside("x-delivery-limit", arguments.get("x-delivery-limit"), (20, 1000))


def _time_problems(conf: Mapping[str, Any], scheme: str) -> Iterator[str]:
    """A call ends within its lease, a batch within its task, a task before it is given again."""
    call = CONNECT_SECONDS + ANSWER_SECONDS
    soft, hard = conf["task_soft_time_limit"], conf["task_time_limit"]
    if call >= settings.LEASE_SECONDS:
        yield f"LEASE_SECONDS must be longer than a call, {call:g} s"
    yield from _outside("Celery's task_soft_time_limit", soft, (GIVE_BACK_AFTER_S + call, 600))
    yield from _outside("Celery's task_time_limit", hard, ((soft or 0) + 1, 900))
    if scheme in REDIS:
        patience = conf["broker_transport_options"].get("visibility_timeout")
        yield from _outside("the broker's visibility_timeout", patience, ((hard or 0) * 2, 3600))


def _outside(what: str, value: Any, bounds: tuple[float, float]) -> Iterator[str]:
    least, most = bounds
    if not isinstance(value, int | float) or not least <= value <= most:
        wanted = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        yield f"{what} is {value!r} and must be {wanted}"

"""Every setting on which «nothing is lost» rests: changed, nothing starts."""

import copy
import subprocess
import sys

import pytest
from celery import current_app
from kombu import Queue

from notifications.broker_checks import (
    AMQP,
    EXACT,
    REDIS,
    TRANSPORT,
    WITHIN,
    check_celery,
    problems,
)
from tests.support.processes import ROOT

SCHEMES = {"amqp": AMQP, "redis": REDIS, "folder": ("folder",)}
GOOD = {
    "amqp": {"confirm_publish": True, "read_timeout": 5, "write_timeout": 5},
    "redis": {
        "visibility_timeout": 120, "unacked_restore_interval": 5, "socket_timeout": 5,
        "socket_connect_timeout": 2, "socket_keepalive": True, "health_check_interval": 25,
    },
    "folder": {"polling_interval": 0.05},
}  # fmt: skip
QUORUM = {"x-queue-type": "quorum", "x-delivery-limit": 50}


def conf_for(scheme):
    """The settings as they are, as if for a broker of this scheme."""
    names = [*EXACT, *WITHIN, "task_soft_time_limit", "task_time_limit"]
    conf = {name: current_app.conf.get(name) for name in names}
    return conf | {
        "broker_url": f"{scheme}://localhost//",
        "broker_heartbeat": 30,
        "broker_transport_options": copy.deepcopy(GOOD[scheme]),
        "task_queues": [Queue("urgent", queue_arguments=dict(QUORUM))],
    }


def test_as_installed_all_is_well():
    assert check_celery() == []


@pytest.mark.parametrize("scheme", GOOD)
def test_on_every_broker_all_is_well(scheme):
    assert list(problems(conf_for(scheme))) == []


REVERTED = {"broker_connection_max_retries": 100, "result_backend": "rpc://"}


@pytest.mark.parametrize("name", EXACT)
def test_reverted_setting_is_refused(name):
    wanted = EXACT[name]
    reverted = REVERTED.get(name, not wanted if isinstance(wanted, bool) else "something else")
    [problem] = problems(conf_for("amqp") | {name: reverted})
    assert name in problem


@pytest.mark.parametrize("name", [*WITHIN, "task_soft_time_limit", "task_time_limit"])
@pytest.mark.parametrize("value", [None, 0, 10_000_000])
def test_missing_or_boundless_setting_is_refused(name, value):
    found = list(problems(conf_for("amqp") | {name: value}))
    assert any(name in problem for problem in found)


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        *((scheme, name) for scheme, key in SCHEMES.items() for name in TRANSPORT[key]),
        ("redis", "visibility_timeout"),
    ],
)
def test_transport_option_that_is_gone_is_refused(scheme, name):
    conf = conf_for(scheme)
    del conf["broker_transport_options"][name]
    [problem] = problems(conf)
    assert name in problem


@pytest.mark.parametrize(
    "arguments", [{}, {"x-queue-type": "quorum"}, QUORUM | {"x-queue-type": "classic"}]
)
def test_queue_that_would_drop_or_die_is_refused(arguments):
    conf = conf_for("amqp") | {"task_queues": [Queue("urgent", queue_arguments=arguments)]}
    assert list(problems(conf))


def test_heartbeat_that_is_off_is_refused():
    [problem] = problems(conf_for("amqp") | {"broker_heartbeat": 0})
    assert "broker_heartbeat" in problem


def test_lease_shorter_than_a_call_is_refused(settings):
    settings.LEASE_SECONDS = 10
    [problem] = problems(conf_for("folder"))
    assert "LEASE_SECONDS" in problem


def test_worker_with_a_reverted_setting_does_not_start():
    """The real worker: Celery's own fix-up would run the checks and go on."""
    program = (
        "from config.celery import app; app.conf.task_acks_late = False;"
        "app.worker_main(['worker', '--pool', 'solo'])"
    )
    worker = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert worker.returncode != 0
    assert "task_acks_late is False and must be True" in worker.stderr

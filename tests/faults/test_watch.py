"""Alive by its id and getting nothing done: noticed, ended, started again, told."""

import os
import signal
import time
from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.models import AuditEntry, Beat
from crisis.operations.models import Page
from crisis.staff.duty import Contact, assign_duty
from tests.support.faults import PROVIDER
from tests.support.processes import until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
DUTY_PHONE = "+6785550199"
PROMISED_S = 30.0


@pytest.fixture
def watched(scene, administrator):
    """`watched(stall_s=…)`: a worker and a sweep under the watcher, somebody on duty."""
    now = clock.now()
    assign_duty(
        user=administrator,
        post=None,
        begins_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=8),
        contact=Contact(phone=DUTY_PHONE),
        actor="test",
    )
    scene.stage.emulator(**PROVIDER | {"latency_ms": 5})

    def start(*, stall_s):
        arguments = ["manage.py", "watch", "--workers", "1", "--concurrency", "1"]
        scene.stage.start("watch", *arguments, GUIHANG_STALL_SECONDS=str(stall_s))
        until(lambda: is_up("worker") and is_up("sweep"), seconds=60, what="the first progress")
        return scene

    yield start
    scene.stage.kill("watch", signal.SIGTERM)


def beat(name):
    return Beat.objects.filter(name=name).first()


def is_up(name, *, instead_of=0):
    seen = beat(name)
    if not seen or seen.pid == instead_of or seen.detail["state"] != "up":
        return False
    return seen.detail.get("tick_s") is not None


def paged(scene):
    return [line for line in scene.lines("accepted") if line["to"] == DUTY_PHONE]


def stop_and_wait(scene, name):
    """SIGSTOP `name`; seconds until its successor works, and until the page was accepted."""
    stopped, pages = beat(name).pid, len(paged(scene))
    os.kill(stopped, signal.SIGSTOP)
    began = time.monotonic()
    until(lambda: beat(name).pid != stopped, seconds=PROMISED_S + 10, what=f"a new {name}")
    restarted = time.monotonic() - began
    until(lambda: len(paged(scene)) > pages, seconds=20, what="the page")
    told = time.monotonic() - began
    until(lambda: is_up(name, instead_of=stopped), seconds=40, what=f"the new {name}'s progress")
    assert not os.path.exists(f"/proc/{stopped}")
    return restarted, told


def assert_told(name):
    page = Page.objects.get(problem="process_stuck", where__startswith=f"{name}@")
    assert page.people == 1
    assert page.wave.kind == "duty"
    told = AuditEntry.objects.get(act="duty.paged", subject=f"page:{page.pk}")
    assert told.detail["problem"] == "process_stuck"
    assert DUTY_PHONE not in str(told.detail)


def test_stopped_worker_and_stopped_sweep_are_replaced_and_told(watched):
    scene = watched(stall_s=3)
    for name in ("worker", "sweep"):
        restarted, told = stop_and_wait(scene, name)
        assert restarted < 15
        assert told < 20
        assert_told(name)
    wave = scene.wave(30)
    scene.wait_settled(wave)
    accepted = scene.accepted()
    assert {accepted[delivery.address] for delivery in wave.deliveries.all()} == {1}


@pytest.mark.long
@pytest.mark.parametrize("name", ["worker", "sweep"])
def test_at_the_settings_of_production_it_takes_less_than_thirty_seconds(
    watched, record_figure, name
):
    scene = watched(stall_s=20)
    restarted, told = stop_and_wait(scene, name)
    record_figure(f"stopped_{name}.restarted_s", round(restarted, 1))
    record_figure(f"stopped_{name}.told_s", round(told, 1))
    assert restarted < PROMISED_S
    assert told < PROMISED_S

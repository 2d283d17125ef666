"""Children: started, started again with growing pauses, and none left behind."""

import os
import signal

import pytest

from config.kernel import supervisor as module
from config.kernel.supervisor import Child, Supervisor
from tests.support.processes import until

SLEEP = ["-c", "import threading; threading.Event().wait()"]
# It forks and waits, as a worker does with its pool.
FORKS = ["-c", "import os, threading; os.fork(); threading.Event().wait()"]
FAILS = ["-c", "raise SystemExit(3)"]


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def move(seconds):
        now[0] += seconds

    return move


def ended(child):
    until(lambda: child.process.poll() is not None, seconds=10, what="its end")


def test_what_dies_is_started_again_and_counted():
    with Supervisor([Child("a", "x", SLEEP)]) as house:
        [child] = house.children
        first = child.pid
        os.kill(first, signal.SIGKILL)
        ended(child)
        assert house.tend() == [child]
        assert child.pid != first
        assert child.deaths_within(60) == 1
    assert not child.is_alive


def test_one_that_cannot_start_waits_longer_each_time(clock):
    house = Supervisor([Child("a", "x", FAILS)])
    with house:
        [child] = house.children
        for pause in (0, 1, 2, 4, 8, 16, 30, 30):
            ended(child)
            started = house.tend()
            if pause:
                assert started == []
                clock(pause - 0.5)
                assert house.tend() == []
                clock(0.6)
                started = house.tend()
            assert started == [child]


def test_killing_one_that_is_stopped_ends_its_whole_group():
    with Supervisor([Child("a", "x", FORKS)]) as house:
        [child] = house.children
        group = child.pid
        until(lambda: len(members(group)) == 2, seconds=10, what="its fork")
        os.killpg(group, signal.SIGSTOP)
        house.kill(child)
        until(lambda: members(group) == [], seconds=10, what="the group's end")
        assert house.tend() == [child]


def test_leaving_ends_one_that_is_stopped(monkeypatch):
    monkeypatch.setattr(module, "STOP_SECONDS", 1.0)
    with Supervisor([Child("a", "x", SLEEP)]) as house:
        [child] = house.children
        os.kill(child.pid, signal.SIGSTOP)
    assert not child.is_alive
    assert not house.boards.exists()


def members(group):
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.getpgid(int(entry)) == group and not is_zombie(entry):
                found.append(int(entry))
        except ProcessLookupError:
            continue
    return found


def is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True

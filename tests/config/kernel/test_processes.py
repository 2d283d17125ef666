"""Processes that never outlive the one that started them, not even after kill -9."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support.processes import until

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""
CHILD = """
import threading
from config.kernel.processes import die_with_parent
die_with_parent()
print("ready", flush=True)
threading.Event().wait()
"""


def is_alive(pid: int) -> bool:
    """Whether `pid` still runs; one that only waits to be collected does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    everybody = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [pid for pid in everybody if is_alive(pid) and group_of(pid) == group]


def group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGTERM])
def test_child_dies_with_its_parent(sig):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "ready\n"
    assert is_alive(child)
    os.kill(parent.pid, sig)
    parent.wait()
    until(lambda: not is_alive(child), seconds=5, what="the child's end")


@pytest.mark.faults
def test_stage_runs_the_real_processes_and_leaves_none(stage):
    stage.emulator()
    stage.worker(concurrency=2)
    stage.sweep()
    stage.web()
    groups = [process.pid for process in stage.processes.values()]
    assert all(is_alive(pid) for pid in groups)
    stage.close()
    until(lambda: not any(members(group) for group in groups), seconds=5, what="the groups' end")


@pytest.mark.faults
def test_stage_sees_what_the_test_has_committed(stage, post):
    code = "from registry.models import Post; print(Post.objects.get().code)"
    stage.start("reader", "manage.py", "shell", "-c", code)
    until(lambda: "VLI" in stage.text("reader"), what="the post in another process")


INTERRUPTED = """
import signal
from config.kernel.processes import StopRequest
asked = StopRequest([signal.SIGALRM])
signal.setitimer(signal.ITIMER_REAL, 0.00005, 0.00005)
for _ in range(3_000):
    asked.wait(0.0001)
signal.setitimer(signal.ITIMER_REAL, 0)
print(asked.wait(0), asked.wait(0))
"""


def test_a_signal_in_the_middle_of_waiting_for_one_locks_nothing():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=30
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_no_signal_is_no_request():
    quiet = "from config.kernel.processes import StopRequest; print(StopRequest().wait(0.01))"
    done = subprocess.run([sys.executable, "-c", quiet], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "False", done.stderr

"""Processes that never outlive the one that started them, and that hear when to stop."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask for `sig` when the parent dies, even by kill -9.

    Linux does it in the kernel; elsewhere a thread watches the parent's id twice a second.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), sig)
        return
    threading.Thread(target=_watch, args=(parent, sig), daemon=True).start()


def _watch(parent: int, sig: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), sig)


class StopRequest:
    """Whether one of these signals has come. Make it in the main thread.

    The handler only puts into a queue whose `put` may interrupt itself. `threading.Event.set()`
    may not: a signal that comes while the main thread is inside `Event.wait()` would then wait
    for a lock that the interrupted thread holds, and the process would never end.
    """

    def __init__(self, numbers: Sequence[int] = (signal.SIGTERM, signal.SIGINT)) -> None:
        self._come: SimpleQueue[int] = SimpleQueue()
        for number in numbers:
            signal.signal(number, lambda came, _frame: self._come.put(came))

    def wait(self, seconds: float) -> bool:
        """True as soon as a signal has come, and ever after; False after `seconds`."""
        try:
            self._come.put(self._come.get(timeout=seconds))
        except Empty:
            return False
        return True

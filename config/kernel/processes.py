"""Processes that never outlive the one that started them."""

import ctypes
import os
import signal
import sys
import threading
import time

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

"""The processes of a drill, under the same supervisor and the same watcher as in production."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from config.kernel.errors import DomainError
from config.kernel.supervisor import Child
from config.kernel.supervisor import Supervisor as Processes
from crisis.drills.place import port_of
from crisis.operations import processes
from crisis.operations.watching import Watcher

START_SECONDS = 30.0
# A process that dies more often than this within a minute ends the drill.
RESTARTS = 5


class Supervisor:
    """Use as a context manager; leaving it stops every process."""

    def __init__(self, *, seed: int) -> None:
        self.processes = Processes(_children(seed), logs=Path(settings.VAR_DIR) / "logs")
        self.watcher = Watcher(self.processes)

    def __enter__(self) -> "Supervisor":
        self.processes.__enter__()
        self.watcher.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.watcher.__exit__()
        self.processes.__exit__()

    def wait_until_ready(self) -> None:
        """Until web, stream and emulator listen and a worker is ready.

        Raises DomainError not_started with the end of the log of whatever failed.
        """
        for name, ready in _READY.items():
            deadline = time.monotonic() + START_SECONDS
            while not ready():
                if not self.processes.child(name).is_alive or time.monotonic() > deadline:
                    raise DomainError("not_started", f"{name}:\n{self.processes.log_tail(name)}")
                time.sleep(0.05)

    def tend(self) -> list[str]:
        """Start again what has died or gets nothing done. Returns the names; call it every now and
        then. Raises DomainError keeps_dying."""
        restarted = self.watcher.turn()
        for name in restarted:
            if self.processes.child(name).deaths_within(60) > RESTARTS:
                raise DomainError("keeps_dying", f"{name}:\n{self.processes.log_tail(name)}")
        return restarted


def commands(seed: int) -> dict[str, list[str]]:
    """What each process is started with, by name."""
    return {child.name: child.command for child in _children(seed)}


def _children(seed: int) -> list[Child]:
    host = "127.0.0.1"
    return [
        processes.emulator(
            url=settings.TWILIO_URL,
            seed=seed,
            log=str(emulator_log()),
            app_url=settings.PUBLIC_URL,
        ),
        processes.web(f"{host}:{port_of(settings.PUBLIC_URL)}"),
        processes.stream(f"{host}:{port_of(settings.STREAM_URL)}"),
        processes.worker(concurrency=2, level="WARNING"),
        processes.sweep(),
    ]


def emulator_log() -> Path:
    """What the emulator accepted, one JSON line each."""
    return Path(settings.VAR_DIR) / "emulator.jsonl"


def worker_ready_mark() -> Path:
    """Written by the worker when it takes tasks (config.celery)."""
    return Path(settings.VAR_DIR) / "worker.ready"


def _listens(url: str) -> Callable[[], bool]:
    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port_of(url))) == 0

    return listens


_READY: dict[str, Callable[[], bool]] = {
    "emulator": lambda: _listens(settings.TWILIO_URL)(),
    "web": lambda: _listens(settings.PUBLIC_URL)(),
    "stream": lambda: _listens(settings.STREAM_URL)(),
    "worker": lambda: worker_ready_mark().exists(),
}

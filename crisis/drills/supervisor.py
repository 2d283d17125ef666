"""One parent for all processes: it starts them, restarts what dies, and leaves none behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from config.kernel.errors import DomainError
from config.kernel.processes import die_with_parent
from crisis.drills.place import port_of

STOP_SECONDS = 10.0
START_SECONDS = 30.0
# A process that dies more often than this within a minute is not started again.
RESTARTS = 5


@dataclass(slots=True)
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)


class Supervisor:
    """Use as a context manager; leaving it stops every process."""

    def __init__(self, *, seed: int) -> None:
        self.logs = Path(settings.VAR_DIR) / "logs"
        self.children = [Child(name, command) for name, command in commands(seed).items()]

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        for child in self.children:
            self._start(child)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.process.wait()

    def _start(self, child: Child) -> None:
        with (self.logs / f"{child.name}.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops in order.
            child.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *child.command],
                cwd=settings.BASE_DIR,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def wait_until_ready(self) -> None:
        """Until web, stream and emulator listen and a worker is ready.

        Raises DomainError not_started with the end of the log of whatever failed.
        """
        for name, ready in _READY.items():
            deadline = time.monotonic() + START_SECONDS
            while not ready():
                if not self.is_alive(name) or time.monotonic() > deadline:
                    raise DomainError("not_started", f"{name}:\n{self.log_tail(name)}")
                time.sleep(0.05)

    def is_alive(self, name: str) -> bool:
        process = self._child(name).process
        return process is not None and process.poll() is None

    def tend(self) -> list[str]:
        """Start again what has died. Returns the names; call it every now and then."""
        restarted = []
        now = time.monotonic()
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            child.deaths = [*(t for t in child.deaths if t > now - 60), now]
            if len(child.deaths) > RESTARTS:
                raise DomainError("keeps_dying", f"{child.name}:\n{self.log_tail(child.name)}")
            self._start(child)
            restarted.append(child.name)
        return restarted

    def log_tail(self, name: str, lines: int = 15) -> str:
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)


def _signal(child: Child, number: signal.Signals) -> None:
    """SIGTERM goes to the process, which ends its own children; SIGKILL to the whole group."""
    if child.process is None or child.process.poll() is not None:
        return
    if number == signal.SIGKILL:
        os.killpg(child.process.pid, number)
    else:
        child.process.send_signal(number)


def commands(seed: int) -> dict[str, list[str]]:
    """What each process is started with, by name."""
    host = "127.0.0.1"
    web, stream = port_of(settings.PUBLIC_URL), port_of(settings.STREAM_URL)
    emulator = port_of(settings.TWILIO_URL)
    return {
        "emulator": [
            "-m", "notifications.emulator", "--port", str(emulator), "--seed", str(seed),
            "--log", str(emulator_log()), "--app-url", settings.PUBLIC_URL,
            "--parent", str(os.getpid()),
        ],
        "web": [
            "-m", "gunicorn", "config.wsgi", "--bind", f"{host}:{web}", "--workers", "2",
            "--threads", "4", "--graceful-timeout", "5", "--no-control-socket",
        ],
        "stream": [
            "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(stream),
            "--timeout-graceful-shutdown", "2", "--log-level", "warning",
        ],
        "worker": [
            "-m", "celery", "--app", "config", "worker", "--concurrency", "2",
            "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
        ],
        "sweep": ["manage.py", "sweep"],
    }  # fmt: skip


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

"""Real processes around the test database: emulator, workers, sweep and web, for tests that kill.

They speak to the database and broker of this test (a transactional one: they must see what the
test has committed) and they die when the test ends, or when the test process does.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from config.kernel.processes import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUES = ("urgent", "ordinary", "upkeep")


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(predicate: Callable[[], Any], *, seconds: float = 30, what: str = "") -> Any:
    """Wait until `predicate()` is true and return it; fail the test after `seconds`."""
    end = time.monotonic() + seconds
    pause = Event()
    while not (answer := predicate()):
        if time.monotonic() > end:
            pytest.fail(f"{what or predicate} did not come within {seconds:g} s")
        pause.wait(0.02)
    return answer


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def database_url() -> str:
    """DATABASE_URL of the test database (not of the one it was cloned beside)."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"] or 5432
    user, password = connection.settings_dict["USER"], connection.settings_dict["PASSWORD"]
    return f"postgres://{user}:{password}@{host}:{port}/{name}"


class Stage:
    """The processes of one test. `stage.worker()`, `stage.kill("worker")`, `stage.emulator()`."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = Path(settings.VAR_DIR) / "logs"
        self.emulator_port, self.web_port = free_port(), free_port()
        self.emulator_url = f"http://127.0.0.1:{self.emulator_port}"
        self.web_url = f"http://127.0.0.1:{self.web_port}"
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
            "GUIHANG_PUBLIC_URL": self.web_url,
            "GUIHANG_TWILIO_URL": self.emulator_url,
            "GUIHANG_WECHAT_URL": self.emulator_url,
            "GUIHANG_LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
        }

    # -- Starting and ending -----------------------------------------------------------

    def start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Run `python ARGUMENTS` under `name`, in a process group of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.processes[name] = process
        return process

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def text(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")

    def wait_for(self, name: str, ready: Callable[[], Any], *, seconds: float = 30) -> None:
        """Wait until `name` is ready; if it ends or is late, show the end of its log."""
        process, end, pause = self.processes[name], time.monotonic() + seconds, Event()
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(
                    f"{name} did not start (exit {process.poll()}):\n{self.text(name)[-3000:]}"
                )
            pause.wait(0.02)

    def kill(self, name: str, sig: int = signal.SIGKILL) -> None:
        """Send `sig` to the whole group of `name`, children included, and wait for its end."""
        process = self.processes.pop(name)
        signal_group(process, sig)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
            process.wait(5)

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        forget_queues()
        shutil.rmtree(self.logs, ignore_errors=True)

    # -- The processes of the house ------------------------------------------------------

    @property
    def record(self) -> Path:
        """The emulator's append-only log of what it accepted, one JSON object a line."""
        return self.logs / "emulator.jsonl"

    def emulator(self, **knobs: object) -> str:
        """Start the gateway emulator with these knobs turned; returns its address."""
        turned = [part for name, value in knobs.items() for part in ("--knob", f"{name}={value}")]
        places = ["--log", str(self.record), "--app-url", self.web_url]
        port = ["--port", str(self.emulator_port)]
        self.start("emulator", "-m", "notifications.emulator", *port, *places, *turned)
        self.wait_for("emulator", lambda: listens(self.emulator_port))
        return self.emulator_url

    def worker(self, name: str = "worker", *, concurrency: int = 1, **environment: str) -> None:
        """A real prefork worker on every queue, ready when this returns."""
        pool = ["--pool", "prefork", "--concurrency", str(concurrency)]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        # Two runs at once share a broker, on which a node's name is taken once.
        options = ["--hostname", f"{name}.{settings.QUEUE_PREFIX}@%h", *pool, *quiet]
        before = self.text(name).count(" ready.") if self.log(name).exists() else 0
        self.start(name, "-m", "celery", "--app", "config", "worker", *options, **environment)
        self.wait_for(name, lambda: self.text(name).count(" ready.") > before)

    def sweep(self, name: str = "sweep", **environment: str) -> None:
        self.start(name, "manage.py", "sweep", **environment)

    def web(self, **environment: str) -> str:
        """Pages, API and webhooks under gunicorn, as in production; returns the address."""
        options = ["--bind", f"127.0.0.1:{self.web_port}", "--workers", "1", "--threads", "4"]
        self.start("web", "-m", "gunicorn", "config.wsgi", *options, **environment)
        self.wait_for("web", lambda: listens(self.web_port))
        return self.web_url


def signal_group(process: subprocess.Popen[bytes], sig: int) -> None:
    try:
        os.killpg(process.pid, sig)
    except ProcessLookupError:
        return


def forget_queues() -> None:
    """Remove this run's queues from a broker that would keep them."""
    from config.celery import app

    if not settings.CELERY_BROKER_URL.startswith(("amqp", "pyamqp")):
        shutil.rmtree(settings.BROKER_DIR, ignore_errors=True)
        for folder in ("messages", "control"):
            (settings.BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
        return
    with app.connection_for_write() as broker:
        channel = broker.default_channel
        for queue in app.amqp.queues.values():
            queue.bind(channel).delete()
            channel.exchange_delete(queue.exchange.name)
        channel.exchange_delete(f"{settings.QUEUE_PREFIX}.events")

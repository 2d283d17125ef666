"""The processes of a benchmark: started, waited for, measured and always ended."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from config.kernel.processes import die_with_parent

Process = subprocess.Popen[bytes]
START_SECONDS = 60.0
STOP_SECONDS = 15.0
# That hand over: one more than cores, so that another works while one waits for a commit.
PROCESSES = 3
WORKER = ("worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")


@contextmanager
def running(name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python ARGUMENTS` while the block runs; its output goes to NAME.log."""
    with (Path(settings.VAR_DIR) / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def worker(app: str, *options: str, count: int = PROCESSES) -> Iterator[subprocess.Popen[bytes]]:
    """A prefork worker of the Celery application `app`, `count` processes, ready for work."""
    ready = Path(settings.VAR_DIR) / "worker.ready"
    ready.unlink(missing_ok=True)
    name = f"worker-{app.rpartition('.')[2]}"
    command = ("-m", "celery", "--app", app, *WORKER, "--concurrency", str(count), *options)
    with running(name, *command) as process:
        wait_until(ready.exists, name)
        yield process


@contextmanager
def gateway(*, latency_ms: float = 0.0, receipts: int = 0) -> Iterator["GatewayClient"]:
    """`receipts`: how many connections push one for each message while more are coming."""
    client = GatewayClient(settings.TWILIO_URL)
    options = (
        "--port",
        str(urlsplit(settings.TWILIO_URL).port),
        "--account",
        settings.TWILIO_ACCOUNT,
        "--latency-ms",
        str(latency_ms),
        "--receipts",
        str(receipts),
    )
    with running("gateway", "-m", "benchmarks.support.gateway", *options) as process:
        client.pid = process.pid
        wait_until(client.answers, "gateway")
        yield client


class GatewayClient:
    """Asks the gateway what it accepted."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.pid = 0

    def count(self) -> dict[str, Any]:
        return self._ask("GET", "/count")

    def forget(self) -> None:
        self._ask("POST", "/forget")

    def answers(self) -> bool:
        try:
            return bool(self.count())
        except OSError:
            return False

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            connection.request(method, path)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def wait_for(self, messages: int, *, quiet_s: float = 30.0) -> dict[str, Any]:
        """Until so many were accepted, or none was for `quiet_s`: then something is lost, and the
        figures shall say so."""
        seen, since = 0, time.monotonic()
        while (counted := self.count())["accepted"] < messages:
            if counted["accepted"] != seen:
                seen, since = counted["accepted"], time.monotonic()
            if time.monotonic() - since > quiet_s:
                break
            time.sleep(0.1)
        time.sleep(0.3)  # whatever comes twice would come now
        return self.count()


def wait_until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            log = Path(settings.VAR_DIR) / f"{what}.log"
            sys.exit(f"{what} did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


def peak_rss_mib(parent: int) -> float:
    """The largest resident set that any child of `parent` ever had, in MiB; 0 without /proc."""
    statuses = map(_facts, Path("/proc").glob("[0-9]*/status"))
    return max(
        (_peak_mib(facts) for facts in statuses if f"PPid:\t{parent}\n" in facts), default=0.0
    )


def _peak_mib(facts: str) -> float:
    lines = (line for line in facts.splitlines() if line.startswith("VmHWM:"))
    return max((round(int(line.split()[1]) / 1024, 1) for line in lines), default=0.0)


def own_peak_mib() -> float:
    """The largest resident set of this process since its program was loaded, in MiB; 0 without
    /proc. (What `getrusage` tells counts that of the process which started it.)"""
    return _peak_mib(_facts(Path("/proc/self/status")))


def children_of(parent: int) -> list[int]:
    """The processes whose parent is `parent`."""
    found = Path("/proc").glob("[0-9]*/status")
    return [int(s.parent.name) for s in found if f"PPid:\t{parent}\n" in _facts(s)]


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of processor time that these processes, and their children that ended, have used;
    0 for one that is gone."""
    used = 0.0
    for pid in pids:
        with suppress(OSError):
            used += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
            ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
            used += sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
    return used


def backends() -> list[int]:
    """PostgreSQL's processes for our database; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return [pid for (pid,) in cursor.fetchall()]


def _facts(status: Path) -> str:
    try:
        return status.read_text()
    except OSError:  # it ended while we looked
        return ""

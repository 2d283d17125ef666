"""The processes of the house as children of a supervisor: one table for drills and production."""

import os
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from config.kernel.supervisor import Child

LOOPBACK = "127.0.0.1"


def worker(name: str = "worker", *, concurrency: int, level: str = "INFO") -> Child:
    """A worker on every queue. Its node name says the host, so that two hosts do not clash."""
    command = [
        "-m", "celery", "--app", "config", "worker", "--hostname", f"{name}@%h",
        "--concurrency", str(concurrency), "--without-gossip", "--without-mingle",
        "--loglevel", level,
    ]  # fmt: skip
    return Child(name, "worker", command, marks=True)


def workers(count: int, *, concurrency: int) -> list[Child]:
    names = ["worker"] if count == 1 else [f"worker{n}" for n in range(1, count + 1)]
    return [worker(name, concurrency=concurrency) for name in names[:count]]


def sweep() -> Child:
    return Child("sweep", "sweep", ["manage.py", "sweep"], marks=True)


def beat() -> Child:
    """Rings for what is done by the clock: retention, and asking people to confirm. Two of them
    ring twice, which does no harm."""
    command = ["-m", "celery", "--app", "config", "beat", "--pidfile", "", "--loglevel", "WARNING"]
    return Child("beat", "beat", command)


def web(bind: str, *, processes: int = 2, threads: int = 4) -> Child:
    """`bind` is HOST:PORT."""
    command = [
        "-m", "gunicorn", "config.wsgi", "--bind", bind, "--workers", str(processes),
        "--threads", str(threads), "--graceful-timeout", "5", "--no-control-socket",
    ]  # fmt: skip
    return Child("web", "web", command)


def stream(bind: str) -> Child:
    host, _, port = bind.rpartition(":")
    command = [
        "-m", "uvicorn", "config.asgi:application", "--host", host or LOOPBACK, "--port", port,
        "--timeout-graceful-shutdown", "2", "--log-level", "warning",
    ]  # fmt: skip
    return Child("stream", "stream", command)


def emulator(*, url: str, seed: int, log: str, app_url: str) -> Child:
    port = urlsplit(url).port or 80
    command = [
        "-m", "notifications.emulator", "--port", str(port), "--seed", str(seed), "--log", log,
        "--app-url", app_url, "--parent", str(os.getpid()),
    ]  # fmt: skip
    return Child("emulator", "emulator", command)


def answers(address: tuple[str, int], *, timeout: float = 5.0) -> bool:
    """Whether an HTTP server there says anything at all. A page of an error is an answer: that the
    database is away is no reason to end a web server. Raises OSError."""
    with socket.create_connection(address, timeout) as connection:
        connection.settimeout(timeout)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return bool(connection.recv(1))


def address_of(child: Child) -> tuple[str, int] | None:
    """Where a child of `kind` web or stream listens."""
    arguments: Sequence[str] = child.command
    if child.kind == "web":
        host, _, port = arguments[arguments.index("--bind") + 1].rpartition(":")
    elif child.kind == "stream":
        host = arguments[arguments.index("--host") + 1]
        port = arguments[arguments.index("--port") + 1]
    else:
        return None
    return (LOOPBACK if host in ("", "0.0.0.0") else host, int(port))  # noqa: S104 - compared only

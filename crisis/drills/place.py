"""A drill's own place: folder, database, queues, ports and keys of the gateways.

The command that starts a drill becomes a new process with this environment, so nothing of the
installation it was started from is reachable: not its database, its queues or its gateways.
"""

import fcntl
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

INSIDE = "GUIHANG_DRILL"
PORTS = {"web": 8000, "stream": 8001, "emulator": 8002}


def is_inside() -> bool:
    """Whether this process runs in a drill's place already."""
    return INSIDE in os.environ


def new_environment() -> dict[str, str]:
    """The environment of a fresh place: what is there of an ended one is removed."""
    name = f"drill_{os.getpid()}"
    folder = settings.VAR_DIR / "drills" / str(os.getpid())
    _remove_ended(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "static").mkdir(parents=True)
    ports = _free_ports()
    address = "http://127.0.0.1:{}".format
    return os.environ | {
        INSIDE: name,
        "GUIHANG_MODE": "drill",
        # What suits the outer installation's own address and time does not suit this place.
        "GUIHANG_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "GUIHANG_CLOCK": "",
        "GUIHANG_VAR_DIR": str(folder),
        "GUIHANG_BROKER_DIR": str(folder / "broker"),
        "GUIHANG_QUEUE_PREFIX": name,
        "DATABASE_URL": _database_url(folder, name),
        "GUIHANG_PUBLIC_URL": address(ports["web"]),
        "GUIHANG_STREAM_URL": address(ports["stream"]),
        "GUIHANG_TWILIO_URL": address(ports["emulator"]),
        "GUIHANG_WECHAT_URL": address(ports["emulator"]),
        "GUIHANG_TWILIO_ACCOUNT": "AC" + secrets.token_hex(16),
        "GUIHANG_TWILIO_TOKEN": secrets.token_hex(16),
        "GUIHANG_TWILIO_SENDER": "+15005550006",
        "GUIHANG_WECHAT_APPID": "wx" + secrets.token_hex(8),
        "GUIHANG_WECHAT_SECRET": secrets.token_hex(16),
        "GUIHANG_WECHAT_CALLBACK_TOKEN": secrets.token_hex(16),
        "GUIHANG_WECHAT_AES_KEY": secrets.token_hex(22)[:43],
        "GUIHANG_WECHAT_TEMPLATE": "drill-template",
        "GUIHANG_LOG_LEVEL": os.environ.get("GUIHANG_LOG_LEVEL", "WARNING"),
    }


def port_of(url: str) -> int:
    return urlsplit(url).port or 80


def _free_ports() -> dict[str, int]:
    """The usual ports, or any other where one is listened on or kept by another drill."""
    return {name: usual if _keep(usual) else _any_port() for name, usual in PORTS.items()}


def _any_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if _keep(port):
            return port


def _keep(port: int) -> bool:
    """Keep a port for this drill until it ends, if nobody has it.

    Two drills that start together would both find it free, and one would then speak to the
    other's processes. The lock lives as long as the descriptor, which the drill's own process
    inherits and its children do not.
    """
    path = Path(tempfile.gettempdir()) / f"guihang-port-{port}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except OSError:
        os.close(descriptor)
        return False
    os.set_inheritable(descriptor, True)
    return True


def _database_url(folder: Path, name: str) -> str:
    if settings.SQLITE:
        return f"sqlite:///{folder / 'drill.sqlite3'}"
    with _maintenance() as (connection, parts):
        for ended in [*_ended(folder.parent), folder]:  # killed ones could not clear after them
            _drop(connection, f"guihang_drill_{ended.name}")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"guihang_{name}")))
    return urlunsplit(parts._replace(path=f"/guihang_{name}"))


@contextmanager
def _maintenance() -> Iterator[tuple[psycopg.Connection[tuple[object, ...]], SplitResult]]:
    """A connection to the server's maintenance database, from our own DATABASE_URL."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection, parts


def clear() -> None:
    """After a drill: its queues and, on PostgreSQL, its database. The folder stays to be read."""
    from config.celery import app

    if app.conf.broker_url.startswith(("amqp", "pyamqp")):
        with app.connection_for_write() as broker:
            for queue in app.amqp.queues.values():
                queue.bind(broker.default_channel).delete()
            for exchange in ("work", "events"):
                broker.default_channel.exchange_delete(f"{settings.QUEUE_PREFIX}.{exchange}")
    if not settings.SQLITE:
        with _maintenance() as (connection, _):
            _drop(connection, f"guihang_{os.environ[INSIDE]}")


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database with our own sessions in it. Not WITH (FORCE): that is refused while
    autovacuum, which is not ours, is in there; a plain DROP sends autovacuum away by itself."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user",
        [name],
    )
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _remove_ended(drills: Path) -> None:
    """Folders of drills whose process is gone, but for the newest, which may still be read."""
    for folder in sorted(_ended(drills), key=lambda f: f.stat().st_mtime)[:-1]:
        shutil.rmtree(folder, ignore_errors=True)


def _ended(drills: Path) -> list[Path]:
    return [folder for folder in drills.glob("[0-9]*") if not Path(f"/proc/{folder.name}").exists()]

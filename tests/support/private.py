"""An installation of a test's own, beside the one of the suite: its servers may be killed."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.db import connections

from tests.support.keeper import Keeper
from tests.support.processes import ROOT, Stage, free_port
from tests.support.servers import Postgres, Rabbit, absent

SQLITE = {"transaction_mode": "IMMEDIATE", "timeout": 30}


@dataclass(frozen=True)
class Place:
    """The processes, who keeps them, and the servers there are."""

    stage: Stage
    keeper: Keeper
    postgres: Postgres | None = None
    rabbit: Rabbit | None = None


@contextmanager
def database(url: str) -> Iterator[None]:
    """This thread's connection goes to `url` meanwhile."""
    before, kept = connections["default"], connections.settings["default"]
    parsed: Any = dj_database_url.parse(url)
    options = SQLITE if url.startswith("sqlite") else {}
    connections.settings["default"] = kept | {"OPTIONS": options} | parsed
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = kept
        connections["default"] = before


@contextmanager
def servers(*, broker: bool = True) -> Iterator[Place]:
    """PostgreSQL and, with `broker`, RabbitMQ; without, the address of nothing."""
    if missing := absent():
        pytest.skip(missing)
    with ExitStack() as end:
        folder = Path(end.enter_context(tempfile.TemporaryDirectory(prefix="guihang-fire-")))
        postgres = Postgres(folder)
        end.callback(postgres.kill)
        rabbit = Rabbit(folder) if broker else None
        if rabbit is not None:
            end.callback(rabbit.close)
        # Last come, first gone: nobody starts a server again that is being closed.
        keeper = end.enter_context(_keeper())
        for server in (postgres, rabbit):
            if server is not None:
                keeper.keep(server.name, server.start, server.lives)
        postgres.wait_ready()
        stage = end.enter_context(_installed(postgres.url, keeper))
        url = rabbit.url if rabbit else f"amqp://guest:guest@127.0.0.1:{free_port()}//"
        stage.environment["CELERY_BROKER_URL"] = url
        if rabbit is not None:
            rabbit.wait_ready()
        yield Place(stage, keeper, postgres, rabbit)


@contextmanager
def embedded() -> Iterator[Place]:
    """SQLite and the broker that needs no server."""
    with ExitStack() as end:
        folder = Path(end.enter_context(tempfile.TemporaryDirectory(prefix="guihang-fire-")))
        keeper = end.enter_context(_keeper())
        stage = end.enter_context(_installed(f"sqlite:///{folder / 'fire.sqlite3'}", keeper))
        stage.environment["CELERY_BROKER_URL"] = "folder://localhost//"
        stage.environment["GUIHANG_BROKER_DIR"] = str(folder / "broker")
        yield Place(stage, keeper)


@contextmanager
def _keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    try:
        yield keeper
    finally:
        keeper.close()


@contextmanager
def _installed(url: str, keeper: Keeper) -> Iterator[Stage]:
    """The tables are there, and this process looks at them too."""
    with database(url):
        stage = Stage()
        stage.environment["DATABASE_URL"] = url
        try:
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env=stage.environment,
                check=True,
            )
            yield stage
        finally:
            keeper.close()
            stage.close()

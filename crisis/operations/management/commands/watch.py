"""`manage.py watch`: run this host's processes, and see to it that they get something done."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.kernel.processes import StopRequest, die_with_parent
from config.kernel.supervisor import Child, Supervisor
from crisis.operations import processes
from crisis.operations.watching import Watcher

TURN_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Start and watch workers and sweep; restart what gets nothing done; page the duty roster."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=1, help="0 for none on this host")
        parser.add_argument("--concurrency", type=int, default=2, help="processes a worker")
        parser.add_argument(
            "--no-sweep", action="store_true", help="where another host sweeps and beats"
        )
        parser.add_argument("--web", metavar="HOST:PORT", help="serve the pages too")
        parser.add_argument("--stream", metavar="HOST:PORT", help="serve the event stream too")
        parser.add_argument("--host", default="", help="the name in rows and pages")

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        _refuse_an_older_database()
        asked = StopRequest()
        supervisor = Supervisor(_children(options))
        with supervisor, Watcher(supervisor, host=options["host"]) as watcher:
            while not asked.wait(TURN_SECONDS):
                watcher.turn()


def _refuse_an_older_database() -> None:
    """Code and rows of different versions may miss each other without an error: a place that is
    numbered otherwise is found by nobody."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError(
            f"数据库缺 {len(missing)} 项迁移，请先运行 manage.py migrate /"
            f" the database lacks {len(missing)} migrations: run manage.py migrate first."
        )


def _children(options: dict[str, Any]) -> list[Child]:
    chosen = processes.workers(options["workers"], concurrency=options["concurrency"])
    if not options["no_sweep"]:
        chosen += [processes.sweep(), processes.beat()]
    if options["web"]:
        chosen.append(processes.web(options["web"]))
    if options["stream"]:
        chosen.append(processes.stream(options["stream"]))
    return chosen

"""`manage.py drill SCENARIO`: the identical path on a database, a clock and queues of its own."""

import os
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from config.kernel.errors import DomainError
from config.kernel.processes import die_with_parent
from crisis.drills import place
from crisis.drills.scenarios import SCENARIOS, scenario_named
from crisis.drills.session import run_drill
from registry.generator import check_numbers


class Command(BaseCommand):
    help = "Run a drill: " + ", ".join(SCENARIOS)
    # The drill's own database is checked once it is there.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", help=", ".join(SCENARIOS))
        parser.add_argument("--people", type=int, default=20_000, help="synthetic people worldwide")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same drill")
        parser.add_argument("--speed", type=float, default=60, help="scenario seconds a second")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
        parser.add_argument("--once", action="store_true", help="end when all has settled")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            scenario = scenario_named(options["scenario"])
            # Refused before a place is made, so that nothing has to be cleared away.
            if not 1 <= options["speed"] <= 600:
                raise CommandError("--speed 必须在 1 到 600 之间 / must be between 1 and 600")
            check_numbers(options["people"], scenario.focus)
            if not place.is_inside():
                become_inside()
            self._run(scenario, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        except KeyboardInterrupt:
            self.stdout.write("")

    def _run(self, scenario: Any, options: dict[str, Any]) -> None:
        # Told to end by whoever started us, we end as by Ctrl-C: every process with us.
        # A shell that starts us in the background has SIGINT ignored; we want it all the same.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler)
        die_with_parent(signal.SIGTERM)
        run_drill(
            scenario,
            people=options["people"],
            seed=options["seed"],
            speed=options["speed"],
            once=options["once"],
            report=options["json"],
        )


def become_inside() -> NoReturn:
    """Become the same command in a place of its own; no process of the old one stays."""
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], place.new_environment())  # noqa: S606

"""Run the sweep until told to stop."""

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.kernel import progress, sweep
from config.kernel.errors import DomainError
from config.kernel.installation import hold_at_start
from config.kernel.processes import StopRequest, die_with_parent

PAUSE_SECONDS = 0.1
AFTER_FAILURE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Finish what others left unfinished: batches, in-doubt sends, inbox, timers, outbox."

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        try:
            hold_at_start()
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        asked, stop = StopRequest(), threading.Event()
        lanes = [
            # Daemons: a lane that hangs in a dead broker must not keep the process from ending.
            threading.Thread(target=run_lane, args=(lane, number, stop), name=lane, daemon=True)
            for number, lane in enumerate(sweep.lanes())
        ]
        for lane in lanes:
            lane.start()
        while not asked.wait(PAUSE_SECONDS):
            progress.tick()
            if not all(lane.is_alive() for lane in lanes):
                raise SystemExit("a lane of the sweep has died; its last words stand above")
        stop.set()
        for lane in lanes:
            lane.join(timeout=5)


def run_lane(lane: str, number: int, stop: threading.Event) -> None:
    """Run `lane` as hand `number` of this process, so that its watcher sees whether it moves."""
    progress.be_hand(number)
    while not stop.wait(PAUSE_SECONDS):
        progress.begin()
        try:
            sweep.run_due(lane)
        except ExceptionGroup:  # already logged step by step; the database may come back
            stop.wait(AFTER_FAILURE_SECONDS)
        progress.end()

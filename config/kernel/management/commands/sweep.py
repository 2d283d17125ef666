"""Run the sweep until told to stop."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from config.kernel import sweep
from config.kernel.processes import die_with_parent

log = logging.getLogger("guihang.sweep")
PAUSE_SECONDS = 0.1
AFTER_FAILURE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Finish what others left unfinished: batches, in-doubt sends, inbox, timers, outbox."

    def handle(self, *args: Any, **options: Any) -> None:
        die_with_parent()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.wait(PAUSE_SECONDS):
            try:
                sweep.run_due()
            except ExceptionGroup:  # already logged step by step; the database may come back
                stop.wait(AFTER_FAILURE_SECONDS)

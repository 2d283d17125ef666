"""The Celery application: the bell that wakes workers.

The database is the queue; a message here only says «look at batch 17 now».
Why each setting has its value: docs/reliability.md.
"""

import gc
import os
import sys
from typing import Any

from celery import Celery, Task, bootsteps
from celery.signals import (
    beat_init,
    setup_logging,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_ready,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("guihang")
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks()

TICK_SECONDS = 1.0


class Tick(bootsteps.StartStopStep):
    """Marks each second that the worker's loop turns. The timer is the loop's own, so a loop that
    hangs marks nothing; it is set anew with every connection to the broker."""

    requires = {"celery.worker.consumer:Connection"}
    entry: Any = None

    def start(self, parent: Any) -> None:
        from config.kernel import progress

        if parent.hub is not None:  # else the timer is a thread, which would turn for ever
            self.entry = parent.timer.call_repeatedly(TICK_SECONDS, progress.tick)

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None


app.steps["consumer"].add(Tick)


@setup_logging.connect
def _use_django_logging(**_: object) -> None:
    """Leave logging as Django has set it; Celery's own set-up would print task arguments."""


@beat_init.connect
@worker_init.connect
def _hold_at_start(**_: object) -> None:
    """Celery runs Django's checks and goes on whatever they say; this ends the worker, or beat."""
    from config.kernel.errors import DomainError
    from config.kernel.installation import hold_at_start

    try:
        hold_at_start()
    except DomainError as refusal:
        sys.exit(f"归航 Guihang cannot start: {refusal.message}")


@beat_init.connect
@worker_process_init.connect
def _die_with_parent(**_: object) -> None:
    from config.kernel.processes import die_with_parent

    die_with_parent()


@worker_process_init.connect
def _be_a_hand(**_: object) -> None:
    """A child has the number of its place in the pool, as the one had that it replaces."""
    from billiard import current_process

    from config.kernel import progress

    progress.be_hand(current_process().index)


@task_prerun.connect
def _begin(**_: object) -> None:
    from config.kernel import progress

    progress.begin()


@task_postrun.connect
def _end(**_: object) -> None:
    from config.kernel import progress

    progress.end()


@worker_process_init.connect
def _freeze_garbage(**_: object) -> None:
    """What was imported stays for good: the collector need not walk it again and again while
    thousands of rows come and go. A third of the CPU of expanding an audience."""
    gc.freeze()


@task_prerun.connect
def _check_connection(task: Task, **_: object) -> None:
    """Connections are kept from task to task (CELERY_DB_REUSE_MAX): one that broke meanwhile is
    given up here, as Django does between requests."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()


@worker_ready.connect
def _say_ready(**_: object) -> None:
    """Leave a mark that whoever started the worker can wait for."""
    from django.conf import settings

    (settings.VAR_DIR / "worker.ready").touch()

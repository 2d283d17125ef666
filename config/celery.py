"""The Celery application: the bell that wakes workers.

The database is the queue; a message here only says «look at batch 17 now».
Why each setting has its value: docs/reliability.md.
"""

import gc
import os

from celery import Celery, Task
from celery.signals import setup_logging, task_prerun, worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("guihang")
app.config_from_object("config.celeryconfig")
app.autodiscover_tasks()


@setup_logging.connect
def _use_django_logging(**_: object) -> None:
    """Leave logging as Django has set it; Celery's own set-up would print task arguments."""


@worker_process_init.connect
def _die_with_parent(**_: object) -> None:
    from config.kernel.processes import die_with_parent

    die_with_parent()


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

"""The Celery application: the bell that wakes workers.

The database is the queue; a message here only says «look at batch 17 now».
Why each setting has its value: docs/reliability.md.
"""

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready

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


@worker_ready.connect
def _say_ready(**_: object) -> None:
    """Leave a mark that whoever started the worker can wait for."""
    from django.conf import settings

    (settings.VAR_DIR / "worker.ready").touch()

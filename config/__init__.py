"""Settings, the Celery application and the process entry points."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

"""What beat wakes."""

from celery import current_app, shared_task

from config.kernel import retention

RETENTION = "kernel.retention"
# Then the rest gets in line again, behind whatever an incident needs.
AT_A_TIME_S = 1.0


@shared_task(name=RETENTION)
def keep_no_longer() -> None:
    """Apply the rules of retention for a second; harmless when nothing is due."""
    if not retention.run(budget_s=AT_A_TIME_S).finished:
        current_app.send_task(RETENTION)

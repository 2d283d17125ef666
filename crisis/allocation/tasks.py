"""What the bell wakes."""

from celery import shared_task

from crisis.allocation.services import running


# Seconds: 40 to think about the largest operation, and time to read and write its people.
@shared_task(name=running.MAKE, soft_time_limit=120, time_limit=130)
def make_plan(run_id: int) -> None:
    """Make a plan that was asked for; harmless when another has it or it is done."""
    running.make_plan(run_id)

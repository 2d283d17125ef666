"""What the bell wakes."""

from celery import shared_task

from crisis.allocation.services import running


@shared_task(name=running.MAKE)
def make_plan(run_id: int) -> None:
    """Make a plan that was asked for; harmless when another has it or it is done."""
    running.make_plan(run_id)

"""What the bell wakes."""

from celery import shared_task

from notifications.bell import SEND_BATCH
from notifications.services import sending


@shared_task(name=SEND_BATCH)
def send_batch(batch_id: int) -> None:
    """Hand one batch over; harmless when another has it or it is done."""
    sending.send_batch(batch_id)

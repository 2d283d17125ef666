"""What the bell wakes."""

from celery import shared_task

from notifications.bell import SEND_BATCH
from notifications.services import following, sending


@shared_task(name=SEND_BATCH)
def send_batch(batch_id: int) -> None:
    """Hand one batch over; harmless when another has it or it is done."""
    sending.send_batch(batch_id)


@shared_task(name=following.FOLLOW)
def follow(wave_id: int) -> None:
    """Add to a later wave whom the earlier ones reached; harmless when it is done."""
    following.continue_following(wave_id)

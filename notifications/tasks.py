"""What the bell wakes."""

from celery import shared_task

from notifications.bell import SEND_BATCH
from notifications.services import following, sending

# A task told to end has ten seconds (worker_soft_shutdown_timeout), and ends with a batch.
GOES_ON_FOR_S = 5.0


@shared_task(name=SEND_BATCH)
def send_batch(batch_id: int) -> None:
    """Hand one batch over, and others behind it where the provider is slow; harmless when another
    has it or it is done."""
    sending.send_batch(batch_id, goes_on_for_s=GOES_ON_FOR_S)


@shared_task(name=following.FOLLOW)
def follow(wave_id: int) -> None:
    """Add to a later wave whom the earlier ones reached; harmless when it is done."""
    following.continue_following(wave_id)

"""What the bell wakes."""

from celery import shared_task

from crisis.rosters.services import loading
from crisis.rosters.services.taking import LOAD, ring

# After so many seconds the rest gets in line again.
AT_A_TIME_S = 10.0


@shared_task(name=LOAD)
def load(upload_id: int) -> None:
    """Load an uploaded roster; harmless when another has it or it is done."""
    if loading.load_upload(upload_id, for_s=AT_A_TIME_S):
        ring(upload_id)

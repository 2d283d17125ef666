"""What the bell wakes."""

from celery import shared_task

from crisis.incidents.services.declaring import EXPAND, ring_expand
from crisis.incidents.services.expanding import expand_incident, is_unfinished

# After so many seconds the rest gets in line again: behind batches that wait to be sent, and
# behind any incident that was declared meanwhile.
AT_A_TIME_S = 1.0


@shared_task(name=EXPAND)
def expand(incident_id: int) -> None:
    """Write deliveries of a declared incident; harmless when they are written."""
    expand_incident(incident_id, for_s=AT_A_TIME_S)
    if is_unfinished(incident_id):
        ring_expand(incident_id, again=True)

"""What the bell wakes."""

from celery import shared_task

from crisis.incidents.services.declaring import EXPAND
from crisis.incidents.services.expanding import expand_incident


@shared_task(name=EXPAND)
def expand(incident_id: int) -> None:
    """Write the deliveries of a declared incident; harmless when they are written."""
    expand_incident(incident_id)

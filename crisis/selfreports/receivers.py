"""What self-reports hear from below."""

from typing import Any

from django.dispatch import receiver

from crisis.incidents.models import Incident
from crisis.incidents.signals import incident_declared
from crisis.selfreports.codes import open_form


@receiver(incident_declared)
def _declared(incident: Incident, **_: Any) -> None:
    open_form(incident)

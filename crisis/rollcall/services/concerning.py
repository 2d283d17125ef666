"""For whom a step is that has come due."""

from crisis.incidents.models import Outage
from crisis.rollcall.models import DueStep, Standing, StandingQuerySet
from crisis.rollcall.packed import unpack
from crisis.rollcall.states import Contact

SILENT = (Contact.NOT_CONTACTED, Contact.ALERTED, Contact.NO_ANSWER)


def concerned(step: DueStep) -> StandingQuerySet:
    """The standings for which the step is: not of those whom the area leaves out, nor of those
    whom an outage holds up."""
    found = Standing.objects.counted().in_area().filter(incident=step.incident_id)
    if step.people is not None:
        found = found.filter(person_ref__among=unpack(step.people))
    lasting = Outage.objects.filter(incident=step.incident_id, ended_at=None).first()
    held = unpack(step.spares) + unpack(lasting.person_ids if lasting else None)
    return found.exclude(person_ref__among=held) if held else found

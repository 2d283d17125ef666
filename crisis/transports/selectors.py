"""Finding operations. Outside one's jurisdiction an operation is not there."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from crisis.transports.models import EvacuationOperation


def operations_for(user: User) -> QuerySet[EvacuationOperation]:
    """Those of this user's posts."""
    found = within_jurisdiction(EvacuationOperation.objects.all(), user, "incident__post")
    return found.select_related("incident__post")


def operation_for(user: User, incident_id: int) -> EvacuationOperation:
    """The operation of an incident; Http404 where there is none or it is another post's."""
    return get_object_or_404(operations_for(user), incident=incident_id)


def operation_of(incident: Incident) -> EvacuationOperation | None:
    return EvacuationOperation.objects.filter(incident=incident).first()

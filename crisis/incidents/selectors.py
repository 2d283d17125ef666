"""Finding incidents. Outside one's jurisdiction an incident is not there."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from notifications.models import Wave
from notifications.selectors import waves_of


def incidents_for(user: User) -> QuerySet[Incident]:
    """The incidents of this user's posts, newest first."""
    return within_jurisdiction(Incident.objects.all(), user)


def incident_for(user: User, pk: int) -> Incident:
    """One of them; Http404 for any other."""
    return get_object_or_404(incidents_for(user).select_related("post"), pk=pk)


def wave_for(incident: Incident, pk: int) -> Wave:
    """A wave of this incident; Http404 for any other."""
    return get_object_or_404(waves_of(incident.source), pk=pk)

"""Finding incidents. Outside one's jurisdiction an incident is not there."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.incidents.models import Announcement, Incident, Reshaping, Widening
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from notifications.models import Wave
from notifications.selectors import waves_of
from notifications.states import WaveKind

# What an incident says to everyone in its audience: the newest of these that stands.
ALERTS = (WaveKind.INITIAL, WaveKind.UPDATE, WaveKind.ALL_CLEAR)


def incidents_for(user: User) -> QuerySet[Incident]:
    """The incidents of this user's posts, newest first."""
    return within_jurisdiction(Incident.objects.all(), user)


def incident_for(user: User, pk: int) -> Incident:
    """One of them; Http404 for any other."""
    return get_object_or_404(incidents_for(user).select_related("post"), pk=pk)


def wave_for(incident: Incident, pk: int) -> Wave:
    """A wave of this incident; Http404 for any other."""
    return get_object_or_404(waves_of(incident.source), pk=pk)


def announcement_for(incident: Incident, pk: int) -> Announcement:
    """An update or correction of this incident; Http404 for any other."""
    found = incident.announcements.select_related("incident__post", "submitted_by", "approved_by")
    return get_object_or_404(found, pk=pk)


def widening_for(incident: Incident, pk: int) -> Widening:
    """A widening of this incident; Http404 for any other."""
    found = incident.widenings.select_related("incident__post", "submitted_by", "approved_by")
    return get_object_or_404(found, pk=pk)


def reshaping_for(incident: Incident, pk: int) -> Reshaping:
    """A narrowing or move of this incident; Http404 for any other."""
    found = incident.reshapings.select_related("incident__post", "submitted_by", "approved_by")
    return get_object_or_404(found, pk=pk)


def alert_wave(incident: Incident) -> Wave | None:
    """The wave that speaks for the incident now; None when its alert was taken back."""
    return waves_of(incident.source).filter(kind__in=ALERTS, retracted_at=None).last()


def standing_alert(incident: Incident) -> Wave:
    """The same; raises DomainError wrong_state where there is none."""
    if (alert := alert_wave(incident)) is None:
        raise DomainError("wrong_state", _("没有仍然有效的告警。"), status=409)
    return alert

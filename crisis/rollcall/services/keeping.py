"""Whose data an open incident still needs, and what the roll call keeps of who was erased."""

from collections.abc import Collection
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.states import Condition, Movement
from registry.holds import Erasure

# Somebody still has to do something for them, however long ago the incident was stood down.
OPEN_CALL = (
    Q(condition__in=(Condition.NEEDS_HELP, Condition.INJURED, Condition.IDENTITY_PENDING))
    | Q(possible_help=True)
    | Q(movement=Movement.EVACUATING)
)


def needed(person_ids: Collection[int]) -> set[int]:
    """Those of these people whom an incident still needs: it is open, or was stood down less than
    GUIHANG_KEEP_AFTER_INCIDENT_DAYS ago (their places on manifests with it), or their call for help
    or their journey has not ended."""
    standings = Standing.objects.filter(person_ref__in=person_ids)
    still = standings.filter(Q(incident__in=_unfinished()) | OPEN_CALL)
    return set(still.values_list("person_ref", flat=True)) | _not_written_yet(person_ids)


def _unfinished() -> list[int]:
    recent = clock.now() - timedelta(days=settings.KEEP_AFTER_INCIDENT_DAYS)
    open_ones = Q(state=IncidentState.DECLARED) | Q(
        state=IncidentState.STOOD_DOWN, stood_down_at__gt=recent
    )
    return list(Incident.objects.filter(open_ones).values_list("pk", flat=True))


def _not_written_yet(person_ids: Collection[int]) -> set[int]:
    """Members of a frozen audience whose standing is still to be written."""
    waiting = AudienceSlice.objects.filter(expanded_at=None, incident__in=_unfinished())
    found: set[int] = set()
    for packed in waiting.values_list("person_ids", flat=True):
        found |= set(np.frombuffer(packed, "<i8").tolist()) & set(person_ids)
    return found


def register_rules() -> None:
    retention.register(
        retention.Rule("notes", _("官员在点名中的备注"), "KEEP_NOTE_DAYS", _old_notes, _drop_notes)
    )


def _old_notes(moment: datetime) -> QuerySet[RollCallEvent]:
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)
    return RollCallEvent.objects.filter(incident__in=over).exclude(note="")


def _drop_notes(ids: Collection[int]) -> int:
    return RollCallEvent.objects.filter(pk__in=ids).update(note="")


def forget_notes(erasure: Erasure) -> None:
    """The log keeps what happened to a number; an officer's words about a person go."""
    RollCallEvent.objects.filter(person_ref__in=erasure.person_ids).exclude(note="").update(note="")

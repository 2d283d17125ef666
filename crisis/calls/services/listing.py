"""Who stands on the list: written piece by piece beside the roll call, closed when found.

Both are steps of the sweep and follow from the standings alone: whoever wrote those (a slice of
the audience, a merge, a self-report), nobody is missed, and a step that is doubled does no harm.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from config.kernel import bulk, clock
from crisis.calls.models import CallEntry, Listing
from crisis.calls.ranking import Known, first_due, grounds_of, rank_of
from crisis.calls.selectors import (
    entries_to_close,
    entries_to_open,
    newest_standing,
    unlisted,
)
from crisis.calls.states import Ground
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services.opening import LADDER
from crisis.rollcall.states import Contact, EventKind
from registry.selectors.calling import CallFacts, call_facts

PIECE, FOLLOWED = 2_000, 10_000
LOOK_AGAIN = timedelta(minutes=1)
_COLUMNS = ("person_ref", "rank", "grounds", "due_at")
_NOBODY = CallFacts(needs=(), health_note=False, born=None, alone=False, landline=False)


def list_newcomers() -> int:
    """One piece of those who have a standing and no place yet; how many were listed."""
    return sum(list_piece(incident) for incident in _declared())


def _declared() -> QuerySet[Incident]:
    return Incident.objects.filter(state=IncidentState.DECLARED).order_by("pk")


@transaction.atomic
def list_piece(incident: Incident, size: int = PIECE) -> int:
    """Look for who is missing, where a standing was written since nobody was. Standings may commit
    in another order than they are numbered, so once in a while it looks anyway."""
    newest, now = newest_standing(), clock.real_now()
    recent = Listing.objects.filter(
        incident=incident, seen_id=newest, whole_at__gt=now - LOOK_AGAIN, whole_at__lte=now
    )
    if recent.exists():
        return 0
    listed = list_standings(incident, unlisted(incident.pk, size))
    if not listed:
        Listing.objects.update_or_create(
            incident=incident, defaults={"seen_id": newest, "whole_at": now}
        )
    return listed


def list_standings(incident: Incident, standings: Sequence[Standing]) -> int:
    """Give these people their place; who has one keeps it."""
    refs = [standing.person_ref for standing in standings]
    facts, lost = call_facts(refs), _undelivered(incident, standings)
    rows = []
    for standing in standings:
        known = facts.get(standing.person_ref, _NOBODY)
        place = _placed(incident, standing, known, standing.person_ref in lost)
        rows.append((standing.person_ref, *place))
    same = {"incident": incident.pk, "open": True, "attempts": 0}
    return bulk.insert(CallEntry, _COLUMNS, rows, same=same)


def _placed(
    incident: Incident, standing: Standing, facts: CallFacts, undelivered: bool
) -> tuple[object, ...]:
    known = Known(
        needs=facts.needs,
        health_note=facts.health_note,
        born=facts.born,
        alone=facts.alone,
        addressed=standing.addressed,
        landline=facts.landline,
        undelivered=undelivered,
    )
    grounds = grounds_of(known, clock.now().date())
    reminders, silence = LADDER[ResponseLevel(incident.response_level)]
    due = first_due(grounds, standing.updated_at, reminded=reminders[0], silent=silence)
    return rank_of(grounds), int(grounds), due


def _undelivered(incident: Incident, standings: Sequence[Standing]) -> set[int]:
    """Those of whom a delivery was lost and whom none has reached."""
    refs = [row.person_ref for row in standings if row.contact == Contact.NOT_CONTACTED]
    lines = RollCallEvent.objects.filter(
        incident=incident, kind=EventKind.UNREACHED, person_ref__among=refs
    )
    return set(lines.values_list("person_ref", flat=True)) if refs else set()


@transaction.atomic
def hurry_unreached(incident_id: int, person_refs: Sequence[int]) -> int:
    """A provider gave these up: whom no other address reached is offered at once."""
    refs = Standing.objects.filter(
        incident=incident_id, person_ref__among=list(person_refs), contact=Contact.NOT_CONTACTED
    ).values_list("person_ref", flat=True)
    moved = CallEntry.objects.filter(
        incident=incident_id, person_ref__in=list(refs), attempts=0, due_at__gt=clock.now()
    ).order_by("pk")
    moved = moved.select_for_update(of=("self",))
    rows = [(pk, *_hurried(grounds)) for pk, grounds in moved.values_list("pk", "grounds")]
    return bulk.update(CallEntry, ("id", "rank", "grounds", "due_at"), rows)


def _hurried(grounds: int) -> tuple[object, ...]:
    found = Ground(grounds) | Ground.UNDELIVERED
    return rank_of(found), int(found), clock.now()


def follow_standings() -> int:
    """Close the entries of who was found meanwhile, open those of who is to be found after all.
    Nothing rests on it: the standing is asked whenever somebody is offered. It keeps the walk
    through the list short."""
    return sum(
        _set_open(entries_to_close(incident.pk), False)
        + _set_open(entries_to_open(incident.pk), True)
        for incident in _declared()
    )


@transaction.atomic
def _set_open(entries: QuerySet[CallEntry], value: bool) -> int:
    """Rows that somebody holds at this moment come in the next turn: nobody waits for them."""
    if connection.features.has_select_for_update_skip_locked:
        entries = entries.select_for_update(skip_locked=True, of=("self",))
    pks = list(entries.values_list("pk", flat=True)[:FOLLOWED])
    return CallEntry.objects.filter(pk__among=pks).update(open=value) if pks else 0

"""The call list: who is to be telephoned next, in order. The order itself: crisis.calls.ranking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat
from django.shortcuts import get_object_or_404

from config.kernel import clock
from crisis.calls.models import Call, CallAttempt, CallEntry
from crisis.calls.ranking import ROUTINE, tier_of_rank
from crisis.calls.states import Outcome, Tier
from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing, StandingQuerySet
from crisis.rollcall.services.log import WITHDRAWS
from crisis.rollcall.states import Condition, Contact, EventKind, Movement
from crisis.staff.models import User

# Of these nobody has heard, and nobody has seen them board.
TO_BE_FOUND = (
    Q(condition=Condition.UNKNOWN)
    & ~Q(contact=Contact.ANSWERED)
    & Q(movement__in=(Movement.IN_AREA, Movement.LEFT_AREA))
)
# After one of these nothing unclear is left (crisis.rollcall.fold).
CLEAR = (
    EventKind.SAFE,
    EventKind.LEFT_AREA,
    EventKind.WANTS_OUT,
    EventKind.HELP_CLOSED,
    EventKind.NEEDS_HELP,
    EventKind.INJURED,
    EventKind.IDENTITY_PENDING,
    EventKind.DECEASED,
)
UNCLEAR_AT_ONCE = AT_A_TIME = 200
# Standing.urgency: 0 help is needed, 1 it may be; the dead stand at the end.
UNCLEAR_URGENCY = 1


@dataclass(slots=True)
class Candidate:
    """One place on the list as it stands now. `entry` is None for somebody whose unclear words
    came before they were listed; `standing` is filled by `with_standings`."""

    person_ref: int
    tier: Tier
    entry: CallEntry | None
    standing: Any = None
    person: Any = None

    @property
    def held(self) -> bool:
        return is_held(self.entry)


def is_held(entry: CallEntry | None) -> bool:
    """Whether an officer has this person on the line, as far as the lease tells."""
    return bool(entry and entry.held_until and entry.held_until > clock.real_now())


def standings_to_find(incident_id: int) -> StandingQuerySet:
    """Those of an incident who still have to be found."""
    return Standing.objects.counted().filter(TO_BE_FOUND, incident=incident_id)


def offered(incident: Incident, *, limit: int) -> list[Candidate]:
    """The first `limit` of the list, in order, those on the line included.

    Each part walks an index in the list's own order and stops early: what it costs does not grow
    with the audience.
    """
    now = clock.now()
    found = {row.person_ref: row for row in _unclear(incident, now, limit)}
    for part in (_promised, _ranked):
        if len(found) >= limit:
            break
        for row in part(incident, now, limit):
            found.setdefault(row.person_ref, row)
    return list(found.values())[:limit]


def _unclear(incident: Incident, now: datetime, limit: int) -> list[Candidate]:
    """Possible help, the longest waiting first; who was tried since waits for their turn."""
    rows = unclear_standings([incident])[: max(limit, UNCLEAR_AT_ONCE)]
    standings = list(rows.values_list("person_ref", "updated_at"))
    entries = {
        entry.person_ref: entry
        for entry in CallEntry.objects.filter(
            incident=incident, person_ref__in=[ref for ref, _ in standings]
        ).select_related("call__officer")
    }
    return [
        Candidate(ref, Tier.POSSIBLE_HELP, entries.get(ref))
        for ref, changed in standings
        if is_due_for_help(entries.get(ref), changed, now)
    ]


def unclear_standings(incidents: Collection[Incident]) -> QuerySet[Standing]:
    """Of the living, with `.since`, when the first of their unclear words came, the longest waiting
    first: who writes again does not lose their place."""
    standings = Standing.objects.counted().filter(
        incident__in=incidents, possible_help=True, urgency__lte=UNCLEAR_URGENCY
    )
    first = Subquery(_unsettled_words().values("occurred_at")[:1])
    return standings.annotate(since=Coalesce(first, F("updated_at"))).order_by("since", "pk")


def _unsettled_words() -> QuerySet[RollCallEvent]:
    """Of one standing: unclear lines that no clear one followed and nobody took back."""
    own = RollCallEvent.objects.filter(
        incident=OuterRef("incident"), person_ref=OuterRef("person_ref")
    )
    clear = own.filter(kind__in=CLEAR, occurred_at__gt=OuterRef("occurred_at"))
    back = own.filter(source_key=Concat(Value(WITHDRAWS), OuterRef("source_key")))
    unclear = own.filter(kind=EventKind.POSSIBLE_HELP)
    return unclear.filter(~Exists(clear), ~Exists(back)).order_by("occurred_at", "pk")


def is_due_for_help(entry: CallEntry | None, changed: datetime, now: datetime) -> bool:
    """At once; after a call that brought nothing, when the gap is over or new words have come."""
    if entry is None or entry.tried_at is None:
        return True
    return entry.due_at <= now or changed > entry.tried_at


def _promised(incident: Incident, now: datetime, limit: int) -> list[Candidate]:
    entries = _open_entries(incident).filter(again_at__lte=now).order_by("again_at", "pk")
    found = _still_wanted(incident, entries, limit)
    return [Candidate(entry.person_ref, Tier.PROMISED, entry) for entry in found]


def _ranked(incident: Incident, now: datetime, limit: int) -> list[Candidate]:
    entries = _open_entries(incident).filter(due_at__lte=now).order_by("rank", "due_at", "pk")
    return [
        Candidate(entry.person_ref, tier_of_rank(entry.rank), entry)
        for entry in _still_wanted(incident, entries, limit)
    ]


def _open_entries(incident: Incident) -> QuerySet[CallEntry]:
    return CallEntry.objects.filter(incident=incident, open=True)


def _still_wanted(incident: Incident, entries: QuerySet[CallEntry], limit: int) -> list[CallEntry]:
    """The first `limit` of these, in their order, of whom somebody still has to hear.

    The walk is along the index, some hundreds at a time, and asks the standings of those alone: a
    join would let the database read all standings first, as its estimates bid it.
    """
    found: list[CallEntry] = []
    start, size = 0, max(limit, AT_A_TIME)
    while len(found) < limit and (piece := list(entries[start : start + size])):
        contacts = dict(
            standings_to_find(incident.pk)
            .filter(person_ref__among=[entry.person_ref for entry in piece])
            .values_list("person_ref", "contact")
        )
        found += [entry for entry in piece if _is_wanted(entry, contacts.get(entry.person_ref))]
        start, size = start + size, size * 4
    return found[:limit]


def _is_wanted(entry: CallEntry, contact: str | None) -> bool:
    """Whoever is not called before the ladder ends is left alone while their alert may still be
    answered; `contact` is None for who was found."""
    waits = contact == Contact.ALERTED and entry.rank >= ROUTINE and not entry.attempts
    return contact is not None and not waits


def tier_now(entry: CallEntry, standing: Standing) -> Tier | None:
    """In which part of the list this entry stands at this moment, None for none: asked again of
    rows that are locked, because another officer may have called in between."""
    now = clock.now()
    merged = standing.same_as not in (None, standing.person_ref)
    if merged or standing.condition == Condition.DECEASED:
        return None
    if standing.possible_help:
        due = is_due_for_help(entry, standing.updated_at, now)
        return Tier.POSSIBLE_HELP if due else None
    if not is_to_be_found(standing):
        return None
    if entry.again_at is not None:
        return Tier.PROMISED if entry.again_at <= now else None
    waits = standing.contact == Contact.ALERTED and entry.rank >= ROUTINE and not entry.attempts
    return None if waits or entry.due_at > now else tier_of_rank(entry.rank)


def is_to_be_found(standing: Standing) -> bool:
    """TO_BE_FOUND, of one row."""
    return (
        standing.condition == Condition.UNKNOWN
        and standing.contact != Contact.ANSWERED
        and standing.movement in (Movement.IN_AREA, Movement.LEFT_AREA)
    )


def waiting_counts(incident: Incident) -> dict[str, int]:
    """How many wait in each part of the list, how many are on the line, and how many come later.

    For a look at how long the list is: counted by the entries alone, of which the sweep closes
    those of people who were found half a minute ago.
    """
    now, real = clock.now(), clock.real_now()
    entries = _open_entries(incident).order_by()
    ranks = {tier: 0 for tier in (Tier.VULNERABLE, Tier.UNREACHED, Tier.SILENT)}
    due = entries.filter(due_at__lte=now).values_list("rank").annotate(count=Count("pk"))
    for rank, count in due:
        ranks[tier_of_rank(rank)] += count
    return {
        "possible_help": unclear_standings([incident]).count(),
        "promised": entries.filter(again_at__lte=now).count(),
        **{tier.name.lower(): count for tier, count in ranks.items()},
        "later": entries.filter(due_at__gt=now).count(),
        "on_the_line": CallEntry.objects.filter(
            incident=incident, call__isnull=False, held_until__gt=real
        ).count(),
    }


def entries_to_close(incident_id: int) -> QuerySet[CallEntry]:
    """Open entries of people who were found meanwhile."""
    found = standings_to_find(incident_id).filter(person_ref=OuterRef("person_ref"))
    return CallEntry.objects.filter(~Exists(found), incident=incident_id, open=True)


def entries_to_open(incident_id: int) -> QuerySet[CallEntry]:
    """Closed entries of people who are to be found after all: a correction, or a merge undone."""
    found = standings_to_find(incident_id).filter(person_ref=OuterRef("person_ref"))
    return CallEntry.objects.filter(Exists(found), incident=incident_id, open=False)


def newest_standing() -> int:
    """The greatest number of any standing; 0 where there is none."""
    return Standing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def unlisted(incident_id: int, limit: int) -> list[Standing]:
    """Standings without a place on the list, whoever wrote them."""
    listed = CallEntry.objects.filter(incident=incident_id, person_ref=OuterRef("person_ref"))
    missing = Standing.objects.filter(~Exists(listed), incident=incident_id).order_by("pk")
    return list(missing[:limit])


def open_call_of(officer: User) -> Call | None:
    """The call this officer has not ended, whether or not its lease has run out."""
    mine = Call.objects.filter(officer=officer, ended_at=None)
    return mine.select_related("incident__post").first()


def call_for(incident: Incident, pk: int) -> Call:
    """A call of this incident; Http404 for any other."""
    return get_object_or_404(
        Call.objects.select_related("officer", "incident__post"), pk=pk, incident=incident
    )


def last_outcomes(call: Call) -> list[CallAttempt]:
    """What was recorded of this call and stands: corrections and what they took back are left
    out."""
    rows = call.attempts.filter(undone_by=None).exclude(outcome=Outcome.UNDONE)
    return list(rows.order_by("pk"))


def attempts_of(incident: Incident, person_refs: Sequence[int]) -> QuerySet[CallAttempt]:
    """Every call about these people, newest first, corrections included."""
    rows = CallAttempt.objects.filter(incident=incident, person_ref__in=person_refs)
    return rows.select_related("officer", "undoes").order_by("-pk")


def holders(incident: Incident) -> QuerySet[Call]:
    """Calls that are on the line now."""
    held = Call.objects.filter(incident=incident, ended_at=None, lease_until__gt=clock.real_now())
    return held.select_related("officer").order_by("opened_at")


def newest_outcomes(incident: Incident, limit: int) -> list[Any]:
    """The newest results of the incident's calls."""
    rows = CallAttempt.objects.filter(incident=incident).annotate(undone=F("undone_by"))
    return list(rows.select_related("officer", "call").order_by("-pk")[:limit])

"""Keeping an operation's travellers as the roll call and the registry say.

Rows are added and changed, never removed: whoever asked once stays visible. What an officer set
stays as the officer set it. Parties keep their number and their members; only officers part them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet

from config.kernel import bulk, clock
from crisis.rollcall.models import RollCallEvent
from crisis.rollcall.states import EventKind
from crisis.seats.drawing import draw
from crisis.seats.gathered import Gathered, gather
from crisis.seats.models import Party, Traveller
from crisis.seats.parties import seat
from crisis.seats.services.noting import hold
from crisis.transports.models import EvacuationOperation
from crisis.transports.states import OperationState

# Lines are read a second time when they are this old: one that was committed late had no turn.
SETTLED_AFTER = timedelta(seconds=60)
# The registry tells nobody that a family or a need was registered: everybody is read again.
WHOLE_EVERY = timedelta(minutes=10)
LINES = 2_000
_SAY_NOTHING = (EventKind.UNREACHED, EventKind.NO_ANSWER)
_KEPT = (
    "wish", "place_class", "priority", "papers", "kept_back", "assembly", "asked_at", "updated_at",
)  # fmt: skip


@transaction.atomic
def gather_travellers(*, operation: EvacuationOperation) -> int:
    """Bring everybody's row up to date; returns how many rows are new or changed."""
    mark, now = hold(operation), clock.now()
    lines = _telling(operation)
    settled = lines.filter(learned_at__lte=now - SETTLED_AFTER * clock.speed())
    mark.fresh_line = max(mark.fresh_line, _last(lines))
    mark.settled_line = max(mark.settled_line, _last(settled))
    mark.whole_at = now
    mark.save()
    return _write(operation, None)


@transaction.atomic
def gather_people(*, operation: EvacuationOperation, person_refs: Collection[int]) -> int:
    """The same for these people, their families and parties. Call it where one was changed."""
    hold(operation)
    return _write(operation, person_refs) if person_refs else 0


def follow_roll_call() -> int:
    """The sweep's step: what the log has learned since, for each open operation. Returns how many
    people were looked at."""
    open_ones = EvacuationOperation.objects.filter(state=OperationState.OPEN)
    return sum(_follow(operation) for operation in open_ones.select_related("incident"))


@transaction.atomic
def _follow(operation: EvacuationOperation) -> int:
    mark, now = hold(operation), clock.now()
    if mark.whole_at is None or mark.whole_at <= now - WHOLE_EVERY * clock.speed():
        return gather_travellers(operation=operation)
    fresh = _lines(operation, mark.fresh_line, None)
    settled = _lines(operation, mark.settled_line, now - SETTLED_AFTER * clock.speed())
    people = {person for _, person in (*fresh, *settled)}
    if people:
        gather_people(operation=operation, person_refs=people)
        mark.fresh_line = max([mark.fresh_line, *(pk for pk, _ in fresh)])
        mark.settled_line = max([mark.settled_line, *(pk for pk, _ in settled)])
        mark.save()
    return len(people)


def _lines(
    operation: EvacuationOperation, after: int, until: datetime | None
) -> list[tuple[int, int]]:
    """(line, person) of the next lines that say something of somebody."""
    found = _telling(operation).filter(pk__gt=after)
    if until is not None:
        found = found.filter(learned_at__lte=until)
    return list(found.order_by("pk").values_list("pk", "person_ref")[:LINES])


def _telling(operation: EvacuationOperation) -> QuerySet[RollCallEvent]:
    """The log without what says nothing of anybody; by the index in which «alerted» does not
    stand."""
    lines = RollCallEvent.objects.filter(incident=operation.incident_id)
    return lines.exclude(kind=EventKind.ALERTED).exclude(kind__in=_SAY_NOTHING)


def _last(lines: QuerySet[RollCallEvent]) -> int:
    return lines.aggregate(last=Max("pk"))["last"] or 0


def _write(operation: EvacuationOperation, among: Collection[int] | None) -> int:
    found = gather(operation, clock.now().date(), among)
    moved = _follow_merges(found)
    new = _new_rows(operation, found)
    before = {row.person_ref: _values(row) for row in found.travellers.values()}
    draw([*found.travellers.values(), *new], found)
    changed = [row for row in found.travellers.values() if _values(row) != before[row.person_ref]]
    now = clock.now()
    for row in (*new, *changed):
        row.updated_at = now
    Traveller.objects.bulk_create(new, batch_size=1_000)
    bulk.update(Traveller, ("id", *_KEPT), [(row.pk, *_values(row), now) for row in changed])
    return len(new) + len(changed) + moved


def _values(row: Traveller) -> tuple[object, ...]:
    return (
        str(row.wish), str(row.place_class), str(row.priority), str(row.papers),
        str(row.kept_back), row.assembly_id, row.asked_at,
    )  # fmt: skip


def _follow_merges(found: Gathered) -> int:
    """Who was found to be somebody else travels as that one, with their party and all that was set
    for them; where that one has a row already, theirs is out (crisis.seats.wishes)."""
    moved = 0
    for gone, kept in found.same_as.items():
        row = found.travellers.get(gone)
        if row is None or kept in found.travellers:
            continue
        if Traveller.objects.filter(operation=row.operation_id, person_ref=kept).exists():
            continue
        Traveller.objects.filter(pk=row.pk).update(person_ref=kept)
        row.person_ref = kept
        found.travellers[kept] = found.travellers.pop(gone)
        moved += 1
    return moved


def _new_rows(operation: EvacuationOperation, found: Gathered) -> list[Traveller]:
    """Rows for whoever has none: who asked, the children with them, and who said that they stay."""
    people = [one.candidate.person_ref for one in seat(found.candidates.values())]
    people += sorted(person for person, word in found.said.items() if word.stays)
    fresh = [
        person
        for person in dict.fromkeys(people)
        if person not in found.travellers and person in found.stands
        and found.stands[person].counted
    ]  # fmt: skip
    parties = _parties_for(operation, fresh, found)
    return [
        Traveller(operation=operation, person_ref=person, party=parties[person]) for person in fresh
    ]


def _parties_for(
    operation: EvacuationOperation, people: Iterable[int], found: Gathered
) -> dict[int, Party]:
    """The party of each: the one in which their household travels, else a new one, numbered in the
    order in which they are to go. Where officers parted a household, the first of its parties."""
    of_home: dict[int, Party] = {}
    for row in sorted(found.travellers.values(), key=lambda row: row.party.number, reverse=True):
        if home := found.homes.get(row.person_ref):
            of_home[home] = row.party
    number = operation.parties.aggregate(last=Max("number"))["last"] or 0
    chosen, new = {}, []
    for person in people:
        home = found.homes.get(person)
        party = of_home.get(home) if home else None
        if party is None:
            number += 1
            party = Party(operation=operation, number=number)
            new.append(party)
            if home:
                of_home[home] = party
        chosen[person] = party
    Party.objects.bulk_create(new, batch_size=1_000)
    return chosen

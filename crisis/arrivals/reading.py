"""Reads what was listed, boarded and seen to arrive, for crisis.arrivals.reconciling to compare."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from crisis.arrivals.models import Arrival
from crisis.arrivals.reconciling import Crossing, Reconciliation, Version, Who, version_for
from crisis.arrivals.selectors import is_out
from crisis.boarding.models import GateScan, Passage, WalkIn
from crisis.boarding.states import ScanKind
from crisis.evacuation.models import Manifest, ManifestEntry, ManifestLeg
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.states import TransportStatus
from registry.models import Merge
from registry.selectors.merging import kept_for

GONE = (TransportStatus.DEPARTED, TransportStatus.ARRIVED)
CHUNK = 5_000  # below every database's limit of parameters
Rows = dict[int, set[Who]]


def reconcile(operation: EvacuationOperation) -> Reconciliation:
    """Everybody of the operation, from what stands now. Whoever was merged in the registry is one
    person here, and a walk-in who was matched is that person."""
    transports = list(Transport.objects.filter(operation=operation).order_by("departs_at", "pk"))
    listed, unassigned = _listed(operation, transports)
    passages = list(
        Passage.objects.filter(transport__operation=operation)
        .order_by("at", "pk")
        .values_list("transport", "person_ref", "walk_in", "state")
    )
    arrivals = list(
        Arrival.objects.filter(place__operation=operation, undone_at=None).values_list(
            "transport", "person_ref", "walk_in", "place"
        )
    )
    refs = {who.ref for people in (*listed.values(), unassigned) for who in people}
    refs |= {ref for _, ref, *_ in (*passages, *arrivals) if ref is not None}
    one = _Same(operation, refs)
    states = _states(passages, one)
    arrived, by_place = _arrived(arrivals, one)
    places = operation.places.select_related("operation__incident")
    out = [by_place[place.pk] for place in places if place.pk in by_place and is_out(place)]
    lists = {transport: frozenset(map(one, refs)) for transport, refs in listed.items()}
    return Reconciliation(
        crossings=_crossings(transports, lists, states, arrived),
        unassigned=frozenset(map(one, unassigned)),
        out=frozenset().union(*out),
    )


def _crossings(
    transports: Sequence[Transport],
    listed: Mapping[int, frozenset[Who]],
    states: Mapping[int, Mapping[Who, str]],
    arrived: Mapping[int, set[Who]],
) -> dict[int, Crossing]:
    origins = {transport.pk: transport.origin_id for transport in transports}
    aboard_from: dict[tuple[int, Who], set[int]] = defaultdict(set)
    for number, people in states.items():
        for who, state in people.items():
            if state == ScanKind.BOARDED:
                aboard_from[origins[number], who].add(number)
    crossings = {}
    for transport in transports:
        on_list = listed.get(transport.pk, frozenset())
        others = {
            who: aboard_from.get((transport.origin_id, who), set()) - {transport.pk}
            for who in on_list
        }
        crossings[transport.pk] = Crossing(
            transport=transport.pk,
            listed=on_list,
            state=states.get(transport.pk, {}),
            arrived=frozenset(arrived.get(transport.pk, ())),
            elsewhere=frozenset(who for who, elsewhere in others.items() if elsewhere),
        )
    return crossings


# -- Listed ---------------------------------------------------------------------------------------


def _listed(
    operation: EvacuationOperation, transports: Sequence[Transport]
) -> tuple[Rows, set[Who]]:
    """(by transport, on no transport yet), from the sealed version that counts for each."""
    sealed = Manifest.objects.filter(
        incident=operation.incident_id, state=Manifest.State.SEALED
    ).values_list("version", "pk", "sealed_at")
    numbers = {version: pk for version, pk, _ in sealed}
    if not numbers:
        return {}, set()
    versions = [Version(version, at) for version, _, at in sealed if at is not None]
    used = _used(operation)
    groups: dict[int, list[int]] = defaultdict(list)
    for transport in transports:
        counts = version_for(versions, used=used[transport.pk], left_at=_left_at(transport))
        if counts is not None:
            groups[counts].append(transport.pk)
    listed: Rows = defaultdict(set)
    for version, ids in groups.items():
        legs = ManifestLeg.objects.filter(entry__manifest=numbers[version], transport__in=ids)
        for transport_id, ref in legs.values_list("transport", "entry__person_ref"):
            listed[transport_id].add(Who(ref))
    waiting = ManifestEntry.objects.filter(manifest=numbers[max(numbers)], legs=None)
    return listed, {Who(ref) for ref in waiting.values_list("person_ref", flat=True)}


def _used(operation: EvacuationOperation) -> dict[int, set[int]]:
    """The versions that gates worked with, by transport."""
    scans = GateScan.objects.filter(transport__operation=operation, pack__isnull=False)
    found: dict[int, set[int]] = defaultdict(set)
    for transport, version in scans.values_list("transport", "pack__manifest__version").distinct():
        found[transport].add(version)
    return found


def _left_at(transport: Transport) -> datetime | None:
    """When it left: as recorded while it is under way, afterwards as planned."""
    if transport.status not in GONE:
        return None
    under_way = transport.status == TransportStatus.DEPARTED
    return transport.status_at if under_way else transport.departs_at


# -- Boarded and arrived --------------------------------------------------------------------------


class _Same:
    """Whose row is whose: called with a `Who`, gives the one that counts."""

    def __init__(self, operation: EvacuationOperation, refs: set[int]) -> None:
        matched = WalkIn.objects.filter(operation=operation, person_ref__isnull=False)
        rows = matched.values_list("pk", "person_ref")
        self.matched = {pk: ref for pk, ref in rows if ref is not None}
        self.kept = kept_of(refs | set(self.matched.values()))

    def __call__(self, who: Who) -> Who:
        ref = self.matched.get(who.ref) if who.walk_in else who.ref
        return who if ref is None else Who(self.kept.get(ref, ref))

    def row(self, person: int | None, walk_in: int | None) -> Who:
        return self(Who(person) if person is not None else Who(walk_in or 0, True))


def kept_of(refs: Collection[int]) -> dict[int, int]:
    """Those of these people who were merged into another: who is kept for them."""
    return {
        gone: kept_for(gone)
        for chunk in _chunks(sorted(refs))
        for gone in Merge.objects.filter(gone__in=chunk, undone_at=None).values_list(
            "gone_id", flat=True
        )
    }


def _chunks(items: Sequence[int]) -> Iterator[Sequence[int]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _states(
    passages: Collection[tuple[int, int | None, int | None, str]], one: _Same
) -> dict[int, dict[Who, str]]:
    """What counts of each on each transport. Of two rows that are one person, one who was seen
    aboard overrides one who was not, then the later."""
    states: dict[int, dict[Who, str]] = defaultdict(dict)
    seen = (ScanKind.BOARDED, ScanKind.TAKEN_OFF)
    for transport, person, walk_in, state in passages:
        who = one.row(person, walk_in)
        if state in seen or states[transport].get(who) not in seen:
            states[transport][who] = state
    return states


def _arrived(
    arrivals: Collection[tuple[int | None, int | None, int | None, int]], one: _Same
) -> tuple[Rows, Rows]:
    """(by transport, by place)."""
    by_transport: Rows = defaultdict(set)
    by_place: Rows = defaultdict(set)
    for transport, person, walk_in, place in arrivals:
        who = one.row(person, walk_in)
        by_place[place].add(who)
        if transport is not None:
            by_transport[transport].add(who)
    return by_transport, by_place

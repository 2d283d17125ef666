"""Who is listed, who has passed, and who a walk-in may be."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from crisis.boarding.models import GatePack, Passage, WalkIn
from crisis.boarding.states import ScanKind
from crisis.evacuation.exports.codes import read_gate_code
from crisis.evacuation.models import Manifest, ManifestEntry, ManifestLeg
from crisis.evacuation.rows import entries_of
from crisis.rollcall.models import Standing
from crisis.seats.models import Traveller
from crisis.staff.models import User
from crisis.staff.selectors import within_jurisdiction
from crisis.transports.models import EvacuationOperation, Transport
from registry.models import Person
from registry.selectors.people import find_by_document


def listed(manifest: Manifest, transport: Transport) -> QuerySet[ManifestEntry]:
    """The entries of this version that take this transport, by position."""
    return entries_of(manifest).filter(legs__transport=transport)


def newest_sealed(transport: Transport) -> Manifest | None:
    """The version that holds for whoever boards now."""
    sealed = Manifest.objects.filter(
        incident=transport.operation.incident_id, state=Manifest.State.SEALED
    )
    return sealed.order_by("-version").first()


def not_seen(transport: Transport) -> list[int]:
    """The listed of whom no gate has said anything."""
    newest = newest_sealed(transport)
    if newest is None:
        return []
    refs = listed(newest, transport).values_list("person_ref", flat=True)
    seen = set(transport.passages.values_list("person_ref", flat=True))
    return [ref for ref in refs if ref not in seen]


@dataclass(slots=True)
class Tally:
    """One transport's gates in figures. `states` counts everybody with a passage, walk-ins too."""

    transport: Transport
    listed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    walk_ins: int = 0
    held: int = 0

    @property
    def boarded(self) -> int:
        return self.states[ScanKind.BOARDED]

    @property
    def no_show(self) -> int:
        return self.states[ScanKind.NO_SHOW]

    @property
    def refused(self) -> int:
        return self.states[ScanKind.REFUSED]

    @property
    def taken_off(self) -> int:
        return self.states[ScanKind.TAKEN_OFF]


def tallies(operation: EvacuationOperation) -> list[Tally]:
    """Every transport of the operation, in order of departure."""
    transports = operation.transports.select_related("origin", "destination", "operation")
    found = {one.pk: Tally(one) for one in transports}
    if not found:
        return []
    newest = newest_sealed(next(iter(found.values())).transport)
    legs = ManifestLeg.objects.filter(entry__manifest=newest) if newest else None
    for transport in legs.values_list("transport_id", flat=True) if legs is not None else ():
        found[transport].listed += 1
    rows = Passage.objects.filter(transport__in=found)
    for transport, state, walk_in in rows.values_list("transport", "state", "walk_in"):
        found[transport].states[state] += 1
        found[transport].walk_ins += walk_in is not None and state == ScanKind.BOARDED
    held = GatePack.objects.filter(transport__in=found, scans__held=True)
    for transport in held.values_list("transport", flat=True):
        found[transport].held += 1
    return list(found.values())


def transport_for(user: User, pk: int) -> Transport:
    """Http404 outside the jurisdiction."""
    rows = Transport.objects.select_related("operation__incident__post", "origin", "destination")
    mine = within_jurisdiction(rows, user, "operation__incident__post")
    return get_object_or_404(mine, pk=pk)


def pack_for(user: User, pk: int) -> GatePack:
    rows = GatePack.objects.select_related("manifest__incident__post", "transport__operation")
    return get_object_or_404(within_jurisdiction(rows, user, "manifest__incident__post"), pk=pk)


def walk_in_for(user: User, pk: int) -> WalkIn:
    rows = WalkIn.objects.select_related("operation__incident__post")
    return get_object_or_404(within_jurisdiction(rows, user, "operation__incident__post"), pk=pk)


# -- who a walk-in may be ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """`grounds` are codes: the gate read their code, the document, or the name agrees."""

    person: Person
    grounds: tuple[str, ...]


def candidates(walk_in: WalkIn) -> list[Candidate]:
    """Who this may be, the surest first; nobody whom the incident does not know, unless the
    document says so."""
    grounds: dict[int, list[str]] = {}
    for ground, refs in (
        ("code", _by_code(walk_in)),
        ("document", _by_document(walk_in)),
        ("name", _by_name(walk_in)),
    ):
        for ref in refs:
            grounds.setdefault(ref, []).append(ground)
    people = Person.objects.in_bulk(list(grounds))
    order = ["code", "document", "name"]
    ranked = sorted(grounds.items(), key=lambda pair: (order.index(pair[1][0]), -len(pair[1])))
    return [Candidate(people[ref], tuple(found)) for ref, found in ranked if ref in people]


def may_be(walk_in: WalkIn, person_ref: int) -> bool:
    """Whether an officer may say that this is the walk-in: the incident knows the person, or the
    document that the gate wrote down is theirs."""
    return person_ref in _known(walk_in, [person_ref]) or person_ref in _by_document(walk_in)


def _known(walk_in: WalkIn, refs: Collection[int]) -> set[int]:
    """Those of these people who are in the incident, travel, or stand on one of its manifests."""
    operation = walk_in.operation
    found: set[int] = set()
    for rows in (
        Standing.objects.filter(incident=operation.incident_id),
        Traveller.objects.filter(operation=operation),
        ManifestEntry.objects.filter(manifest__incident=operation.incident_id),
    ):
        found |= set(rows.filter(person_ref__in=refs).values_list("person_ref", flat=True))
    return found


def _by_code(walk_in: WalkIn) -> list[int]:
    """Whoever's code the gate read, on any version of this incident's manifest."""
    entry = entry_of_code(walk_in.code)
    same = entry is not None and entry.manifest.incident_id == walk_in.operation.incident_id
    return [entry.person_ref] if entry and same else []


def _by_document(walk_in: WalkIn) -> list[int]:
    return [person.pk for person in find_by_document(walk_in.document)] if walk_in.document else []


def _by_name(walk_in: WalkIn) -> list[int]:
    if not walk_in.name:
        return []
    named = Person.objects.filter(name__iexact=walk_in.name) | Person.objects.filter(
        passport_name__iexact=walk_in.name
    )
    return sorted(_known(walk_in, list(named.values_list("pk", flat=True)[:200])))


def entry_of_code(text: str) -> ManifestEntry | None:
    """Whom a person's code names, on whatever version; None for anything else."""
    named = read_gate_code(text)
    if named is None or named.position is None:
        return None
    entries = ManifestEntry.objects.select_related("manifest")
    return entries.filter(manifest=named.manifest_id, position=named.position).first()

"""Recording who arrived, and taking back what was recorded by mistake."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.arrivals.models import Arrival, FamilyNotice, Stay
from crisis.arrivals.selectors import (
    has_list,
    is_out,
    known_to,
    listed_on,
    places_for,
    transports_to,
)
from crisis.arrivals.services import filings, staying, telling
from crisis.arrivals.services.lines import withdraw, write_lines
from crisis.arrivals.states import LeftAs, Telling
from crisis.boarding.models import Passage, WalkIn
from crisis.boarding.states import ScanKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportStatus
from registry.selectors.people import find_by_document


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who arrived and whom nobody knows. `key` is the form's own, so that pressing twice
    writes them once."""

    key: str
    name: str
    document: str = ""
    note: str = ""
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written now, and how many of those named had been recorded here before."""

    arrivals: list[Arrival]
    known: int


def record_arrivals(
    *,
    place: Place,
    transport: Transport | None = None,
    person_refs: Collection[int] = (),
    walk_ins: Collection[int] = (),
    officer: User,
    at: datetime,
) -> Recorded:
    """These people were seen to arrive at `place` at `at` (UTC). By an officer of the incident's
    post, or of the post that receives there, whoever's the incident is.

    Without a transport it is the one that brought them by what its gate recorded, if any did.
    Somebody who was recorded here before is passed over. Where the place is out of the area the
    roll call hears of it, families are told if they may be, and a safe haven opens a stay.

    Raises DomainError forbidden, not_found, in_the_future, other_destination,
    transport_cancelled, unknown_people (this operation does not know them).
    """
    with transaction.atomic():
        _begin(place, officer, transport, at)
        people, strangers = sorted(set(person_refs)), sorted(set(walk_ins))
        _check_known(place, people, strangers)
        by = _brought(place, transport, people, strangers, at)
        there = _there(place)
        rows = [
            Arrival(
                place=place, transport_id=by.get((ref, stranger)), at=at,
                person_ref=ref, walk_in_id=stranger,
                recorded_at=clock.now(), recorded_by=officer,
            )
            for ref, stranger in [*((ref, None) for ref in people), *((None, s) for s in strangers)]
            if (ref, stranger) not in there
        ]  # fmt: skip
        _note(officer, "recorded", place, people=len(rows), transport=transport and transport.pk)
        arrivals = _write(place, rows, officer)
    return Recorded(arrivals, len(people) + len(strangers) - len(arrivals))


def record_stranger(
    *,
    place: Place,
    transport: Transport | None = None,
    stranger: Stranger,
    officer: User,
    at: datetime,
) -> Arrival:
    """Somebody arrived who is on no list. Whose document the operation knows is that person;
    anybody else is kept by name, to be matched as the gates' walk-ins are.

    Raises DomainError as record_arrivals does, and name_needed.
    """
    if not stranger.name.strip():
        raise DomainError("name_needed", _("请填写姓名。"), {"field": "name"})
    with transaction.atomic():
        if (known := _by_document(place, officer, stranger.document)) is not None:
            record_arrivals(
                place=place, transport=transport, person_refs=[known], officer=officer, at=at
            )
            return Arrival.objects.get(place=place, person_ref=known, undone_at=None)
        _begin(place, officer, transport, at)
        one, new = WalkIn.objects.get_or_create(
            key=f"place:{place.pk}:{stranger.key}"[:60],
            defaults={
                "operation": place.operation,
                "name": stranger.name.strip(),
                "document": stranger.document.strip(),
                "note": stranger.note.strip(),
                "captured_at": at,
            },
        )
        before = Arrival.objects.filter(place=place, walk_in=one, undone_at=None).first()
        if before is not None:
            return before
        row = Arrival(
            place=place, transport=transport, walk_in=one, at=at,
            recorded_at=clock.now(), recorded_by=officer,
        )  # fmt: skip
        _note(officer, "stranger", place, walk_in=one.pk, new=new)
        (arrival,) = _write(place, [row], officer)
        if stranger.minor:
            Stay.objects.filter(arrival=arrival).update(minor=True)
    return arrival


def _by_document(place: Place, officer: User, document: str) -> int | None:
    """The one person of this operation who has this document; None where there is none."""
    _reach(place, officer)
    if not document.strip():
        return None
    refs = sorted(find_by_document(document).values_list("pk", flat=True))
    known = sorted(known_to(place.operation, refs))
    return known[0] if len(known) == 1 else None


def undo_arrival(*, arrival: Arrival, officer: User) -> bool:
    """It was recorded by mistake: the roll call's line is taken back and the stay goes. Returns
    whether the family had been told, and has to be told otherwise.

    Raises DomainError forbidden, not_found, already_undone, stay_is_over (they have left the safe
    haven since; that is to be taken back first).
    """
    with transaction.atomic():
        demand(officer, Capability.RECORD)
        _reach(arrival.place, officer)
        _note(officer, "undone", arrival.place, arrival=arrival.pk)
        row = Arrival.objects.select_for_update(of=("self",)).select_related("walk_in")
        fresh = row.get(pk=arrival.pk)
        if fresh.undone_at is not None:
            raise DomainError("already_undone", _("这条抵达记录已撤销。"), status=409)
        _end_stay(fresh)
        fresh.undone_at, fresh.undone_by = clock.now(), officer
        fresh.save(update_fields=["undone_at", "undone_by"])
        withdraw(fresh, officer.username)
        waiting = FamilyNotice.objects.filter(arrival=fresh)
        told = waiting.filter(state=Telling.TOLD).exists()
        waiting.exclude(state=Telling.TOLD).delete()
    return told


def _begin(place: Place, officer: User, transport: Transport | None, at: datetime) -> None:
    """What every recording asks first; one hand at a time writes of a place."""
    demand(officer, Capability.RECORD)
    _reach(place, officer)
    if at > clock.now():
        raise DomainError("in_the_future", _("抵达时间不能晚于现在。"), {"field": "at"})
    if transport is not None and transport.destination_id != place.pk:
        words = _("%(number)s 不到这里。") % {"number": transport.number}
        raise DomainError("other_destination", words, {"field": "transport"})
    if transport is not None and transport.status == TransportStatus.CANCELLED:
        words = _("%(number)s 已取消。") % {"number": transport.number}
        raise DomainError("transport_cancelled", words, {"field": "transport"})
    audit.hold_chain()
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)


def _reach(place: Place, officer: User) -> None:
    if not places_for(officer).filter(pk=place.pk).exists():
        raise DomainError("not_found", _("未找到。"), status=404)


def _check_known(place: Place, people: list[int], strangers: list[int]) -> None:
    """Of people whom the operation does not know nothing is told, not even that they exist."""
    of_gates = WalkIn.objects.filter(operation=place.operation, pk__in=strangers)
    unknown = set(people) - known_to(place.operation, people)
    if unknown or of_gates.count() < len(strangers):
        words = _("其中有人不属于这次撤离行动，请核对。")
        raise DomainError("unknown_people", words, {"people": len(unknown)}, status=404)


def _brought(
    place: Place,
    transport: Transport | None,
    people: list[int],
    strangers: list[int],
    at: datetime,
) -> dict[tuple[int | None, int | None], int]:
    """Who came by which transport: the one that is named, else the last to here that has them
    aboard, else the last to here that was to leave before `at` and that the newest sealed manifest
    lists them for."""
    if transport is not None:
        named = [*((ref, None) for ref in people), *((None, one) for one in strangers)]
        return dict.fromkeys(named, transport.pk)
    running = transports_to(place).exclude(status=TransportStatus.CANCELLED)
    to_here = list(running.values_list("pk", flat=True))
    by: dict[tuple[int | None, int | None], int] = {}
    left = list(running.filter(departs_at__lte=at).values_list("pk", flat=True))
    listed = listed_on(place.operation, left)
    for number in left:  # in order of departure
        by |= {(who.ref, None): number for who in listed.get(number, ())}
    aboard = Passage.objects.filter(transport__in=to_here, state=ScanKind.BOARDED)
    rows = aboard.filter(Q(person_ref__among=people) | Q(walk_in__in=strangers)).order_by("at")
    columns = rows.values_list("person_ref", "walk_in", "transport")
    return by | {(person, walk_in): brought for person, walk_in, brought in columns}


def _there(place: Place) -> set[tuple[int | None, int | None]]:
    """Whoever was recorded here before."""
    rows = Arrival.objects.filter(place=place, undone_at=None)
    return set(rows.values_list("person_ref", "walk_in"))


def _write(place: Place, rows: list[Arrival], officer: User) -> list[Arrival]:
    arrivals = Arrival.objects.bulk_create(rows, batch_size=1000)
    if is_out(place):
        write_lines(arrivals, officer.username)
        telling.ask(arrivals)
        filings.end_filings(place, arrivals, officer.username)
    if has_list(place):
        staying.open_stays(place, arrivals)
    return arrivals


def _end_stay(arrival: Arrival) -> None:
    stay = Stay.objects.filter(arrival=arrival).first()
    if stay is None:
        return
    if stay.left_at is not None:
        raise DomainError("stay_is_over", _("此人已登记离开安置点，请先撤销离开。"), status=409)
    stay.delete()
    # Where their arrival here ended a stay elsewhere, they are there again.
    staying.reopen(
        Stay.objects.filter(
            person_ref=arrival.person_ref, walk_in=arrival.walk_in, left_as=LeftAs.ONWARD,
            left_at=arrival.at, left_by=None,
        )
    )  # fmt: skip


def _note(officer: User, what: str, place: Place, **detail: object) -> None:
    audit.record(
        actor=officer.username,
        act=f"arrival.{what}",
        subject=f"place:{place.pk}",
        incident=place.operation.incident_id,
        **detail,
    )

"""安置: what a safe haven keeps of whoever stays there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.kernel import audit, clock, legal
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.arrivals.minors import is_adult, is_minor
from crisis.arrivals.models import Arrival, Stay
from crisis.arrivals.selectors import party_here, places_for
from crisis.arrivals.states import LeftAs, Province
from crisis.evacuation.models import Manifest, ManifestLeg
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportStatus
from registry.ages import is_child
from registry.models import ConsentPurpose, Person
from registry.selectors.people import persons_by_ids
from registry.services.consents import give_consent

WORDS = 300


@dataclass(frozen=True, slots=True)
class StayDraft:
    """What an officer writes about a stay; empty is not known."""

    bed: str = ""
    food: str = ""
    medicine: str = ""
    needs: str = ""
    onward: Transport | None = None
    province: str = ""
    minor: bool = False


def open_stays(place: Place, arrivals: Collection[Arrival]) -> None:
    """Everybody who arrived here stays here, and nowhere else any more; in the caller's
    transaction. Their next transport is the one that the newest sealed manifest has for them."""
    refs = [ref for arrival in arrivals if (ref := arrival.whose) is not None]
    people = persons_by_ids(refs)
    onward = _onward(place, refs)
    _close_elsewhere(place, arrivals)
    now = clock.now()
    Stay.objects.bulk_create(
        [
            Stay(
                place=place, arrival=arrival, since=arrival.at, changed_at=now,
                person_ref=arrival.person_ref, walk_in=arrival.walk_in,
                minor=_minor(people.get(arrival.whose or 0)),
                onward_id=onward.get(arrival.whose or 0),
            )
            for arrival in arrivals
        ],
        batch_size=1000,
    )  # fmt: skip


def _minor(person: Person | None) -> bool:
    if person is None:
        return False
    return is_minor(person.birth_date, person.needs, clock.now().date())


def _onward(place: Place, refs: Collection[int]) -> dict[int, int]:
    """By person, the transport from here that their manifest lists."""
    sealed = Manifest.objects.filter(
        incident=place.operation.incident_id, state=Manifest.State.SEALED
    ).order_by("-version")
    legs = ManifestLeg.objects.filter(
        entry__manifest__in=sealed[:1].values("pk"),
        entry__person_ref__among=list(refs),
        transport__origin=place,
    ).exclude(transport__status=TransportStatus.CANCELLED)
    return dict(legs.values_list("entry__person_ref", "transport"))


def _close_elsewhere(place: Place, arrivals: Collection[Arrival]) -> None:
    """Whoever stood on another safe haven's list has gone on from there."""
    by_person = {arrival.person_ref: arrival for arrival in arrivals if arrival.person_ref}
    by_walk_in = {arrival.walk_in_id: arrival for arrival in arrivals if arrival.walk_in_id}
    rows = Stay.objects.filter(place__operation=place.operation, left_at=None).exclude(place=place)
    theirs = rows.filter(Q(person_ref__in=list(by_person)) | Q(walk_in__in=list(by_walk_in)))
    for stay in theirs:
        arrival = by_person.get(stay.person_ref or 0) or by_walk_in[stay.walk_in_id or 0]
        close(Stay.objects.filter(pk=stay.pk), arrival.at, arrival.transport_id)


def close(stays: QuerySet[Stay], at: object, transport_id: int | None) -> int:
    """They went on, as a gate or the next place saw; nobody here let them go."""
    changes = {"left_at": at, "left_as": LeftAs.ONWARD, "changed_at": clock.now()}
    if transport_id is not None:
        changes["onward_id"] = transport_id
    return stays.filter(left_at=None).update(**changes)


def reopen(stays: QuerySet[Stay]) -> int:
    """They are here again. Somebody who has another stay open is left where they are."""
    back = 0
    for stay in stays.exclude(left_at=None):
        mine = Q(person_ref=stay.person_ref, walk_in=stay.walk_in_id)
        rows = Stay.objects.filter(mine, place__operation=stay.place.operation_id, left_at=None)
        if rows.exists():
            continue
        taken = Stay.objects.filter(place=stay.place_id, left_at=None, bed=stay.bed)
        bed = "" if stay.bed and taken.exists() else stay.bed
        back += Stay.objects.filter(pk=stay.pk).update(
            left_at=None, left_as="", left_by=None, left_with="", bed=bed, changed_at=clock.now()
        )
    return back


def change_stay(*, stay: Stay, draft: StayDraft, officer: User) -> Stay:
    """Write what is known of somebody's stay. Who is a minor by the registry stays one.

    Raises DomainError forbidden, not_found, stay_is_over, bed_taken, too_long, other_origin,
    transport_cancelled, unknown_province.
    """
    with transaction.atomic():
        fresh = hold(stay, officer, "stay.changed")
        _check(fresh, draft)
        fresh.bed = clean(draft.bed)
        fresh.food, fresh.medicine, fresh.needs = (
            _words(name, getattr(draft, name)) for name in ("food", "medicine", "needs")
        )
        fresh.onward, fresh.province = draft.onward, draft.province
        fresh.minor = draft.minor or _minor(Person.objects.filter(pk=fresh.whose or 0).first())
        fresh.changed_at = clock.now()
        fresh.save()
    return fresh


def note_consent(*, stay: Stay, officer: User) -> None:
    """The person says that their family may be told of their arrival; of a child under fourteen
    an adult of their own who is here says so.

    Raises DomainError forbidden, not_found, stay_is_over, unknown_person (a walk-in), or as
    give_consent does (guardian_needed).
    """
    with transaction.atomic():
        held = hold(stay, officer, "stay.consented", basis=legal.Basis.CONSENT)
        person = Person.objects.filter(pk=held.whose or 0, erased_at=None).first()
        if person is None:
            raise DomainError("unknown_person", _("请先核实此人是谁。"), status=409)
        speaks = person
        if is_child(person.birth_date, clock.now().date()):
            family = Person.objects.in_bulk([row.whose or 0 for row in party_here(held)])
            today = clock.now().date()
            adults = (one for one in family.values() if is_adult(one.birth_date, today))
            speaks = next(adults, person)
        give_consent(person=person, purpose=ConsentPurpose.FAMILY, given_by=speaks)


def hold(stay: Stay, officer: User, act: str, **detail: object) -> Stay:
    """The stay, locked, for an act of this officer that is on record. Raises DomainError
    forbidden, not_found, stay_is_over."""
    (held,) = hold_all([stay], officer, act, **detail)
    return held


def hold_all(stays: Iterable[Stay], officer: User, act: str, **detail: object) -> list[Stay]:
    """The same for several at once, in order of their numbers."""
    demand(officer, Capability.RECORD)
    wanted = sorted({stay.pk for stay in stays})
    for pk in wanted:
        audit.record(actor=officer.username, act=act, subject=f"stay:{pk}", **detail)
    rows = Stay.objects.filter(pk__in=wanted, place__in=places_for(officer).values("pk"))
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    found = list(locked.select_related("place__operation__incident__post", "walk_in", "onward"))
    if len(found) < len(wanted):
        raise DomainError("not_found", _("未找到。"), status=404)
    if any(stay.left_at is not None for stay in found):
        raise DomainError("stay_is_over", _("此人已登记离开安置点，请先撤销离开。"), status=409)
    return found


def check_onward(place: Place, transport: Transport | None) -> None:
    """Raise DomainError other_origin or transport_cancelled where nobody can take it from here."""
    if transport is None:
        return
    words = {"number": transport.number}
    if transport.origin_id != place.pk:
        raise DomainError(
            "other_origin", _("%(number)s 不从这里出发。") % words, {"field": "onward"}
        )
    if transport.status == TransportStatus.CANCELLED:
        raise DomainError(
            "transport_cancelled", _("%(number)s 已取消。") % words, {"field": "onward"}
        )


def check_province(code: str) -> None:
    if code and code not in Province.values:
        raise DomainError("unknown_province", _("没有这个户籍地。"), {"field": "province"})


def _check(stay: Stay, draft: StayDraft) -> None:
    bed = clean(draft.bed)
    if len(bed) > 20:
        raise DomainError("too_long", _("床位最多 20 个字。"), {"field": "bed"})
    others = Stay.objects.filter(place=stay.place, left_at=None, bed=bed).exclude(pk=stay.pk)
    if bed and others.exists():
        raise DomainError(
            "bed_taken", _("床位 %(bed)s 已有人。") % {"bed": bed}, {"field": "bed"}, status=409
        )
    check_onward(stay.place, draft.onward)
    check_province(draft.province)


def _words(name: str, text: str) -> str:
    words = clean(text)
    if len(words) > WORDS:
        raise DomainError(
            "too_long", _("内容过长，最多 %(n)d 个字。") % {"n": WORDS}, {"field": name}
        )
    return words

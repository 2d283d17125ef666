"""Where a person lives, goes and says they are: what may be written about it.

Whatever changes a place settles the person's current whereabouts in the same transaction.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.kernel import bulk, clock
from registry.drafts import Place, refusal
from registry.models import Person, Source, Whereabouts, WhereaboutsKind
from registry.services import geocoding
from registry.services.current import settle

LONGEST_TRIP = timedelta(days=3 * 366)
_PIECE = 1_000  # people placed in one commit


@transaction.atomic
def set_residence(*, person: Person, place: Place, source: str = Source.SELF) -> Whereabouts:
    """Write where the person lives, in place of what was known before."""
    now = clock.now()
    columns = {**place.clean().columns(), "recorded_at": now, "source": source}
    residence, _created = Whereabouts.objects.update_or_create(
        person=person, kind=WhereaboutsKind.RESIDENCE, defaults=columns
    )
    geocoding.enqueue(residence)
    settle([person.pk], now)
    return residence


@transaction.atomic
def add_trip(
    *,
    person: Person,
    place: Place,
    starts_at: datetime,
    ends_at: datetime,
    source: str = Source.SELF,
) -> Whereabouts:
    """Add one leg of a trip; the same leg twice is one row. Raises DomainError bad_trip."""
    check_trip(starts_at, ends_at)
    now, columns = clock.now(), place.clean().columns()
    address = columns.pop("address")
    leg, _created = Whereabouts.objects.get_or_create(
        person=person,
        kind=WhereaboutsKind.TRIP,
        starts_at=starts_at,
        ends_at=ends_at,
        **columns,
        defaults={"address": address, "recorded_at": now, "source": source},
    )
    settle([person.pk], now)
    return leg


@transaction.atomic
def change_trip(
    *, leg: Whereabouts, place: Place, starts_at: datetime, ends_at: datetime
) -> Whereabouts:
    """Put other words in place of a leg's. Raises DomainError bad_trip or unknown_trip."""
    check_trip(starts_at, ends_at)
    now = clock.now()
    columns = {**place.clean().columns(), "starts_at": starts_at, "ends_at": ends_at}
    changed = _trips().filter(pk=leg.pk).update(**columns, recorded_at=now)
    if not changed:
        raise _unknown_trip()
    settle([leg.person_id], now)
    leg.refresh_from_db()
    return leg


@transaction.atomic
def remove_trip(*, leg: Whereabouts) -> None:
    """The person does not go there. Raises DomainError unknown_trip."""
    removed, _by_model = _trips().filter(pk=leg.pk).delete()
    if not removed:
        raise _unknown_trip()
    settle([leg.person_id], clock.now())


def _trips() -> Any:
    return Whereabouts.objects.filter(kind=WhereaboutsKind.TRIP)


def _unknown_trip() -> Exception:
    return refusal("unknown_trip", "trip", _("这段行程已经不在了，请重新打开页面。"))


def check_trip(starts_at: datetime, ends_at: datetime) -> None:
    """Raises DomainError bad_trip for a leg that ends before it begins or lasts for ever."""
    if not timedelta() <= ends_at - starts_at <= LONGEST_TRIP:
        sentence = _("行程的结束不能早于开始，全程不能超过三年。")
        raise refusal("bad_trip", "trip_ends_on", sentence)


@transaction.atomic
def share_position(
    *, person: Person, place: Place, shared_at: datetime, source: str = Source.REPLY
) -> Whereabouts:
    """Keep a position the person shared. An older one that arrives late changes nothing.

    Returns the newest position known. Only one is kept: the registry is no movement profile.
    """
    columns = {**place.clean().columns(), "recorded_at": shared_at, "source": source}
    positions = Whereabouts.objects.select_for_update().filter(
        person=person, kind=WhereaboutsKind.SHARED
    )
    newest = positions.order_by("-recorded_at", "-id").first()
    if newest and newest.recorded_at >= shared_at:
        return newest
    positions.delete()
    shared = Whereabouts.objects.create(person=person, kind=WhereaboutsKind.SHARED, **columns)
    settle([person.pk], clock.now())
    return shared


def place_members(*, person_ids: Iterable[int], place: Place, at: datetime, source: str) -> int:
    """Keep one position (no address) for many people: a vessel's, a camp's. Set-based.

    Returns how many are there now. Who shared a newer position, or one of the same moment by
    another way, keeps that.
    """
    tidy, ids, placed = place.clean(), sorted(set(person_ids)), 0
    for start in range(0, len(ids), _PIECE):
        placed += _place_some(ids[start : start + _PIECE], tidy, at, source)
    return placed


@transaction.atomic
def _place_some(ids: list[int], place: Place, at: datetime, source: str) -> int:
    # Who has paused says that they are not there, whatever their ship reports.
    there = Person.objects.filter(pk__among=ids).exclude(paused_until__gt=at.date())
    held = there.order_by("pk").select_for_update(no_key=True)
    known = list(held.values_list("pk", flat=True))
    shared = Whereabouts.objects.filter(person_id__among=known, kind=WhereaboutsKind.SHARED)
    newer = shared.filter(Q(recorded_at__gt=at) | Q(recorded_at=at) & ~Q(source=source))
    elsewhere = set(newer.values_list("person_id", flat=True))
    moved = [person for person in known if person not in elsewhere]
    shared.filter(person_id__among=moved).delete()
    columns = {
        **place.columns(),
        "kind": WhereaboutsKind.SHARED.value,
        "recorded_at": at,
        "source": str(source),
    }
    columns.pop("address")
    bulk.insert(Whereabouts, ("person",), [(pk,) for pk in moved], same=columns | {"address": b""})
    settle(moved, clock.now())
    return len(moved)

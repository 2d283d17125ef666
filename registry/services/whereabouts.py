"""Where a person lives, goes and says they are: what may be written about it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from registry.drafts import Place, refusal
from registry.models import Person, Whereabouts, WhereaboutsKind

LONGEST_TRIP = timedelta(days=3 * 366)


@transaction.atomic
def set_residence(*, person: Person, place: Place) -> Whereabouts:
    """Write where the person lives, in place of what was known before."""
    columns = {**place.clean().columns(), "recorded_at": clock.now()}
    residence, _created = Whereabouts.objects.update_or_create(
        person=person, kind=WhereaboutsKind.RESIDENCE, defaults=columns
    )
    return residence


def add_trip(
    *, person: Person, place: Place, starts_at: datetime, ends_at: datetime
) -> Whereabouts:
    """Add one leg of a trip; the same leg twice is one row. Raises DomainError bad_trip."""
    check_trip(starts_at, ends_at)
    columns = place.clean().columns()
    address = columns.pop("address")
    leg, _created = Whereabouts.objects.get_or_create(
        person=person,
        kind=WhereaboutsKind.TRIP,
        starts_at=starts_at,
        ends_at=ends_at,
        **columns,
        defaults={"address": address, "recorded_at": clock.now()},
    )
    return leg


def check_trip(starts_at: datetime, ends_at: datetime) -> None:
    """Raises DomainError bad_trip for a leg that ends before it begins or lasts for ever."""
    if not timedelta() <= ends_at - starts_at <= LONGEST_TRIP:
        sentence = _("行程的结束不能早于开始，全程不能超过三年。")
        raise refusal("bad_trip", "trip_ends_on", sentence)


@transaction.atomic
def share_position(*, person: Person, place: Place, shared_at: datetime) -> Whereabouts:
    """Keep a position the person shared. An older one that arrives late changes nothing.

    Returns the newest position known. Only one is kept: the registry is no movement profile.
    """
    columns = {**place.clean().columns(), "recorded_at": shared_at}
    positions = Whereabouts.objects.select_for_update().filter(
        person=person, kind=WhereaboutsKind.SHARED
    )
    newest = positions.order_by("-recorded_at", "-id").first()
    if newest and newest.recorded_at >= shared_at:
        return newest
    positions.delete()
    return Whereabouts.objects.create(person=person, kind=WhereaboutsKind.SHARED, **columns)

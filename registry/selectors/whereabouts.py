"""Where people are thought to be."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from registry.models import CurrentWhereabouts, Whereabouts, WhereaboutsKind
from registry.whereabouts.deciding import decide
from registry.whereabouts.reading import facts_of

_SLICE = 5_000  # people asked about in one statement


def current_places(ids: Iterable[int], *, at: datetime) -> dict[int, tuple[str, str]]:
    """(country, city) of where each person is thought to be at `at`; absent if nowhere.

    Read from the settled rows, and decided anew for whom they do not speak of that moment.
    """
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _SLICE):
        some = wanted[start : start + _SLICE]
        settled = _settled_places(some, at)
        found.update(settled)
        found.update(_decided_places([p for p in some if p not in settled], at))
    return {person: place for person, place in found.items() if place}


def _settled_places(ids: Sequence[int], at: datetime) -> dict[int, tuple[str, str] | None]:
    rows = CurrentWhereabouts.objects.filter(
        Q(recheck_at=None) | Q(recheck_at__gt=at),
        Q(since__lte=at),
        # A place that was removed or moved to somebody else is no answer.
        person_id__among=ids,
        whereabouts__person_id=F("person_id"),
    )
    columns = rows.values_list("person_id", "whereabouts__country", "whereabouts__city")
    return {person: (country, city) for person, country, city in columns}


def _decided_places(ids: Sequence[int], at: datetime) -> dict[int, tuple[str, str] | None]:
    if not ids:
        return {}
    chosen = {person: decide(facts, at).fact_id for person, facts in facts_of(ids).items()}
    rows = Whereabouts.objects.filter(pk__among=[pk for pk in chosen.values() if pk is not None])
    places = {
        pk: (country, city) for pk, country, city in rows.values_list("pk", "country", "city")
    }
    return {person: places.get(pk) if pk else None for person, pk in chosen.items()}


def current_points(ids: Iterable[int]) -> dict[int, tuple[float, float]]:
    """(latitude, longitude) of where each person was last thought to be; absent if nowhere. From
    the settled rows alone, which the sweep keeps."""
    wanted = list(ids)
    found: dict[int, tuple[float, float]] = {}
    for start in range(0, len(wanted), _SLICE):
        rows = CurrentWhereabouts.objects.filter(
            person_id__among=wanted[start : start + _SLICE],
            whereabouts__person_id=F("person_id"),
            whereabouts__latitude__isnull=False,
        )
        columns = rows.values_list("person_id", "whereabouts__latitude", "whereabouts__longitude")
        for person, latitude, longitude in columns:
            if latitude is not None and longitude is not None:
                found[person] = latitude, longitude
    return found


def trips_of(person_id: int) -> QuerySet[Whereabouts]:
    """The legs of this person's trips, the earliest first."""
    legs = Whereabouts.objects.filter(person=person_id, kind=WhereaboutsKind.TRIP)
    return legs.order_by("starts_at", "pk")


def home_country(person_id: int) -> str:
    """The country of the residence; empty where none is known."""
    homes = Whereabouts.objects.filter(person=person_id, kind=WhereaboutsKind.RESIDENCE)
    return homes.values_list("country", flat=True).first() or ""

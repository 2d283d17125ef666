"""Where people are thought to be."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from registry.geography.rows import SHARED_LASTS
from registry.models import Whereabouts, WhereaboutsKind

_RANK: dict[str, int] = {
    WhereaboutsKind.SHARED: 0,
    WhereaboutsKind.TRIP: 1,
    WhereaboutsKind.RESIDENCE: 2,
}
_SLICE = 5_000  # below every database's limit of parameters


def current_places(ids: Iterable[int], *, at: datetime) -> dict[int, tuple[str, str]]:
    """(country, city) where each person is thought to be: shared position, else trip, else home."""
    wanted = list(ids)
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(wanted), _SLICE):
        rows = Whereabouts.objects.filter(person_id__in=wanted[start : start + _SLICE])
        on_time = Q(kind=WhereaboutsKind.RESIDENCE) | Q(
            kind=WhereaboutsKind.SHARED, recorded_at__gte=at - SHARED_LASTS
        )
        on_trip = Q(kind=WhereaboutsKind.TRIP, starts_at__lte=at, ends_at__gte=at)
        counting = rows.filter(on_time | on_trip).values_list("kind", "person", "country", "city")
        for _kind, person, country, city in sorted(counting, key=lambda row: _RANK[row[0]]):
            found.setdefault(person, (country, city))
    return found

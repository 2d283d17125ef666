"""Better points for addresses: asked for by the sweep, never while somebody waits.

A wrong, empty, slow or broken answer leaves what is known as it is.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from geopy.distance import geodesic
from geopy.exc import GeopyError

from config.kernel import clock
from registry.drafts import band_of
from registry.geocoding.providers import Answer, ask
from registry.models import GeocoderState, GeocodingTask, Whereabouts
from registry.models.whereabouts import MAX_ACCURACY_M
from registry.places import cities_of
from registry.services.current import settle
from registry.whereabouts.gazetteer import airports

# Nominatim's terms: one question a second at most.
EVERY = timedelta(seconds=1)
# Nobody else takes a task that was begun; later tries wait longer, then the address is let be.
LEASE = timedelta(minutes=2)
AGAIN_AFTER = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12))
# So many failures in a row and the geocoder is left alone for a while.
BREAKS_AFTER, BROKEN_FOR = 5, timedelta(minutes=10)
# How far a point may lie from what is known without being taken for a mistake, in metres.
BESIDE_CITY_M, BESIDE_COUNTRY_M = 50_000.0, 300_000.0
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def enqueue(place: Whereabouts) -> None:
    """Have the address of this place looked up later; nothing where no geocoder is set."""
    if settings.GEOCODER and place.address:
        GeocodingTask.objects.update_or_create(
            pk=place.pk, defaults={"due_at": clock.real_now(), "attempts": 0}
        )


def geocode_next() -> int:
    """Ask for the address that has waited longest, if the geocoder may be asked now. A step of
    the sweep; returns 1 when one was asked for."""
    if not settings.GEOCODER:
        return 0
    task = GeocodingTask.objects.filter(due_at__lte=clock.real_now()).order_by("due_at").first()
    if task is None or not _may_ask() or not _claim(task):
        return 0
    place = Whereabouts.objects.filter(pk=task.pk).first()
    if place is None or not place.address:
        task.delete()
        return 1
    try:
        answer = ask(place.address, place.country)
    except (GeopyError, *_MALFORMED):
        _put_off(task)
        _note_failure()
        return 1
    GeocoderState.objects.filter(pk=settings.GEOCODER).update(failures=0)
    if answer and is_plausible(answer, place):
        _improve(place, answer)
    task.delete()
    return 1


def _may_ask() -> bool:
    """Take the right to ask once: one process of all gets it, once in EVERY."""
    now = clock.real_now()
    GeocoderState.objects.get_or_create(pk=settings.GEOCODER, defaults={"next_at": now})
    free = GeocoderState.objects.filter(pk=settings.GEOCODER, next_at__lte=now)
    return bool(free.update(next_at=now + EVERY))


def _claim(task: GeocodingTask) -> bool:
    still = GeocodingTask.objects.filter(pk=task.pk, due_at=task.due_at)
    return bool(still.update(due_at=clock.real_now() + LEASE))


def _put_off(task: GeocodingTask) -> None:
    if task.attempts >= len(AGAIN_AFTER):
        task.delete()
        return
    due = clock.real_now() + AGAIN_AFTER[task.attempts]
    GeocodingTask.objects.filter(pk=task.pk).update(due_at=due, attempts=task.attempts + 1)


@transaction.atomic
def _note_failure() -> None:
    state = GeocoderState.objects.select_for_update().get(pk=settings.GEOCODER)
    state.failures += 1
    if state.failures >= BREAKS_AFTER:
        state.failures, state.next_at = 0, clock.real_now() + BROKEN_FOR
    state.save()


def is_plausible(answer: Answer, place: Whereabouts) -> bool:
    """Whether the answer says more than we know, and nothing that cannot be: it lies in the stated
    country, near the stated city, or near some town of the country."""
    known = MAX_ACCURACY_M if place.accuracy_m is None else place.accuracy_m
    if not (abs(answer.latitude) <= 90 and abs(answer.longitude) <= 180):
        return False
    if answer.accuracy_m >= known or answer.country not in ("", place.country):
        return False
    point = (answer.latitude, answer.longitude)
    if place.latitude is not None:
        reach = known + BESIDE_CITY_M
        return bool(geodesic(point, (place.latitude, place.longitude)).meters <= reach)
    return any(geodesic(point, town).meters <= BESIDE_COUNTRY_M for town in _towns(place.country))


def _towns(country: str) -> list[tuple[float, float]]:
    towns = [(city.latitude, city.longitude) for city in cities_of(country)]
    fields = [s for s in airports().values() if s.country == country]
    return towns + [(s.latitude, s.longitude) for s in fields if s.latitude and s.longitude]


@transaction.atomic
def _improve(place: Whereabouts, answer: Answer) -> None:
    """Only while the place is still the one that was asked about."""
    same = Whereabouts.objects.filter(pk=place.pk, recorded_at=place.recorded_at)
    improved = same.filter(latitude=place.latitude, accuracy_m=place.accuracy_m).update(
        latitude=answer.latitude,
        longitude=answer.longitude,
        accuracy_m=answer.accuracy_m,
        band=band_of(answer.latitude),
    )
    if improved:
        settle([place.person_id], clock.now())

"""The place that a report told, once an officer has said whose it is."""

from collections.abc import Collection

from config.kernel import clock
from crisis.selfreports.models import SelfReport
from registry.drafts import Place
from registry.models import Merge, Person, Whereabouts
from registry.models.whereabouts import MAX_ACCURACY_M
from registry.services.current import settle
from registry.services.whereabouts import share_position

# A phone says how well it knows; where it does not, a city block.
DEFAULT_ACCURACY_M = 500.0


def place_person(report: SelfReport, person: Person) -> None:
    """The person was, when they reported themselves, where they said: a shared position."""
    if not report.country:
        return
    accuracy = DEFAULT_ACCURACY_M if report.accuracy_m is None else report.accuracy_m
    known = report.latitude is not None and report.longitude is not None
    place = Place(
        country=report.country,
        latitude=report.latitude if known else None,
        longitude=report.longitude if known else None,
        accuracy_m=min(accuracy, MAX_ACCURACY_M) if known else None,
    )
    share_position(person=person, place=place, shared_at=report.told_at)


def unplace(person_ids: Collection[int]) -> None:
    """Who is unverified has no place."""
    Whereabouts.objects.filter(person__in=person_ids).delete()
    settle(person_ids, clock.now())


def follow_partings(person_ids: Collection[int]) -> None:
    """A merge was taken apart: the place went back to the provisional person with everything else,
    and they have none again."""
    merged = Merge.objects.filter(gone__in=person_ids, undone_at=None).values("gone")
    alone = Person.objects.filter(pk__in=person_ids, provisional=True).exclude(pk__in=merged)
    placed = alone.filter(whereabouts__isnull=False).distinct()
    if ids := list(placed.values_list("pk", flat=True)):
        unplace(ids)

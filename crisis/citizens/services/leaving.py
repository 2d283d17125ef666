"""Leaving: at once where nothing open needs the person, else as soon as it does not any more."""

from dataclasses import dataclass

from django.db import transaction

from config.kernel import audit
from notifications.services.scrubbing import forget_addresses, forget_names
from registry.holds import Erasure
from registry.models import Person
from registry.services.erasing import erase_people
from registry.services.people import leave_registry


@dataclass(frozen=True, slots=True)
class Departure:
    """What became of a wish to leave. `kept` is how many people an open incident still needs:
    they get no new alert, and are erased when it has been over for
    GUIHANG_KEEP_AFTER_INCIDENT_DAYS."""

    erased: int
    kept: int


@transaction.atomic
def leave(*, person: Person, by: str, with_family: bool = False) -> Departure:
    """The person leaves the registry, `with_family` together with those whom they registered and
    who have no way of their own to be reached. Asking again changes nothing."""
    leavers = [person, *(dependants_of(person) if with_family else ())]
    for one in leavers:
        if leave_registry(person=one):
            audit.record(actor=by, act="person.left", subject=f"person:{one.pk}")
    erased = erase_people(person_ids=[one.pk for one in leavers], by=by)
    gone = Person.objects.filter(pk__in=[one.pk for one in leavers], erased_at__isnull=False)
    return Departure(len(erased), len(leavers) - gone.count())


def dependants_of(person: Person) -> list[Person]:
    """Those whom this person registered and who have no verified address of their own."""
    registered = Person.objects.filter(registered_by=person, erased_at=None)
    alone = registered.exclude(contact_points__verified_at__isnull=False)
    return list(alone.order_by("pk").distinct())


def scrub_messages(erasure: Erasure) -> None:
    """Notifications knows no people: it is told addresses, and names as messages show them."""
    forget_addresses(erasure.addresses)
    forget_names(erasure.masked)

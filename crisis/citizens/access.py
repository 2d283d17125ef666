"""Whose pages a citizen may open: their own, and those of the family they registered."""

from django.http import Http404

from crisis.citizens.services.leaving import dependants_of
from registry.models import Person


def family_of(citizen: Person) -> list[Person]:
    """Those of the own household whom this person registered and who have no verified address of
    their own. Whoever has one speaks for themselves, and their health is theirs alone."""
    if citizen.household_id is None:
        return []
    return [one for one in dependants_of(citizen) if one.household_id == citizen.household_id]


def person_for(citizen: Person, person_id: int | None) -> Person:
    """The person whose page is asked for; raises Http404 for anybody else's, known or not."""
    if person_id is None or person_id == citizen.pk:
        return citizen
    found = next((one for one in family_of(citizen) if one.pk == person_id), None)
    if found is None or found.left_at is not None:
        raise Http404
    return found

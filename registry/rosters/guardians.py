"""Children under fourteen in a roster: somebody grown up of their household comes with them."""

from datetime import date

from registry.ages import age_on
from registry.models import Person
from registry.rosters.rows import Entry
from registry.services.consents import ADULT


def unguarded(entries: list[Entry], today: date) -> list[Entry]:
    """The children among these who have neither a guardian named nor an adult in the household,
    here or already in the registry. Somebody of unknown age counts as an adult."""
    children = [entry for entry in entries if entry.child and not entry.guarded]
    if not children:
        return []
    grown = {
        entry.household for entry in entries if _is_adult(entry.person["birth_date"], today)
    } - {""}
    asked = {entry.household for entry in children} - grown - {""}
    registered = Person.objects.filter(household__label__in=sorted(asked), left_at=None)
    for label, born in registered.values_list("household__label", "birth_date"):
        if _is_adult(born, today):
            grown.add(label)
    return [entry for entry in children if entry.household not in grown]


def _is_adult(born: date | None, today: date) -> bool:
    age = age_on(born, today)
    return age is None or age >= ADULT

"""What the pages of a plan show of people: names, and ways in words."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crisis.allocation.checking import going
from crisis.allocation.models import Placement
from crisis.allocation.selectors import Moved
from crisis.seats.models import Party, Traveller
from crisis.transports.models import EvacuationOperation
from registry.models import Person


def named(placements: Iterable[Placement]) -> list[Any]:
    """Give each placement its person as `.person` and its way in words as `.way`."""
    rows: list[Any] = list(placements)
    people = Person.objects.in_bulk([row.traveller.person_ref for row in rows])
    numbers: dict[int, str] = {}
    if rows:
        numbers = _numbers(rows[0].traveller.operation_id)
    for row in rows:
        row.person = people.get(row.traveller.person_ref)
        chain = [int(part) for part in row.journey.key.split(">")] if row.journey else []
        row.way = " → ".join(numbers.get(number, "?") for number in chain)
    return rows


def ways(operation: EvacuationOperation, changes: Sequence[Moved]) -> list[dict[str, Any]]:
    """Who moved, from where to where."""
    people = Person.objects.in_bulk([one.traveller.person_ref for one in changes])
    numbers = _numbers(operation.pk)
    nowhere = _("没有席位")
    return [
        {
            "party": one.traveller.party.number,
            "person": people.get(one.traveller.person_ref),
            "before": " → ".join(numbers.get(n, "?") for n in one.before or ()) or nowhere,
            "after": " → ".join(numbers.get(n, "?") for n in one.after or ()) or nowhere,
            "forced": one.forced,
            "lost": one.lost,
        }
        for one in changes
    ]


def family(party: Party) -> list[tuple[Traveller, str]]:
    """Those of a party who want to go, with their names."""
    members = going(party)
    people = Person.objects.in_bulk([one.person_ref for one in members])
    return [
        (one, people[one.person_ref].name if one.person_ref in people else f"#{one.person_ref}")
        for one in members
    ]


def _numbers(operation: int) -> dict[int, str]:
    found = EvacuationOperation.objects.get(pk=operation).transports
    return dict(found.values_list("pk", "number"))

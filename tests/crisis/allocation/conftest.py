"""An operation in Port Vila with one flight of three seats and people who want to go."""

import pytest

from crisis.seats.models import Traveller
from crisis.transports.models import Place
from tests.support.evacuating import (
    make_incident,
    make_operation,
    make_party,
    make_transport,
    stand,
)


class Table:
    """`table.family("王", 2)` adds a party at the assembly point, `table.flight()` a flight."""

    def __init__(self, post, officer, planner):
        self.incident = make_incident(post, officer)
        self.operation = make_operation(self.incident, planner)
        self.assembly = Place.objects.get(operation=self.operation, code="VLI")
        self.planner = planner

    def family(self, name, count=1, **fields):
        people = [stand(self.incident, f"{name}{at}") for at in range(count)]
        return make_party(self.operation, *people, **{"assembly": self.assembly, **fields})

    def flight(self, number="MU9001", seats=3, **fields):
        return make_transport(self.operation, number, seats=seats, **fields)


@pytest.fixture
def table(held_clock, post, officer, planner):
    return Table(post, officer, planner)


def travellers(party):
    return list(Traveller.objects.filter(party=party).order_by("pk"))


def placed(plan):
    """The chain of each party that goes as one, by the party's number; None where it waits."""
    found = {}
    for row in plan.placements.select_related("traveller__party", "journey"):
        key = row.journey.key if row.journey else None
        found.setdefault(row.traveller.party.number, set()).add(key)
    return {number: keys.pop() if len(keys) == 1 else keys for number, keys in found.items()}

"""The list of people in an incident, from anywhere in it: the most urgent first.

A place in the list is the urgency and the number of its last row, so that going on costs the same
after 100,000 rows as after 50, and nobody is passed over because others moved meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from crisis.rollcall.models import Standing
from registry.models import Channel, ContactPoint, Person


@dataclass(frozen=True, slots=True)
class Place:
    urgency: int
    standing: int

    def __str__(self) -> str:
        return f"{self.urgency}-{self.standing}"


def read_place(text: str) -> Place | None:
    """`3-1207`, as pages carry it; None for anything else: the beginning."""
    urgency, _, standing = text.partition("-")
    if urgency.isdecimal() and standing.isdecimal() and len(text) < 24:
        return Place(int(urgency), int(standing))
    return None


def rows_after(
    standings: QuerySet[Standing], after: Place | None, size: int
) -> tuple[list[Standing], Place | None]:
    """The next `size` rows, and the place to go on from; None at the end.

    Two ranges of one index: the rest of the same urgency, then what is less urgent. One condition
    for both would read the list from its beginning.
    """
    ordered = standings.order_by("urgency", "pk")
    rows: list[Standing] = []
    wanted = size + 1
    if after is not None:
        rows = list(ordered.filter(urgency=after.urgency, pk__gt=after.standing)[:wanted])
        ordered = ordered.filter(urgency__gt=after.urgency)
    if len(rows) < wanted:
        rows += ordered[: wanted - len(rows)]
    shown = rows[:size]
    return shown, Place(shown[-1].urgency, shown[-1].pk) if len(rows) > size else None


def sheets(standings: QuerySet[Standing], *, size: int, by_name: bool) -> Iterator[list[Standing]]:
    """All of them, `size` at a time, each with `.person` (None where gone) and `.phones`; by names
    as they sound, or the most urgent first. The order is that of the first moment."""
    wanted = (
        _by_name(standings)
        if by_name
        else list(standings.order_by("urgency", "pk").values_list("pk", flat=True))
    )
    some = size * max(1, 500 // size)
    for start in range(0, len(wanted), some):
        rows = _with_phones(wanted[start : start + some])
        for first in range(0, len(rows), size):
            yield rows[first : first + size]


def _by_name(standings: QuerySet[Standing]) -> list[int]:
    pairs = standings.order_by().values_list("person_ref", "pk")
    row_of = dict(pairs)
    people = Person.objects.filter(pk__in=standings.order_by().values("person_ref"))
    named = people.order_by("pinyin", "name", "pk").values_list("pk", flat=True)
    known = [row_of.pop(person) for person in named if person in row_of]
    return [*known, *row_of.values()]


def _with_phones(ids: list[int]) -> list[Standing]:
    found = Standing.objects.in_bulk(ids)
    rows = [found[pk] for pk in ids if pk in found]
    refs = [row.person_ref for row in rows]
    people = Person.objects.in_bulk(refs)
    points = ContactPoint.objects.filter(
        person__in=refs, channel=Channel.SMS, retired_at=None
    ).order_by("preference", "pk")
    phones: dict[int, list[str]] = {}
    for point in points:
        phones.setdefault(point.person_id, []).append(point.address)
    for row in rows:
        row.person = people.get(row.person_ref)  # type: ignore[attr-defined]
        row.phones = phones.get(row.person_ref, [])  # type: ignore[attr-defined]
    return rows

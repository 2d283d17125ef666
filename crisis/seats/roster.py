"""Reads the roll call and the registry together: who may travel, with their data as they stand."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition, Movement
from crisis.seats.parties import CHILD_UNDER, Candidate, Documents, age_on
from registry.models import Channel, ContactPoint, Person

CHUNK = 2000  # ids in one IN list: far below SQLite's 32,766

ASKED = Q(condition__in=[Condition.NEEDS_HELP, Condition.INJURED]) | Q(wants_out=True)


# What a list that only ranks people has to know of them; the rest is for a list that travels.
_RANKED_BY = (
    "household_id", "birth_date", "needs", "document_kind", "document_index",
    "document_expires_on", "obstacles",
)  # fmt: skip
# The health note is in neither: it is for the doctor who asks.
_RECORDED = (
    *_RANKED_BY, "name", "passport_name", "sex", "nationality", "document_number",
)  # fmt: skip


def candidates(
    incident: Incident,
    *,
    day: date,
    among: Collection[int] | None = None,
    with_records: bool = True,
) -> list[Candidate]:
    """Everyone who asked (2 or 4, or injured as an officer recorded), and their children.

    Nobody who is evacuated or dead. `day` is the day on which ages count. Of `among` alone, where
    it is given: whole households, or children are missed. Without records they can be ranked, and
    nothing that is sealed is opened.
    """
    fields = _RECORDED if with_records else _RANKED_BY
    asked = {row.person_ref: row for row in _asked(incident, among)}
    people = _people(list(asked), fields)
    households = {one.household_id for one in people.values() if one.household_id}
    others = _others_at_home(incident, households, set(asked), fields)
    children = {
        ref: (standing, person)
        for ref, (standing, person) in others.items()
        if _is_child(person, day)
    }
    waiting = Counter(
        person.household_id
        for ref, (standing, person) in others.items()
        if ref not in children and standing.movement == Movement.IN_AREA
    )
    phones = _phones([*asked, *children]) if with_records else None
    rows = [(row, people.get(ref), True) for ref, row in asked.items()]
    rows += [(standing, person, False) for standing, person in children.values()]
    return [_candidate(*row, day=day, phones=phones, waiting=waiting) for row in rows]


def _asked(incident: Incident, among: Collection[int] | None) -> Any:
    asked = _travelling(incident).filter(ASKED)
    return asked if among is None else asked.filter(person_ref__among=list(among))


def _travelling(incident: Incident) -> Any:
    """Standings of the incident, without those who are out already and the dead."""
    return (
        Standing.objects.counted()
        .filter(incident=incident)
        .exclude(Q(movement=Movement.EVACUATED) | Q(condition=Condition.DECEASED))
    )


def _is_child(person: Person, day: date) -> bool:
    age = age_on(person.birth_date, day)
    return "infant" in person.needs or (age is not None and age < CHILD_UNDER)


def _people(refs: Sequence[int], fields: Sequence[str]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for chunk in _chunks(refs):
        found |= Person.objects.only(*fields).in_bulk(chunk)
    return found


def _others_at_home(
    incident: Incident, households: set[int], asked: set[int], fields: Sequence[str]
) -> dict[int, tuple[Standing, Person]]:
    """Members of these households who are in the audience and did not ask."""
    others: dict[int, tuple[Standing, Person]] = {}
    for chunk in _chunks(sorted(households)):
        members = Person.objects.only(*fields).filter(household__in=chunk)
        at_home = {person.pk: person for person in members if person.pk not in asked}
        for refs in _chunks(list(at_home)):
            for standing in _travelling(incident).filter(person_ref__in=refs):
                others[standing.person_ref] = (standing, at_home[standing.person_ref])
    return others


def _phones(refs: Sequence[int]) -> dict[int, str]:
    """The number that a person prefers, in E.164."""
    phones: dict[int, str] = {}
    for chunk in _chunks(refs):
        points = ContactPoint.objects.filter(
            person__in=chunk, channel=Channel.SMS, retired_at__isnull=True
        ).order_by("-preference", "-id")
        phones |= {point.person_id: point.address for point in points}
    return phones


def _candidate(
    standing: Standing,
    person: Person | None,
    asked: bool,
    *,
    day: date,
    phones: dict[int, str] | None,
    waiting: Counter[int | None],
) -> Candidate:
    """A person who left the registry since keeps their seat, with nothing but the reference."""
    record = {}
    if person and phones is not None:
        record = _record(person, phones.get(standing.person_ref, ""))
    household = person.household_id if person else None
    return Candidate(
        person_ref=standing.person_ref,
        household=household,
        asked=asked,
        condition=standing.condition,
        movement=standing.movement,
        wants_out=standing.wants_out,
        needs=tuple(person.needs) if person else (),
        age=age_on(person.birth_date, day) if person else None,
        answered_at=standing.answered_at,
        waiting=waiting[household] if household else 0,
        documents=_documents(person) if person else None,
        record=record,
    )


def _documents(person: Person) -> Documents:
    return Documents(
        kind=person.document_kind,
        numbered=person.document_index is not None,
        expires_on=person.document_expires_on,
        obstacles=tuple(person.obstacles),
    )


def _record(person: Person, phone: str) -> dict[str, Any]:
    return {
        "name": person.name,
        "passport_name": person.passport_name,
        "sex": person.sex,
        "birth_date": _iso(person.birth_date),
        "nationality": person.nationality,
        "document_kind": person.document_kind,
        "document_number": person.document_number,
        "document_expires_on": _iso(person.document_expires_on),
        "phone": phone,
        "needs": list(person.needs),
    }


def candidates_of(incident: Incident, refs: Sequence[int], *, day: date) -> dict[int, Candidate]:
    """These people by reference, whatever they asked and wherever they are, with their records. Who
    is not in the roll call is in the area and unknown. `day` is the day on which ages count."""
    stands: dict[int, Standing] = {}
    for chunk in _chunks(refs):
        rows = Standing.objects.filter(incident=incident, person_ref__in=chunk)
        stands |= {row.person_ref: row for row in rows}
    people, phones = _people(refs, _RECORDED), _phones(refs)
    found = {}
    for ref in refs:
        standing = stands.get(ref) or Standing(incident=incident, person_ref=ref)
        person = people.get(ref)
        unasked = not _has_asked(standing) and person is not None and _is_child(person, day)
        found[ref] = _candidate(
            standing, person, not unasked, day=day, phones=phones, waiting=Counter()
        )
    return found


def _has_asked(standing: Standing) -> bool:
    return standing.wants_out or standing.condition in (Condition.NEEDS_HELP, Condition.INJURED)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _chunks(items: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]

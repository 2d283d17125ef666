"""Who somebody in a report may be: the same phone, the same document, a name that sounds alike.

Signs, not proof: anybody can type a phone. Only among people whom the asking officer may see, and
a name without a birth year only among those who stand in the incident.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from registry.models import Channel, ContactPoint, NotTheSame, Person
from registry.pinyin import letters, name_keys

DOCUMENT, PHONE, NAME_AND_YEAR, NAME = "document", "phone", "name_and_year", "name"
# From the surest down.
SIGNS = {
    DOCUMENT: _("证件号码相同"),
    PHONE: _("电话相同"),
    NAME_AND_YEAR: _("姓名和出生年份相同"),
    NAME: _("姓名相同"),
}
_RANK = {sign: rank for rank, sign in enumerate(SIGNS)}
# More than these share it: an office's phone, a common name.
MANY = 10


@dataclass(slots=True)
class Match:
    """Somebody who may be the person, and by which signs, the surest first."""

    person: Person
    signs: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[object]:
        return [SIGNS[sign] for sign in self.signs]

    @property
    def rank(self) -> tuple[int, int, int]:
        """Less is surer; among equals a registration before another self-report."""
        return _RANK[self.signs[0]], -len(self.signs), int(self.person.provisional)


def matches_for(
    people: Sequence[Person],
    *,
    incident: Incident,
    among: QuerySet[Person],
    born: Mapping[int, int],
) -> dict[int, list[Match]]:
    """By person id: who they may be, the surest first. `born` are years that people gave."""
    found: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    _by_document(people, found)
    _by_phone(people, found)
    _by_name(people, incident, born, found)
    wanted = {other for others in found.values() for other in others}
    seen = among.filter(pk__in=wanted, left_at=None, erased_at=None)
    known = {person.pk: person for person in seen}
    apart = _apart(people)
    return {
        person.pk: sorted(
            (
                Match(known[other], sorted(signs, key=_RANK.__getitem__))
                for other, signs in found[person.pk].items()
                if other in known and other != person.pk and (person.pk, other) not in apart
            ),
            key=lambda match: (match.rank, match.person.pk),
        )
        for person in people
        if person.pk in found
    }


Found = dict[int, dict[int, set[str]]]


def _by_document(people: Sequence[Person], found: Found) -> None:
    given = [person for person in people if person.document_index is not None]
    rows = Person.objects.filter(
        document_index__in=[bytes(person.document_index or b"") for person in given]
    ).values_list("pk", "document_index")
    owners: dict[bytes, list[int]] = defaultdict(list)
    for pk, index in rows:
        owners[bytes(index or b"")].append(pk)
    for person in given:
        _add(found, person, owners[bytes(person.document_index or b"")], DOCUMENT)


def _by_phone(people: Sequence[Person], found: Found) -> None:
    points = ContactPoint.objects.filter(channel=Channel.SMS, retired_at=None)
    mine = points.filter(person__in=people).values_list("person", "address_index")
    given = [(person, bytes(index)) for person, index in mine]
    owners: dict[bytes, list[int]] = defaultdict(list)
    rows = points.filter(address_index__in={index for _, index in given})
    for pk, index in rows.values_list("person", "address_index"):
        owners[bytes(index)].append(pk)
    by_id = {person.pk: person for person in people}
    for pk, index in given:
        _add(found, by_id[pk], owners[index], PHONE)


def _by_name(
    people: Sequence[Person], incident: Incident, born: Mapping[int, int], found: Found
) -> None:
    """Names that sound or are spelled alike, in either order of their parts."""
    keys = {person.pk: _keys(person) for person in people}
    every = {key for some in keys.values() for key in some}
    alike = Person.objects.filter(Q(pinyin__in=every) | Q(spelled__in=every), left_at=None)
    here = Standing.objects.filter(incident=incident).values("person_ref")
    years = [year for pk, year in born.items() if pk in keys]
    chosen = alike.filter(Q(pk__in=here) | Q(birth_date__year__in=years))
    bearers: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for pk, pinyin, spelled, birth in chosen.values_list("pk", "pinyin", "spelled", "birth_date"):
        for key in {pinyin, spelled} - {""}:
            bearers[key].append((pk, birth.year if birth else None))
    for person in people:
        year = born.get(person.pk)
        others = {other for key in keys[person.pk] for other in bearers[key]}
        same = [pk for pk, other in others if year and other == year]
        _add(found, person, same, NAME_AND_YEAR)
        # A year that differs tells them apart.
        unknown = [pk for pk, other in others if not year or other is None]
        _add(found, person, unknown, NAME)


def _keys(person: Person) -> set[str]:
    parts = person.name.split()
    turned = letters("".join(reversed(parts))) if len(parts) == 2 else ""
    known = name_keys(person.name, person.passport_name)
    return {known.pinyin, known.spelled, turned} - {""}


def _add(found: Found, person: Person, others: Sequence[int], sign: str) -> None:
    if len(others) <= MANY + 1:
        for other in others:
            if other != person.pk:
                found[person.pk][other].add(sign)


def _apart(people: Sequence[Person]) -> set[tuple[int, int]]:
    ids = [person.pk for person in people]
    rows = NotTheSame.objects.filter(Q(low__in=ids) | Q(high__in=ids)).values_list("low", "high")
    return {pair for low, high in rows for pair in ((low, high), (high, low))}

"""Who may be registered twice: the same document, the same name and birth date, the same phone.

Set-based over everybody (or those an officer may see), and by index for one person at intake. A
name is the same when it sounds or is spelled alike (registry.pinyin): 王小明 and WANG/XIAOMING. A
phone that a household shares is no sign; nor is one that more than MANY gave, which is an
office's. Whoever left, was merged, or was found «not the same» is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from registry.models import Channel, ContactPoint, NotTheSame, Person

DOCUMENT, NAME, PHONE = "document", "name", "phone"
# From the surest sign down.
REASONS = (DOCUMENT, NAME, PHONE)
MANY = 10
Found = dict[tuple[int, int], list[str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two person ids, the lower first, and why they look like one: of REASONS, surest first."""

    low: int
    high: int
    reasons: tuple[str, ...]


def find_duplicates(people: QuerySet[Person] | None = None) -> list[Pair]:
    """Pairs among `people` (everybody): the surest first, then the newest."""
    chosen, params = _chosen(people)
    found: Found = {}
    for reason in REASONS:
        statement = _WITHIN.format(chosen=chosen, keys=_KEYS[reason], apart=_APART[reason])
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, MANY])
            for low, high in cursor.fetchall():
                found.setdefault((low, high), []).append(reason)
    return _ordered(found)


def duplicates_of(person: Person) -> list[Pair]:
    """The pairs that one person is in, by the indexes: for the moment somebody is registered."""
    found: Found = {}
    for reason, others in (
        (DOCUMENT, _same_document(person)),
        (NAME, _same_name(person)),
        (PHONE, _same_phone(person)),
    ):
        for other in others - {person.pk} - _apart_from(person):
            found.setdefault((min(person.pk, other), max(person.pk, other)), []).append(reason)
    return _ordered(found)


def _ordered(found: Mapping[tuple[int, int], Iterable[str]]) -> list[Pair]:
    pairs = [Pair(low, high, tuple(reasons)) for (low, high), reasons in found.items()]
    return sorted(
        pairs, key=lambda p: (REASONS.index(p.reasons[0]), -len(p.reasons), -p.high, p.low)
    )


# -- one person --------------------------------------------------------------------------------


def _same_document(person: Person) -> set[int]:
    if person.document_index is None:
        return set()
    return _ids(Q(document_index=person.document_index))


def _same_name(person: Person) -> set[int]:
    keys = {person.pinyin, person.spelled} - {""}
    if person.birth_date is None or not keys:
        return set()
    alike = Q(pinyin__in=keys) | Q(spelled__in=keys)
    return _ids(alike & Q(birth_date=person.birth_date))


def _same_phone(person: Person) -> set[int]:
    points = ContactPoint.objects.filter(channel=Channel.SMS, retired_at=None)
    found: set[int] = set()
    for index in points.filter(person=person).values_list("address_index", flat=True):
        given = points.filter(address_index=bytes(index), person__left_at=None)
        owners = given.values_list("person", "person__household")[: MANY + 1]
        if len(owners) <= MANY:
            home = person.household_id
            found |= {owner for owner, other in owners if home is None or other != home}
    return found


def _ids(alike: Q) -> set[int]:
    return set(Person.objects.filter(alike, left_at=None).values_list("pk", flat=True)[: MANY + 1])


def _apart_from(person: Person) -> set[int]:
    rows = NotTheSame.objects.filter(Q(low=person) | Q(high=person)).values_list("low", "high")
    return {pk for pair in rows for pk in pair}


# -- everybody ---------------------------------------------------------------------------------


def _chosen(people: QuerySet[Person] | None) -> tuple[str, list[Any]]:
    """SQL that is true of a person's row `p` that is asked about, and its parameters."""
    if people is None:
        return "", []
    sql, params = people.order_by().values("pk").query.sql_with_params()
    return f"AND p.id IN ({sql})", list(params)


_KEYS = {
    DOCUMENT: """SELECT id, household_id, document_index AS k1, '' AS k2 FROM people
        WHERE document_index IS NOT NULL""",
    NAME: """SELECT id, household_id, pinyin AS k1, birth_date AS k2 FROM people
        WHERE birth_date IS NOT NULL AND pinyin <> ''
        UNION SELECT id, household_id, spelled, birth_date FROM people
        WHERE birth_date IS NOT NULL AND spelled <> ''""",
    PHONE: """SELECT people.id, household_id, c.address_index AS k1, '' AS k2
        FROM people JOIN registry_contactpoint c ON c.person_id = people.id
        WHERE c.channel = 'sms' AND c.retired_at IS NULL""",
}
_APART = {
    DOCUMENT: "",
    NAME: "",
    PHONE: "AND (a.household_id IS NULL OR b.household_id IS NULL"
    " OR a.household_id <> b.household_id)",
}
# `keys` is read three times and so kept; `people` is not, or a million rows would be copied.
_WITHIN = """WITH people AS NOT MATERIALIZED (
        SELECT p.id, p.household_id, p.document_index, p.pinyin, p.spelled, p.birth_date
        FROM registry_person p WHERE p.left_at IS NULL {chosen}
    ),
    keys AS MATERIALIZED ({keys}),
    doubled AS MATERIALIZED (
        SELECT k1, k2 FROM keys GROUP BY k1, k2 HAVING COUNT(*) BETWEEN 2 AND %s
    ),
    alike AS MATERIALIZED (
        SELECT keys.* FROM keys JOIN doubled d ON keys.k1 = d.k1 AND keys.k2 = d.k2
    )
    SELECT DISTINCT a.id, b.id FROM alike a
    JOIN alike b ON b.k1 = a.k1 AND b.k2 = a.k2 AND b.id > a.id
    WHERE NOT EXISTS (
        SELECT 1 FROM registry_notthesame n WHERE n.low_id = a.id AND n.high_id = b.id) {apart}"""

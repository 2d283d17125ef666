"""By which addresses people are reached: the hot path of a fan-out, sealed bytes only.

The only raw SQL of the registry outside geography. Addresses are copied as they stand, sealed:
ContactPoint and Delivery share one encryption purpose, so nothing is opened here.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(slots=True)
class ReachAddress:
    """One address and the people it covers.

    `sealed_address` is the ciphertext. `language` and `preference` (lower is tried first) are
    those of the owner with the lowest person id. `persons` holds (person id, is_owner): False
    for somebody reached through this household member, or this liaison of their group.
    """

    channel: str
    sealed_address: bytes
    address_index: bytes
    language: str
    preference: int
    persons: list[tuple[int, bool]]


@dataclass(slots=True)
class Reach:
    """All addresses, each once, and the ids of the people whom no address covers."""

    addresses: list[ReachAddress] = field(default_factory=list)
    unaddressed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Book:
    """Addresses while they are gathered, by (channel, index)."""

    prefer_first: bool
    entries: dict[tuple[str, bytes], ReachAddress] = field(default_factory=dict)

    def add(self, row: Sequence[Any], person_id: int, *, is_owner: bool) -> None:
        _, _, channel, sealed, index, language, preference = row
        key = channel, bytes(index)
        entry = self.entries.get(key)
        if entry is None:
            entry = ReachAddress(channel, bytes(sealed), key[1], language, preference, [])
            self.entries[key] = entry
        entry.persons.append((person_id, is_owner))


def addresses_for(person_ids: Sequence[int], *, prefer_first: bool = False) -> Reach:
    """Every usable address (verified, not retired, SMS or WeChat) of these people.

    `prefer_first` keeps only each person's best address (lowest preference, then oldest).
    Somebody without one is covered through the household: by the addresses of those of its
    members who have one and have not left the registry; where nobody there has one either, by
    those of the liaisons of their confirmed groups. Ids are distinct and exist.
    """
    ids = sorted({int(person_id) for person_id in person_ids})
    book, covered = _Book(prefer_first), set()
    for row in _kept(_own_rows(ids), prefer_first):
        book.add(row, row[0], is_owner=True)
        covered.add(row[0])
    without = [person_id for person_id in ids if person_id not in covered]
    silent = set(without) - _through_household(book, without) if without else set()
    if silent:
        silent -= _through_liaison(book, sorted(silent))
    return Reach(list(book.entries.values()), silent)


def _through_household(book: _Book, without: list[int]) -> set[int]:
    household_of = dict(_household_rows(without))
    rows_of: dict[int, list[Sequence[Any]]] = {}
    for row in _kept(_member_rows(sorted(set(household_of.values()))), book.prefer_first):
        rows_of.setdefault(row[1], []).append(row)
    reached = set()
    for person_id, household_id in household_of.items():
        seen = set()
        for row in rows_of.get(household_id, ()):
            key = row[2], bytes(row[4])
            if key not in seen:  # a couple's shared phone covers the child once
                book.add(row, person_id, is_owner=False)
                seen.add(key)
                reached.add(person_id)
    return reached


def _through_liaison(book: _Book, without: list[int]) -> set[int]:
    """Rows come by (member, liaison), the best address of each first."""
    reached: set[int] = set()
    seen: set[tuple[Any, ...]] = set()
    last = None
    for row in _liaison_rows(without):
        member, key = row[1], (row[1], row[2], bytes(row[4]))
        best, last = last != (member, row[0]), (member, row[0])
        if key in seen or not (best or not book.prefer_first):
            continue
        book.add(row, member, is_owner=False)
        seen.add(key)
        reached.add(member)
    return reached


def _kept(rows: Iterable[Sequence[Any]], prefer_first: bool) -> Iterator[Sequence[Any]]:
    """Rows come ordered by person and preference: the first of each person is the best."""
    last = None
    for row in rows:
        if not prefer_first or row[0] != last:
            yield row
        last = row[0]


# -- SQL ---------------------------------------------------------------------------------------

_LIAISONS = """SELECT c.person_id, m.person_id, c.channel, c.address, c.address_index,
        p.language, c.preference
    FROM {source}
        {join} registry_group g ON g.id = m.group_id
        {join} registry_membership l ON l.group_id = g.id
        {join} registry_person p ON p.id = l.person_id
        {join} registry_contactpoint c ON c.person_id = p.id
    WHERE m.ended_at IS NULL AND g.confirmed_at IS NOT NULL AND g.closed_at IS NULL
        AND l.part = 'liaison' AND l.ended_at IS NULL AND p.left_at IS NULL
        AND c.verified_at IS NOT NULL AND c.retired_at IS NULL AND c.channel IN ('sms', 'wechat')
    ORDER BY m.person_id, c.person_id, c.preference, c.id"""
_ROWS = """SELECT c.person_id, p.household_id, c.channel, c.address, c.address_index,
        p.language, c.preference
    FROM {source} {join} registry_contactpoint c ON c.person_id = p.id
    WHERE c.verified_at IS NOT NULL AND c.retired_at IS NULL AND c.channel IN ('sms', 'wechat')
        {also} ORDER BY c.person_id, c.preference, c.id"""
# On SQLite a CROSS JOIN keeps the order of the tables: without it, and without statistics, the
# planner reads every contact point for a handful of people.
_JOIN = {"sqlite": "CROSS JOIN", "postgresql": "JOIN"}
_CHOSEN = {
    "sqlite": "json_each(%(ids)s) i CROSS JOIN {table} ON {column} = i.value",
    "postgresql": "unnest(%(ids)s::bigint[]) i(value) JOIN {table} ON {column} = i.value",
}


def _own_rows(ids: list[int]) -> list[Any]:
    return _fetch(_rows("id", also=""), ids)


def _member_rows(household_ids: list[int]) -> list[Any]:
    return _fetch(_rows("household_id", also="AND p.left_at IS NULL"), household_ids)


def _household_rows(ids: list[int]) -> list[Any]:
    statement = "SELECT p.id, p.household_id FROM {source} WHERE p.household_id IS NOT NULL"
    return _fetch(statement.format(source=_chosen("id")), ids)


def _rows(column: str, *, also: str) -> str:
    return _ROWS.format(source=_chosen(column), join=_JOIN[connection.vendor], also=also)


def _liaison_rows(ids: list[int]) -> list[Any]:
    source = _CHOSEN[connection.vendor].format(table="registry_membership m", column="m.person_id")
    return _fetch(_LIAISONS.format(source=source, join=_JOIN[connection.vendor]), ids)


def _chosen(column: str) -> str:
    return _CHOSEN[connection.vendor].format(table="registry_person p", column=f"p.{column}")


def _fetch(statement: str, ids: list[int]) -> list[Any]:
    value = json.dumps(ids) if connection.vendor == "sqlite" else ids
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": value})
        return list(cursor.fetchall())

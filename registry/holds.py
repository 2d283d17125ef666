"""What the floors above say about a person's data: that it is still needed, and what else of it
they keep.

They fill this at start-up; the registry asks without knowing them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Asks = Callable[[Collection[int]], set[int]]


@dataclass(frozen=True, slots=True)
class Erasure:
    """People who are being erased, by id, with what is needed to find their traces elsewhere.

    `addresses` are (channel, blind index) that nobody registered uses any more, their emergency
    contacts' numbers among them; `masked` is each one's name as messages show it («王*»), in
    Chinese and in English.
    """

    person_ids: frozenset[int]
    addresses: frozenset[tuple[str, bytes]]
    masked: Mapping[int, tuple[str, str]]


Eraser = Callable[[Erasure], None]
_HOLDS: list[Asks] = []
_ERASERS: list[Eraser] = []


def register_hold(asks: Asks) -> None:
    """`asks(ids)` returns those of `ids` whose data must not go yet."""
    if asks not in _HOLDS:
        _HOLDS.append(asks)


def register_eraser(erase: Eraser) -> None:
    """`erase(erasure)` removes what its floor keeps of these people, in the same transaction and
    while the registry's own rows still stand."""
    if erase not in _ERASERS:
        _ERASERS.append(erase)


def held(person_ids: Collection[int]) -> set[int]:
    """Those of `person_ids` whom something open still needs."""
    ids = set(person_ids)
    return {person for asks in _HOLDS for person in asks(ids)} & ids if ids else set()


def tell_erasers(erasure: Erasure) -> None:
    for erase in _ERASERS:
        erase(erasure)

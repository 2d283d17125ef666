"""Keeping the current whereabouts right: as places are written, and as time passes."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from config.kernel import bulk, clock, progress
from registry.models import CurrentWhereabouts, Ground
from registry.whereabouts.deciding import Decision, decide
from registry.whereabouts.reading import facts_of

# People in one commit. On SQLite others wait for it, so it is over in a twentieth of a second.
PIECE = 1_000
# What one turn of the sweep may take; then whatever else waits in its process has its turn.
BUDGET_S = 0.5
_COLUMNS = ("person", "whereabouts", "ground", "since", "contested", "recheck_at")


def settle(person_ids: Iterable[int], at: datetime) -> None:
    """Make the rows of these people right at `at`, after what is known of them has changed.

    To be called in the transaction that wrote the places: whoever settles the same people at the
    same time waits for its end and then reads what it wrote.
    """
    for ids in _pieces(sorted(set(person_ids))):
        with transaction.atomic():
            blank = [(person, None, Ground.NONE.value, None, False, None) for person in ids]
            bulk.insert(CurrentWhereabouts, _COLUMNS, blank)
            held = CurrentWhereabouts.objects.filter(person_id__among=ids).order_by("person_id")
            list(held.select_for_update().values_list("person_id"))
            _settle_held(ids, at)


def settle_new(person_ids: Iterable[int], at: datetime) -> None:
    """Write the first rows of people whom the caller's transaction has just made.

    Nobody else knows them yet, so nothing is held and nothing compared: for rosters.
    """
    for ids in _pieces(sorted(set(person_ids))):
        rows = [_row(person, decide(facts, at)) for person, facts in facts_of(ids).items()]
        bulk.insert(CurrentWhereabouts, _COLUMNS, rows, anew=True)


def settle_due(at: datetime | None = None, *, budget_s: float = BUDGET_S) -> int:
    """Settle whose answer time has changed by `at` (default: now), the longest due first.

    A step of the sweep. Returns how many were settled within `budget_s` real seconds; what is
    left is found by the next turn. People whom another process has in hand are left to it.
    """
    moment, until = at or clock.now(), time.monotonic() + budget_s
    settled = 0
    while moved := _settle_some(moment):
        settled += moved
        progress.moved()
        if moved < PIECE or time.monotonic() > until:
            break
    return settled


@transaction.atomic
def _settle_some(at: datetime) -> int:
    due = CurrentWhereabouts.objects.filter(recheck_at__lte=at).order_by("recheck_at", "person_id")
    ids = list(due.select_for_update(skip_locked=True).values_list("person_id", flat=True)[:PIECE])
    _settle_held(ids, at)
    return len(ids)


def _settle_held(ids: Sequence[int], at: datetime) -> None:
    """Decide and write; the caller holds the rows, so that no older answer is written later."""
    rows = [_row(person, decide(facts, at)) for person, facts in facts_of(ids).items()]
    bulk.update(CurrentWhereabouts, _COLUMNS, rows)


def _row(person: int, decision: Decision) -> tuple[object, ...]:
    fact_id, ground, since, contested, recheck_at = decision
    return (person, fact_id, ground.value, since, contested, recheck_at)


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]

"""Who was found to be whom."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from registry.models import Merge


def merges_of(person_id: int) -> QuerySet[Merge]:
    """Every merge this person was part of, undone ones included, newest first."""
    mine = Merge.objects.filter(Q(kept=person_id) | Q(gone=person_id))
    return mine.select_related("kept", "gone").order_by("-pk")


def kept_for(person_id: int) -> int:
    """Who this person is in the registry now: themself, or at the end of the chain of merges."""
    seen = person_id
    while (next_one := _kept(seen)) is not None:
        seen = next_one
    return seen


def one_with(person_ids: Iterable[int]) -> dict[int, int]:
    """Of these and everybody who is joined with them now: id → who is kept for it."""
    known: set[int] = set()
    fresh = set(person_ids)
    while fresh:
        known |= fresh
        rows = Merge.objects.filter(Q(kept__in=fresh) | Q(gone__in=fresh), undone_at=None)
        fresh = {pk for pair in rows.values_list("kept", "gone") for pk in pair} - known
    return {person: kept_for(person) for person in known}


def _kept(person_id: int) -> int | None:
    merges = Merge.objects.filter(gone=person_id, undone_at=None)
    return merges.values_list("kept_id", flat=True).first()

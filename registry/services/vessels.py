"""A vessel moves, and its people with it."""

from datetime import datetime

from django.db.models import Q

from registry.bulk import insert_rows
from registry.drafts import Place
from registry.models import Membership, Source, Whereabouts, WhereaboutsKind


def place_members(*, group_id: int, place: Place, at: datetime) -> int:
    """Put everybody of the group at `place` (cleaned) as of `at`; how many were moved.

    Whoever shared a newer position of their own stays where they said. Only one shared position
    of a person is kept. The caller holds the transaction and the group's row.
    """
    aboard = Membership.objects.filter(group=group_id, ended_at=None, person__left_at=None)
    members = set(aboard.values_list("person_id", flat=True))
    shared = Whereabouts.objects.filter(
        kind=WhereaboutsKind.SHARED, person__in=aboard.values("person")
    )
    newer = Q(recorded_at__gt=at) | Q(recorded_at=at) & ~Q(source=Source.VESSEL)
    elsewhere = set(shared.filter(newer).values_list("person_id", flat=True))
    moving = sorted(members - elsewhere)
    Whereabouts.objects.filter(
        kind=WhereaboutsKind.SHARED, person__among=moving, recorded_at__lte=at
    ).delete()
    columns = {
        **place.columns(),
        "kind": WhereaboutsKind.SHARED,
        "recorded_at": at,
        "source": Source.VESSEL,
    }
    insert_rows(Whereabouts, [{**columns, "person_id": person} for person in moving])
    return len(moving)

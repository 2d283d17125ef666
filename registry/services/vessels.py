"""A vessel moves, and its people with it."""

from datetime import datetime

from registry.drafts import Place
from registry.models import Membership, Source
from registry.services import whereabouts


def place_members(*, group_id: int, place: Place, at: datetime) -> int:
    """Put everybody of the group at `place` as of `at`; how many were moved.

    Whoever shared a newer position of their own stays where they said. The caller holds the
    transaction and the group's row.
    """
    aboard = Membership.objects.filter(group=group_id, ended_at=None, person__left_at=None)
    members = aboard.values_list("person_id", flat=True)
    return whereabouts.place_members(person_ids=members, place=place, at=at, source=Source.VESSEL)

"""What a merge in the registry means for the roll call.

The log keeps the references it was written with. In every incident where one of the two stands,
the standing of the one who is kept is folded from the logs of both and the other is counted no
more; parted again, each is folded from their own. Answers that still come in for either
go the same way (crisis.rollcall.services.log).
"""

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from config.kernel import clock
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import lock_standings, refold
from registry.geography.reasons import Reason
from registry.models import Merge
from registry.selectors.merging import one_with

_FROZEN = ("certain", "reason", "distance_m", "addressed", "outside_since")


def follow_merges(person_ids: Collection[int]) -> None:
    """Make the roll calls say what the registry says of these people; in its transaction."""
    people = one_with(person_ids)
    rows = Standing.objects.filter(person_ref__in=people)
    incidents = set(rows.values_list("incident_id", flat=True))
    for incident in sorted(incidents):
        _follow(incident, people)


def _follow(incident: int, people: dict[int, int]) -> None:
    rows = Standing.objects.filter(incident=incident, person_ref__in=people).order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update()
    together: dict[int, list[Standing]] = defaultdict(list)
    for row in rows:
        together[people[row.person_ref]].append(row)
    for kept, members in together.items():
        _join(incident, kept, members)
    refold(incident, lock_standings(incident, sorted(people)))


def _join(incident: int, kept: int, members: list[Standing]) -> None:
    """`members` are the standings of those who are one person, `kept` being who."""
    others = [row for row in members if row.person_ref != kept]
    if not others:
        _part(members[0])
        return
    Standing.objects.filter(pk__in=[row.pk for row in members]).update(same_as=kept)
    # One registration among them, and the person is registered.
    alone = all(row.reason == Reason.SELF_REPORTED and not row.by_merge for row in members)
    Standing.objects.filter(incident=incident, person_ref=kept).update(self_reported=alone)
    if len(others) == len(members):
        first = others[0]
        Standing.objects.create(
            incident_id=incident,
            person_ref=kept,
            same_as=kept,
            by_merge=True,
            updated_at=clock.now(),
            **{name: getattr(first, name) for name in _FROZEN},
        )


def _part(row: Standing) -> None:
    """Alone again; who stood here only for somebody else does not any more."""
    if row.by_merge:
        row.delete()
    elif row.same_as is not None:
        self_reported = row.reason == Reason.SELF_REPORTED
        Standing.objects.filter(pk=row.pk).update(same_as=None, self_reported=self_reported)


def follow_new(person_ids: Collection[int]) -> None:
    """Standings were written from an audience that was frozen before somebody was merged."""
    gone = Merge.objects.filter(undone_at=None, gone_id__among=list(person_ids))
    if late := list(gone.values_list("gone_id", flat=True)):
        follow_merges(late)

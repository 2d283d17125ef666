"""The area became other ground: who is out of it, who is in again."""

from collections.abc import Collection
from datetime import datetime

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.rollcall.models import DueStep, Standing
from crisis.rollcall.packed import pack
from crisis.rollcall.services.opening import set_timers_for
from crisis.rollcall.states import StepKind
from notifications.models import Wave


def follow_area(
    *,
    incident: Incident,
    at: datetime,
    left: Collection[int],
    back: Collection[int],
    release: Wave | None,
) -> None:
    """Mark who is out since `at`, and nothing else of them: what they said stands. Who is in again
    is told what holds now, and waited for anew; those who left are told `release`, where there is
    one. In the transaction that changed the area."""
    now = clock.now()
    if out := _standing_for(incident, left):
        _mark(incident, out, since=at)
        if release:
            DueStep.objects.create(
                incident=incident, kind=StepKind.RELEASE, due_at=now, wave=release, people=pack(out)
            )
    if again := _standing_for(incident, back):
        _mark(incident, again, since=None)
        DueStep.objects.create(
            incident=incident, kind=StepKind.AGAIN, due_at=now, people=pack(again)
        )
        set_timers_for(incident=incident, people=pack(again))


def _mark(incident: Incident, people: Collection[int], *, since: datetime | None) -> None:
    found = Standing.objects.filter(incident=incident, person_ref__among=list(people))
    found.update(outside_since=since, updated_at=clock.now())


def _standing_for(incident: Incident, people: Collection[int]) -> set[int]:
    """These, and whoever stands for those of them who were merged. Slices still to be expanded
    have no standings yet, and bring the mark with them."""
    if not people:
        return set()
    found = Standing.objects.filter(incident=incident, person_ref__among=list(people))
    merged = found.exclude(same_as=None).values_list("same_as", flat=True)
    return set(people) | {person for person in merged if person is not None}

"""An outage is over: what waited for it goes on as if the clocks had stood still."""

from datetime import timedelta

from django.db.models import Q

from config.kernel import clock
from crisis.incidents.models import Outage
from crisis.rollcall.models import DueStep
from crisis.rollcall.packed import pack, unpack
from crisis.rollcall.states import StepKind

_TIMERS = (StepKind.REMINDER, StepKind.SILENCE)


def follow_recovery(*, outage: Outage, resend: bool) -> None:
    """Move by the outage's length what was still to come, for those whom it held up; `resend`: say
    the alert again to those whom a message did not reach meanwhile. In its transaction."""
    if outage.ended_at is None:
        raise ValueError("an outage that lasts is followed by nothing")
    length = outage.ended_at - outage.began_at
    if outage.whole:
        _shift_all(outage, length)
    else:
        _shift_some(outage, length)
    if resend:
        DueStep.objects.create(
            incident=outage.incident,
            kind=StepKind.AGAIN,
            due_at=clock.now(),
            people=outage.person_ids,
            failed_since=outage.began_at,
        )


def _shift_all(outage: Outage, length: timedelta) -> None:
    """The latest first: no step may meet one of its kind that has not moved yet."""
    waiting = DueStep.objects.filter(incident=outage.incident_id, done_at=None)
    for step in waiting.order_by("-due_at"):
        step.due_at += length
        step.save(update_fields=["due_at"])


def _shift_some(outage: Outage, length: timedelta) -> None:
    """Steps of their own for those held up; the others are left to the steps of everybody."""
    held = unpack(outage.person_ids)
    since = Q(done_at=None) | Q(done_at__gte=outage.began_at)
    steps = DueStep.objects.filter(since, incident=outage.incident_id, kind__in=_TIMERS)
    for step in list(steps):
        mine = sorted(_concerned(step, held))
        if not mine:
            continue
        DueStep.objects.create(
            incident_id=step.incident_id,
            kind=step.kind,
            due_at=step.due_at + length,
            people=pack(mine),
        )
        if step.done_at is None:
            step.spares = pack([*unpack(step.spares), *mine])
            step.save(update_fields=["spares"])


def _concerned(step: DueStep, held: list[int]) -> set[int]:
    """Those of these for whom the step is."""
    if step.people is not None:
        return set(held) & set(unpack(step.people))
    return set(held) - set(unpack(step.spares))

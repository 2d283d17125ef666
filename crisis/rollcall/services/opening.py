"""Opening the roll call: one standing for each frozen member, and the timers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q

from config.kernel import bulk, clock
from crisis.incidents.models import Incident
from crisis.incidents.signals import Member
from crisis.incidents.states import ResponseLevel
from crisis.rollcall.models import DueStep, Standing
from crisis.rollcall.states import Condition, Contact, Movement, StepKind

_COLUMNS = (
    "person_ref", "certain", "reason", "distance_m", "addressed", "outside_since", "untold",
)  # fmt: skip

# Our own choice, to be reviewed by those who serve: (reminders after, silence noted after).
LADDER: dict[ResponseLevel, tuple[tuple[timedelta, ...], timedelta]] = {
    ResponseLevel.RED: ((timedelta(minutes=15), timedelta(minutes=40)), timedelta(minutes=60)),
    ResponseLevel.ORANGE: ((timedelta(minutes=30), timedelta(minutes=90)), timedelta(minutes=120)),
    ResponseLevel.YELLOW: ((timedelta(minutes=60),), timedelta(minutes=180)),
}


def open_standings(*, incident: Incident, members: Sequence[Member], unaddressed: set[int]) -> None:
    """Write the standings of one slice, in the transaction of its expansion."""
    now = clock.now()
    rows = [
        (m.person_ref, m.certain, m.reason, m.distance_m, m.person_ref not in unaddressed,
         now if m.outside else None, m.outside or not m.asked)
        for m in members
    ]  # fmt: skip
    at_first = {
        "incident": incident.pk, "condition": Condition.UNKNOWN.value,
        "movement": Movement.IN_AREA.value, "contact": Contact.NOT_CONTACTED.value,
        "wants_out": False, "possible_help": False, "updated_at": now,
    }  # fmt: skip
    key = ("incident", "person_ref")
    if bulk.insert(Standing, _COLUMNS, rows, same=at_first, once=key) < len(rows):
        _take_in(incident, rows)


def _take_in(incident: Incident, rows: Sequence[tuple[object, ...]]) -> None:
    """Who stood here by a self-report or a merge alone is of the audience from now on."""
    besides = Standing.objects.filter(Q(self_reported=True) | Q(by_merge=True), incident=incident)
    inside = {row[0]: row for row in rows}
    for standing in besides.filter(person_ref__among=list(inside)):
        frozen = dict(zip(_COLUMNS, inside[standing.person_ref], strict=True))
        Standing.objects.filter(pk=standing.pk).update(
            **frozen, self_reported=False, by_merge=False
        )


def set_timers(*, incident: Incident) -> None:
    """Write the due steps of a newly declared incident."""
    DueStep.objects.bulk_create(_ladder(incident, incident.declared_at or clock.now()))


def set_timers_for_newcomers(*, incident: Incident) -> None:
    """The same steps, counted from now, for people who are newly inside: whoever has a standing
    already is reminded by the steps they were given."""
    written = Standing.objects.filter(incident=incident).aggregate(Max("pk"))["pk__max"] or 0
    steps = _ladder(incident, clock.now())
    for step in steps:
        step.after_id = written
    DueStep.objects.bulk_create(steps, ignore_conflicts=True)


def set_timers_for(*, incident: Incident, people: bytes) -> None:
    """The same steps, counted from now, for these people alone (packed ids), unless everybody is
    still to be reminded."""
    running = DueStep.objects.filter(
        incident=incident, kind=StepKind.REMINDER, people=None, done_at=None
    )
    if running.exists():
        return
    steps = _ladder(incident, clock.now())
    for step in steps:
        step.people = people
    DueStep.objects.bulk_create(steps)


def _ladder(incident: Incident, start: datetime) -> list[DueStep]:
    reminders, silence = LADDER[ResponseLevel(incident.response_level)]
    steps = [
        DueStep(incident=incident, kind=StepKind.REMINDER, due_at=start + r) for r in reminders
    ]
    return [*steps, DueStep(incident=incident, kind=StepKind.SILENCE, due_at=start + silence)]


def stop_timers(*, incident: Incident) -> None:
    """Close what is not due any more (stand-down)."""
    DueStep.objects.filter(incident=incident, done_at=None).update(done_at=clock.now())


def resume_timers(*, incident: Incident) -> None:
    """Open again what is still to come (a stand-down taken back)."""
    DueStep.objects.filter(incident=incident, due_at__gt=clock.now()).update(done_at=None)

"""What of the status is a problem. Every limit stands here, in real seconds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Max, Min

from config.kernel import beats, clock
from crisis.incidents.models import AudienceSlice, Incident
from crisis.operations.models import WaveCount
from crisis.operations.problems import Found, Problem
from crisis.operations.status import Status, read_figures, watch_detail
from crisis.rollcall.models import DueStep
from notifications.models import Batch
from notifications.states import BatchState

UNTAKEN_S = 20.0  # the sweep itself sends what nobody took for 2 s
LEASE_OVER_S = 10.0  # the sweep looks every second
DOUBT_S = 30.0  # beyond GUIHANG_IN_DOUBT_SECONDS
UNEXPANDED_S = 60.0  # since the last slice was written; one takes seconds
INBOX_S, STEPS_S, OUTBOX_S = 30.0, 60.0, 60.0
SWEPT_S = 45.0  # a sweep that is replaced is back before that
FAILURES = 3


def read_status() -> Status:
    """The figures, and what is wrong with them."""
    status = read_figures()
    return replace(status, found=list(problems(status)))


def problems(status: Status) -> Iterator[Found]:
    yield from _batches(status)
    yield from _waves()
    yield from _inside(status)
    yield from _processes(status)
    if not status.on_duty:
        yield Found(Problem.NOBODY_ON_DUTY)


def _batches(status: Status) -> Iterator[Found]:
    now = clock.real_now()
    held = Batch.objects.filter(state=BatchState.HELD)
    late = Batch.objects.filter(
        state=BatchState.WAITING, due_at__lt=now - timedelta(seconds=UNTAKEN_S)
    ).aggregate(n=Count("pk"), since=Min("due_at"))
    # A long queue is no standstill: what matters is that nobody works on any of it.
    if late["n"] and not held.filter(lease_until__gte=now).exists():
        yield Found(Problem.UNTAKEN, count=late["n"], age_s=_since(late["since"]))
    over = held.filter(lease_until__lt=now - timedelta(seconds=LEASE_OVER_S)).aggregate(
        n=Count("pk"), since=Min("lease_until")
    )
    if over["n"]:
        yield Found(Problem.HELD_TOO_LONG, count=over["n"], age_s=_since(over["since"]))
    if (status.oldest_doubt_s or 0) > settings.IN_DOUBT_SECONDS + DOUBT_S:
        age = status.oldest_doubt_s or 0
        yield Found(Problem.DOUBT_UNRESOLVED, count=status.in_doubt, age_s=age)


def _since(moment: object) -> float:
    return (clock.real_now() - moment).total_seconds()  # type: ignore[operator]


def _waves() -> Iterator[Found]:
    """Waves that do not account for everybody, and incidents whose expansion stands still."""
    for count in WaveCount.objects.filter(whole=False).select_related("wave")[:20]:
        yield Found(
            Problem.NOT_WHOLE,
            f"wave {count.wave_id}",
            count=abs(count.audience - count.linked - count.unaddressed),
            post_id=_post_of(count.wave.source),
        )
    open_slices = AudienceSlice.objects.filter(expanded_at=None)
    for incident in Incident.objects.filter(pk__in=open_slices.values("incident")):
        written = AudienceSlice.objects.filter(incident=incident)
        last = written.aggregate(at=Max("expanded_at"))["at"] or incident.declared_at
        age = clock.real_age(last).total_seconds() if last else 0.0
        if age > UNEXPANDED_S:
            left = open_slices.filter(incident=incident).count()
            where = f"incident {incident.pk}"
            yield Found(Problem.UNEXPANDED, where, left, age, incident.post_id)


def _post_of(source: str) -> int | None:
    kind, _, number = source.partition(":")
    if kind != "incident":
        return None
    return Incident.objects.filter(pk=int(number)).values_list("post", flat=True).first()


def _inside(status: Status) -> Iterator[Found]:
    """What came in and what is to go out to partners, and timers."""
    if (status.inbox_oldest_s or 0) > INBOX_S:
        yield Found(Problem.INBOX_UNREAD, count=status.inbox, age_s=status.inbox_oldest_s or 0)
    due = DueStep.objects.filter(done_at=None, due_at__lt=clock.now()).aggregate(
        n=Count("pk"), since=Min("due_at")
    )
    if due["n"] and (age := clock.real_age(due["since"]).total_seconds()) > STEPS_S:
        yield Found(Problem.STEPS_OVERDUE, count=due["n"], age_s=age)
    if (status.outbox_oldest_s or 0) > OUTBOX_S:
        yield Found(Problem.OUTBOX_UNSENT, count=status.outbox, age_s=status.outbox_oldest_s or 0)


def _processes(status: Status) -> Iterator[Found]:
    if status.steps_age_s is None or status.steps_age_s > SWEPT_S:
        yield Found(Problem.NOT_SWEPT, age_s=status.steps_age_s or 0.0)
    for name, step in status.steps.items():
        if step["failures"] >= FAILURES:
            yield Found(Problem.STEP_FAILING, name, count=step["failures"])
    watches = watch_detail(status.processes)
    if not watches:
        yield Found(Problem.NOT_WATCHED)
    if away := max((float(w.get("broker_away_s") or 0) for w in watches), default=0.0):
        yield Found(Problem.BROKER_AWAY, age_s=away)
    for process in status.processes:
        if process.kind != beats.WATCH and process.detail.get("state") in ("stuck", "down"):
            where = f"{process.name}@{process.host}"
            down = process.detail["state"] == "down"
            problem = Problem.PROCESS_DYING if down else Problem.PROCESS_STUCK
            yield Found(problem, where[:60], age_s=process.detail.get("silent_s") or 0.0)

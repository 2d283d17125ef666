"""What is waiting, what is stuck, what is slow: read in a few small queries, from indexes.

What waits is counted by batches, what happened lately from the newest rows, and totals are kept
(tally.py), so that asking is cheap while a million messages leave. All ages are real seconds.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from django.db.models import Count, Max, Min, Model, Q, QuerySet, Sum

from config.kernel import beats, clock
from config.kernel.models import Beat
from crisis.events.models import OutboxEvent
from crisis.incidents.models import AudienceSlice
from crisis.operations.problems import Found
from crisis.staff.duty import on_duty
from notifications.models import Attempt, Batch, Delivery, Inbound, Reply
from notifications.states import BatchState, DeliveryState

# The newest rows that are looked at; at 6,000 calls a second they are the last second's.
SAMPLED, TIMED_SAMPLED = 5000, 300
LATELY = timedelta(minutes=1)
# A process writes every two seconds; this long without a word it is not there.
SILENT_AFTER_S = 15.0


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits at one priority. `messages` are those of waiting batches, `being_sent` those of
    batches that somebody holds; both count what was put in, sent or not."""

    priority: int
    batches: int
    due: int
    messages: int
    being_sent: int


@dataclass(frozen=True, slots=True)
class Pace:
    """One gateway in the last minute: calls by outcome, calls a second, seconds from the mark
    before a call to its outcome (median, and what one in ten exceeds)."""

    gateway: str
    outcomes: dict[str, int]
    per_second: float
    median_s: float | None
    slow_s: float | None

    @property
    def calls(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Process:
    """One process as its host's watcher last saw it."""

    host: str
    name: str
    kind: str
    pid: int
    age_s: float
    idle_s: float | None
    detail: dict[str, Any]

    @property
    def is_silent(self) -> bool:
        return self.age_s > SILENT_AFTER_S


@dataclass(frozen=True, slots=True)
class Status:
    at: datetime
    queues: list[Queue]
    oldest_waiting_s: float | None
    unexpanded_people: int
    in_doubt: int
    oldest_doubt_s: float | None
    inbox: int
    inbox_oldest_s: float | None
    untold_batches: int
    outbox: int
    outbox_oldest_s: float | None
    answers_a_minute: float
    paces: list[Pace]
    processes: list[Process]
    steps: dict[str, dict[str, Any]]
    steps_age_s: float | None
    on_duty: list[str]
    found: list[Found] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return sum(queue.messages for queue in self.queues)

    @property
    def being_sent(self) -> int:
        return sum(queue.being_sent for queue in self.queues)

    @property
    def per_second(self) -> float:
        return sum(pace.per_second for pace in self.paces)

    @property
    def seconds_left(self) -> float | None:
        """How long what waits will take at the pace of the last minute."""
        return self.waiting / self.per_second if self.waiting and self.per_second else None


def read_figures() -> Status:
    """Everything but the judgement (judging.py), which fills `found`."""
    doubts = Batch.objects.exclude(doubt_at=None)
    doubt = doubts.aggregate(oldest=Min("doubt_at"))
    inbox = Inbound.objects.filter(worked_at=None)
    outbox = OutboxEvent.objects.filter(published_at=None)
    processes, steps, steps_age = _beats()
    return Status(
        at=clock.real_now(),
        queues=_queues(),
        oldest_waiting_s=_real_age(
            Batch.objects.filter(state=BatchState.WAITING).aggregate(at=Min("made_at"))["at"]
        ),
        unexpanded_people=AudienceSlice.objects.filter(expanded_at=None).aggregate(
            n=Sum("size")
        )["n"] or 0,
        in_doubt=Delivery.objects.filter(
            batch__in=doubts.order_by("doubt_at")[:200], state=DeliveryState.IN_DOUBT
        ).count() if doubt["oldest"] else 0,
        oldest_doubt_s=_real_age(doubt["oldest"]),
        inbox=inbox.count(),
        inbox_oldest_s=_age(_first(inbox, "received_at")),
        untold_batches=Batch.objects.filter(untold=True).count(),
        outbox=outbox.count(),
        outbox_oldest_s=_age(_first(outbox, "time")),
        answers_a_minute=_answers_a_minute(),
        paces=_paces(),
        processes=processes,
        steps=steps,
        steps_age_s=steps_age,
        on_duty=[str(turn.user) for turn in on_duty()],
    )  # fmt: skip


def _first(rows: Any, column: str) -> datetime | None:
    """The oldest by id: the partial index of what is open has it first."""
    found: datetime | None = rows.order_by("pk").values_list(column, flat=True).first()
    return found


def _age(moment: datetime | None) -> float | None:
    """Real seconds since a moment of scenario time."""
    return None if moment is None else max(0.0, clock.real_age(moment).total_seconds())


def _real_age(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return max(0.0, (clock.real_now() - moment).total_seconds())


def _queues() -> list[Queue]:
    waiting, held = Q(state=BatchState.WAITING), Q(state=BatchState.HELD)
    rows = (
        Batch.objects.filter(~Q(state=BatchState.DONE))
        .values("priority")
        .annotate(
            batches=Count("pk", filter=waiting),
            due=Count("pk", filter=waiting & Q(due_at__lte=clock.real_now())),
            messages=Sum("size", filter=waiting, default=0),
            being_sent=Sum("size", filter=held, default=0),
        )
        .order_by("priority")
    )
    return [Queue(**row) for row in rows]


def _answers_a_minute() -> float:
    newest, span_s = _lately(Reply, "received_at")
    return newest.count() / span_s * 60


def _lately(model: type[Model], column: str) -> tuple[QuerySet[Any], float]:
    """The rows of the last minute among the newest by id, and how many real seconds they span:
    less than a minute where so many came that the newest do not reach back so far."""
    rows = model._default_manager.all()
    last = rows.aggregate(pk=Max("pk"))["pk"] or 0
    newest = rows.filter(pk__gt=last - SAMPLED).order_by()
    span = LATELY
    if last > SAMPLED and (oldest := newest.aggregate(at=Min(column))["at"]):
        span = min(LATELY, max(clock.real_age(oldest), timedelta(milliseconds=100)))
    since = clock.now() - LATELY * clock.speed()
    return newest.filter(**{f"{column}__gte": since}), span.total_seconds()


def _paces() -> list[Pace]:
    newest, span_s = _lately(Attempt, "at")
    calls: dict[str, dict[str, int]] = defaultdict(dict)
    rows = newest.values_list("gateway", "outcome").annotate(n=Count("pk"))
    for gateway, outcome, n in rows.order_by("gateway", "outcome"):
        calls[gateway][outcome] = n
    took = _seconds_taken() if calls else {}
    return [
        _pace(gateway, outcomes, span_s, took.get(gateway, []))
        for gateway, outcomes in calls.items()
    ]


def _pace(gateway: str, outcomes: dict[str, int], span_s: float, took: list[float]) -> Pace:
    return Pace(
        gateway=gateway,
        outcomes=outcomes,
        per_second=sum(outcomes.values()) / span_s,
        median_s=median(took) if took else None,
        slow_s=quantiles(took, n=10)[-1] if len(took) > 1 else None,
    )


def _seconds_taken() -> dict[str, list[float]]:
    """By gateway, how long the newest calls took, from the mark to the outcome; the record of a
    window is written when its slowest call has been answered."""
    newest = (Attempt.objects.order_by("-pk").values_list("gateway", "at", "delivery__called_at"))[
        :TIMED_SAMPLED
    ]
    took = defaultdict(list)
    for gateway, at, called_at in newest:
        if called_at is None:
            continue
        seconds = (clock.real_now() - clock.real_age(at) - called_at).total_seconds()
        if seconds >= 0:  # else it was called once more since
            took[gateway].append(seconds)
    return took


def _beats() -> tuple[list[Process], dict[str, dict[str, Any]], float | None]:
    """Processes, the sweep's steps by name, and how old the newest word about steps is."""
    processes: list[Process] = []
    steps: dict[str, dict[str, Any]] = {}
    ages: list[float] = []
    for row in Beat.objects.order_by("host", "kind", "name"):
        age = _real_age(row.beaten_at) or 0.0
        if row.kind == beats.STEPS:
            ages.append(age)
            if age <= SILENT_AFTER_S * 2:
                steps |= _better(steps, row.detail)
            continue
        processes.append(
            Process(row.host, row.name, row.kind, row.pid, age, _real_age(row.did_at), row.detail)
        )
    return processes, steps, min(ages, default=None)


def _better(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Of doubled sweeps the one that fares better counts: a step that either does is done."""
    return {
        name: step
        for name, step in told.items()
        if name not in known or step["failures"] < known[name]["failures"]
    }


def watch_detail(processes: Iterable[Process]) -> list[dict[str, Any]]:
    """What the watchers that are there say of database and broker."""
    return [p.detail for p in processes if p.kind == beats.WATCH and not p.is_silent]

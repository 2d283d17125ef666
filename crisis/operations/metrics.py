"""Prometheus metrics, read from the database at the moment of asking.

So they are the same whichever web process answers, and none is lost when one restarts. They hold
figures and fixed labels alone: no address, no name, no id of a person.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crisis.operations import tally
from crisis.operations.judging import read_status
from crisis.operations.problems import Problem
from crisis.operations.status import Status

Labelled = tuple[tuple[str, ...], float]


class Figures(Collector):
    """One reading of everything."""

    def describe(self) -> Iterable[Metric]:
        return []  # else the registry collects once more to learn the names

    def collect(self) -> Iterator[Metric]:
        status = read_status()
        yield from _queues(status)
        yield from _gateways(status)
        yield from _answers(status)
        yield from _processes(status)
        found = {problem.value: 0 for problem in Problem}
        for one in status.found:
            found[one.problem.value] += 1
        yield gauge(
            "problems",
            "Things that are wrong now, by name; docs/operations.md says what to do.",
            ("problem",),
            [((name,), n) for name, n in found.items()],
        )


def text() -> bytes:
    """The metrics in the text format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(Figures())
    return generate_latest(registry)


def gauge(
    name: str, about: str, labels: tuple[str, ...], values: Iterable[Labelled]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"guihang_{name}", about, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def plain(name: str, about: str, value: float | None) -> GaugeMetricFamily:
    """One number; 0 where there is nothing whose age could be told."""
    return GaugeMetricFamily(f"guihang_{name}", about, value=value or 0.0)


def _queues(status: Status) -> Iterator[Metric]:
    rows = status.queues
    yield gauge(
        "queue_messages",
        "Messages in batches that wait or are held, as they were put in.",
        ("priority", "state"),
        [((str(q.priority), "waiting"), q.messages) for q in rows]
        + [((str(q.priority), "held"), q.being_sent) for q in rows],
    )
    yield gauge(
        "queue_batches",
        "Batches that wait.",
        ("priority",),
        [((str(q.priority),), q.batches) for q in rows],
    )
    yield plain(
        "oldest_waiting_delivery_seconds",
        "Age of the oldest batch that waits.",
        status.oldest_waiting_s,
    )
    yield plain(
        "unexpanded_people", "People whose messages are not written yet.", status.unexpanded_people
    )
    yield plain("in_doubt_deliveries", "Calls of unknown outcome.", status.in_doubt)
    yield plain("oldest_doubt_seconds", "Age of the oldest doubt.", status.oldest_doubt_s)
    yield plain("untold_batches", "Batches whose news is not told.", status.untold_batches)
    yield plain("inbox_backlog", "Pushes not understood yet.", status.inbox)
    yield plain("inbox_oldest_seconds", "Age of the oldest such push.", status.inbox_oldest_s)
    yield plain("outbox_backlog", "Events that partners were not sent yet.", status.outbox)
    yield plain("outbox_oldest_seconds", "Age of the oldest such event.", status.outbox_oldest_s)


def _gateways(status: Status) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "guihang_gateway_outcomes", "Calls to providers.", labels=("gateway", "outcome")
    )
    for label, n in sorted(tally.totals(tally.CALLS).items()):
        calls.add_metric(label.split(" "), n)
    yield calls
    yield gauge(
        "gateway_calls_per_second",
        "Rate of the last minute.",
        ("gateway",),
        [((pace.gateway,), pace.per_second) for pace in status.paces],
    )
    yield gauge(
        "gateway_call_seconds",
        "From the mark before a call to its outcome, of the newest calls.",
        ("gateway", "quantile"),
        [
            ((pace.gateway, quantile), value)
            for pace in status.paces
            for quantile, value in (("0.5", pace.median_s), ("0.9", pace.slow_s))
            if value is not None
        ],
    )


def _answers(status: Status) -> Iterator[Metric]:
    answers = CounterMetricFamily("guihang_answers", "Answers of any kind.", labels=("via",))
    for label, n in sorted(tally.totals(tally.ANSWERS).items()):
        answers.add_metric([label], n)
    yield answers
    yield plain("answers_per_minute", "Rate of the last minute.", status.answers_a_minute)


def _processes(status: Status) -> Iterator[Metric]:
    names = ("host", "kind", "name")
    yield gauge(
        "beat_age_seconds",
        "Since the watcher last wrote of a process.",
        names,
        [((p.host, p.kind, p.name), p.age_s) for p in status.processes],
    )
    yield gauge(
        "process_silent_seconds",
        "For how long a process that is at work has not moved.",
        names,
        [((p.host, p.kind, p.name), p.detail.get("silent_s") or 0) for p in status.processes],
    )
    yield gauge(
        "process_restarts",
        "How often the watcher has started a process again since it began itself.",
        names,
        [((p.host, p.kind, p.name), p.detail.get("restarts") or 0) for p in status.processes],
    )
    yield from _sweep(status)
    yield plain("people_on_duty", "Who would be paged now.", len(status.on_duty))


def _sweep(status: Status) -> Iterator[Metric]:
    age_s = status.steps_age_s or 0.0
    yield plain("sweep_beat_age_seconds", "Since the sweep last told of itself.", age_s)
    yield gauge(
        "sweep_step_age_seconds",
        "Since a step of the sweep last ran.",
        ("step",),
        [((name,), step["ago_s"] + age_s) for name, step in status.steps.items()],
    )
    yield gauge(
        "sweep_step_seconds",
        "How long a step of the sweep took.",
        ("step",),
        [((name,), step["took_s"]) for name, step in status.steps.items()],
    )

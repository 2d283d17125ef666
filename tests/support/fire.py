"""Faults by dice on an installation of its own, and the books afterwards.

A fault strikes when so many messages were accepted, and only while rows stand in `calling`. What
came of it is read from the emulator's own log. Workers, sweeps and servers that die are started
again by the keeper, as an init system would; nobody else touches anything.
"""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event
from typing import Any, TypeVar

import requests
from django.conf import settings
from django.db import connections
from django.db.utils import InterfaceError, OperationalError

from config.kernel import clock
from notifications.models import Batch, Delivery, Wave
from notifications.services.recipients import add_recipients
from notifications.states import BatchState, DeliveryState
from tests.support.private import Place
from tests.support.processes import signal_group, until
from tests.support.waves import make_wave, recipient

OPEN = (DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT)
SLICE = 5000
# Before a worker is killed it stands still for so long: the others' windows have moved on, and
# the rows in `calling` under a lease that was fresh when it stopped are its own.
STANDS_STILL_S, FRESH_S = 0.7, 1.0
# What a provider's bad moment looks like, and how many seconds it lasts.
MOODS: dict[str, tuple[dict[str, object], dict[str, object], float]] = {
    "provider_slow": ({"latency_ms": 2000}, {"latency_ms": 0}, 6),
    "provider_answers_500": ({"outage": True}, {"outage": False}, 5),
    "provider_resets": ({"reset": 0.1}, {"reset": 0}, 3),
    "provider_hangs": ({"half_open": 0.05}, {"half_open": 0}, 3),
    "provider_throttles": ({"per_second": 200}, {"per_second": 0}, 5),
}
FROZEN_S = 8.0
LAST_WORD = 0.9  # the last fault comes at this share of all
T = TypeVar("T")


def openid(number: int) -> str:
    return f"oFire{number:023d}"


class Fire:
    """One run. `senders` are the processes that hand over and are killed for it: workers, or
    further sweeps where no worker hears anything."""

    def __init__(self, place: Place, *, seed: int, senders: Sequence[str]) -> None:
        self.place, self.stage, self.senders = place, place.stage, senders
        self.dice = random.Random(seed)
        self.struck: Counter[str] = Counter()
        self.hits = 0
        self.last_fault = 0.0
        self.wave: Wave | None = None
        self.count = self.written = 0
        self._ends: list[tuple[float, Callable[[], object]]] = []

    # -- Before --------------------------------------------------------------------------

    def light(self, **knobs: object) -> None:
        """Start everything."""
        quiet = {"people": 0, "strangers": 0, "unreachable": 0, "lost_receipts": 1}
        self.stage.emulator(**quiet | knobs)
        self.keep("sweep", "manage.py", "sweep")
        for name in self.senders:
            if name.startswith("worker"):
                self.keep_worker(name)
            else:
                self.keep(name, "manage.py", "sweep")

    def keep_worker(self, name: str) -> None:
        options = ["--hostname", f"{name}@%h", "--pool", "prefork", "--concurrency", "1"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self.keep(name, "-m", "celery", "--app", "config", "worker", *options, *quiet)

    def keep(self, name: str, *arguments: str) -> None:
        self.place.keeper.keep(
            name,
            lambda: self.stage.start(name, *arguments),
            lambda: self.stage.processes[name].poll() is None,
        )

    def workers_ready(self) -> None:
        for name in self.senders:
            if name.startswith("worker"):
                until(lambda n=name: " ready." in self.stage.text(n), seconds=90, what=name)

    def say(self, count: int) -> None:
        """A wave to `count` people on WeChat. A fifth comes later, so that there is always work
        for the next fault to hit."""
        self.count, self.wave = count, make_wave()
        self.write(count * 4 // 5)

    def write(self, count: int) -> None:
        """That many more recipients at most, in slices as an expansion writes them."""
        last = min(self.written + count, self.count)
        while self.written < last:
            people = range(self.written + 1, min(self.written + SLICE, last) + 1)
            rows = [recipient(openid(n), persons=((n, True),), channel="wechat") for n in people]
            self.ask(lambda rows=rows: add_recipients(wave=self.wave, recipients=rows))
            self.written = people[-1]
        # Bells of this process ring on the suite's own broker: the sweep rings instead, at once.
        self.ask(lambda: Batch.objects.update(rung_at=None))

    def feed(self) -> None:
        waiting = Delivery.objects.filter(wave=self.wave, state=DeliveryState.PENDING)
        if self.written < self.count and self.ask(waiting.count) < self.count // 20:
            self.write(self.count // 20)

    # -- Meanwhile -------------------------------------------------------------------------

    def burn(self, faults: Sequence[str]) -> None:
        """Every fault once, in the dice's order, spread over the whole wave."""
        order = list(faults)
        self.dice.shuffle(order)
        marks = sorted(self.dice.uniform(0.02, LAST_WORD) * self.count for _ in order)
        for mark, name in zip(marks, order, strict=True):
            until(lambda m=mark: self.has_come_to(m), seconds=180, what=f"progress to {name}")
            self.strike(name)
        self.write(self.count)
        until(lambda: self.progress() and not self._ends, seconds=60, what="the faults' end")

    def has_come_to(self, mark: float) -> bool:
        done = self.progress() >= mark
        if not done:
            self.feed()
        return done

    def strike(self, name: str) -> None:
        """One fault, as soon as rows stand in `calling`."""
        until(self.calling, seconds=60, what=f"rows in calling for {name}")
        if name in MOODS:
            bad, good, seconds = MOODS[name]
            self.turn(**bad)
            self.later(seconds, lambda: self.turn(**good))
        else:
            getattr(self, name)()
        self.struck[name] += 1
        self.hits += 1
        self.last_fault = time.monotonic()

    def kill_worker(self) -> None:
        """kill -9 of a worker and its child, with a window of its own in flight."""
        until(self._killed_in_flight, seconds=120, what="a worker with rows in calling")

    def _killed_in_flight(self) -> bool:
        self.feed()
        worker = self.stage.processes[self.dice.choice(self.senders)]
        signal_group(worker, signal.SIGSTOP)
        stopped = clock.real_now()
        Event().wait(STANDS_STILL_S)
        lease = stopped + timedelta(seconds=settings.LEASE_SECONDS)
        fresh = (lease - timedelta(seconds=FRESH_S), lease)
        in_flight = Delivery.objects.filter(
            state=DeliveryState.CALLING, batch__state=BatchState.HELD,
            batch__lease_until__range=fresh,
        )  # fmt: skip
        hit = self.ask(in_flight.exists)
        signal_group(worker, signal.SIGKILL if hit else signal.SIGCONT)
        return hit

    def kill_sweep(self) -> None:
        signal_group(self.stage.processes["sweep"], signal.SIGKILL)

    def double_sweep(self) -> None:
        """Until the end."""
        self.keep("sweep2", "manage.py", "sweep")

    def stop_database(self) -> None:
        assert self.place.postgres is not None
        self.place.postgres.stop_at_once()

    def kill_broker(self) -> None:
        assert self.place.rabbit is not None
        self.place.rabbit.kill()

    def freeze_broker(self) -> None:
        assert self.place.rabbit is not None
        until(self.place.rabbit.ready, seconds=60, what="a broker to freeze")
        self.place.rabbit.freeze()
        self.later(FROZEN_S, self.place.rabbit.thaw)

    def wipe_broker(self) -> None:
        assert self.place.rabbit is not None
        until(self.place.rabbit.ready, seconds=60, what="a broker to wipe")
        self.place.rabbit.wipe()

    def later(self, seconds: float, deed: Callable[[], object]) -> None:
        """`deed` ends a fault in so many seconds."""
        self._ends.append((time.monotonic() + seconds, deed))

    def progress(self) -> int:
        """How many messages were accepted; faults whose time is over end here."""
        now = time.monotonic()
        for end in [end for end in self._ends if end[0] <= now]:
            self._ends.remove(end)
            end[1]()
            self.last_fault = time.monotonic()
        return sum(self.stats()["accepted"].values())

    def settled(self) -> bool:
        waiting = Delivery.objects.filter(wave=self.wave, state__in=OPEN)
        return not self.ask(waiting.exists)

    def wait_settled(self, *, seconds: float) -> float:
        """Seconds from the last fault until nothing is open any more."""
        until(self.settled, seconds=seconds, what="the end of the wave")
        return time.monotonic() - self.last_fault

    # -- Asking ----------------------------------------------------------------------------

    def turn(self, **knobs: object) -> None:
        url = f"{self.stage.emulator_url}/knobs"
        requests.post(url, json=knobs, timeout=10).raise_for_status()

    def stats(self) -> dict[str, Any]:
        answer: dict[str, Any] = requests.get(f"{self.stage.emulator_url}/stats", timeout=10).json()
        return answer

    def calling(self) -> bool:
        self.feed()
        return self.ask(Delivery.objects.filter(state=DeliveryState.CALLING).exists)

    def ask(self, question: Callable[[], T]) -> T:
        """What the database answers, as soon as there is one."""
        answers: list[T] = []

        def answered() -> bool:
            try:
                answers.append(question())
            except (OperationalError, InterfaceError):
                connections["default"].close()
            return bool(answers)

        until(answered, seconds=60, what="the database")
        return answers[0]

    # -- Afterwards ------------------------------------------------------------------------

    def cut(self) -> int:
        """Calls that the provider took and did not answer."""
        stats = self.stats()
        return sum(stats.get(name, 0) for name in ("reset", "half_open", "garbage"))

    def books(self) -> dict[str, Any]:
        """Of every frozen address: how often the provider took a message to it."""
        taken = self.taken()
        people = {openid(number) for number in range(1, self.count + 1)}
        again = {address for address, times in taken.items() if times > 1}
        flagged = Delivery.objects.filter(wave=self.wave, possible_duplicate=True)
        kills, stops = self.struck["kill_worker"], self.struck["stop_database"]
        return {
            "recipients": self.count,
            "worker_kills": kills,
            "broker_kills": self.struck["kill_broker"],
            "broker_freezes": self.struck["freeze_broker"],
            "broker_wipes": self.struck["wipe_broker"],
            "database_stops": stops,
            "sweep_kills": self.struck["kill_sweep"],
            "sweep_doubled": self.struck["double_sweep"],
            "provider_faults": sum(self.struck[name] for name in MOODS),
            "faults_hit_calling": self.hits,
            "answers_cut": self.cut(),
            "lost": len(people - set(taken)),
            "strangers": len(set(taken) - people),
            "duplicates": sum(times - 1 for times in taken.values()),
            "duplicates_unflagged": len(again - set(flagged.values_list("address", flat=True))),
            "duplicate_bound": self.window * (kills + len(self.senders) * stops) + self.cut(),
        }

    @property
    def window(self) -> int:
        return int(self.stage.environment.get("GUIHANG_SEND_WINDOW", settings.SEND_WINDOW))

    def taken(self) -> Counter[str]:
        with self.stage.record.open("rb") as record:
            lines = (json.loads(line) for line in record)
            return Counter(line["to"] for line in lines if line["what"] == "accepted")

"""The watcher: ends what is alive and gets nothing done, starts it again, tells the duty roster.

It judges by progress, never by the process id alone:

- the main loop has not turned for GUIHANG_STALL_SECONDS: stopped, or deadlocked;
- a hand (a lane of the sweep, a child of a worker) is at work and has not moved for as long;
- a worker has nothing in hand and takes nothing, while batches wait that are due;
- a web server says nothing for as long.

What it cannot know it does not judge: while the database is away nobody's hands are blamed, and
while the broker is away no worker's ears. Both are told instead.
"""

import logging
import queue
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from amqp.exceptions import AMQPError
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from kombu.exceptions import KombuError

from config.celery import app
from config.kernel import clock, sweep
from config.kernel.errors import DomainError
from config.kernel.progress import Seen
from config.kernel.supervisor import Child, Supervisor
from crisis.operations import processes
from crisis.operations.answering import hear_answers
from crisis.operations.escalating import escalate_pages
from crisis.operations.judging import read_status
from crisis.operations.lookout import Lookout
from crisis.operations.paging import WithoutRows, page
from crisis.operations.problems import Found, Problem
from crisis.operations.reporting import publish_beats
from crisis.staff.duty import on_duty
from crisis.staff.models import DutyTurn
from notifications.models import Batch
from notifications.states import BatchState

log = logging.getLogger("guihang.watch")

DATABASE_ERRORS = (DatabaseError, InterfaceError)
BROKER_ERRORS = (KombuError, AMQPError, OSError)
# Until its first turn a process is starting: imports on a busy machine, a broker that is late.
START_S = 60.0
# After this a worker that came up at all hears its bell.
STARTED_S = 10.0
# After a loss kombu waits up to this long between two attempts to reach the broker again.
BROKER_GRACE_S = 35.0
# Publishing to a frozen broker hangs for 15 to 22 s whatever its time-outs say (measured).
BROKER_LANE_S = 60.0
# After an outage of the database everything has waited, and is done within this time.
SETTLES_S = 30.0
# Deaths within five minutes that are worth a page.
DYING = 3


@dataclass(frozen=True, slots=True)
class Sight:
    """What the database showed: whether work waits, and who is on duty."""

    work_waits: bool
    roster: Sequence[DutyTurn]


class Watcher:
    """Owns no process: `supervisor` does. `turn()` is one look; call it about each second."""

    def __init__(self, supervisor: Supervisor, *, host: str = "") -> None:
        self.supervisor = supervisor
        self.host = host or socket.gethostname()
        self.restarts: Counter[str] = Counter()
        self._began_at = time.monotonic()
        self.without_rows = WithoutRows()
        self.waiting: queue.Queue[Found] = queue.Queue()
        # A page that hangs in the database must not hold up the one that says so.
        self.away: queue.Queue[Found] = queue.Queue()
        self.database = Lookout("database", self._see, every_s=2.0, failures=DATABASE_ERRORS)
        self.status = Lookout("status", self._read_status, every_s=5.0, failures=DATABASE_ERRORS)
        self.broker = Lookout("broker", broker_answers, every_s=10.0, failures=BROKER_ERRORS)
        self.servers = {
            child.name: Lookout(
                child.name, partial(processes.answers, address), every_s=3.0, failures=(OSError,)
            )
            for child in supervisor.children
            if (address := processes.address_of(child))
        }

    @property
    def _lookouts(self) -> list[Lookout[Any]]:
        return [self.database, self.status, self.broker, *self.servers.values()]

    def __enter__(self) -> "Watcher":
        for lookout in self._lookouts:
            lookout.start()
        for name, found, tell in (
            ("pager", self.waiting, self._page),
            ("pager without rows", self.away, self.without_rows.page),
        ):
            threading.Thread(target=_page_all, args=(found, tell), name=name, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for lookout in self._lookouts:
            lookout.stop()

    # -- One look ----------------------------------------------------------------------------

    def turn(self) -> list[str]:
        """Look once. Returns the names of children that were started again."""
        for lookout in self._lookouts:
            lookout.look()
        for child in self.supervisor.children:
            if reason := self.stuck(child):
                self._restart(child, reason)
        started = self.supervisor.tend()
        for child in started:
            self.restarts[child.name] += 1
            if child.deaths_within(300) >= DYING:
                self.tell(Found(Problem.PROCESS_DYING, self.place(child), len(child.deaths)))
        self._tell_what_is_away()
        return [child.name for child in started]

    def place(self, child: Child) -> str:
        return f"{child.name}@{self.host}"[:60]

    def tell(self, found: Found) -> None:
        """Have the roster paged; the pager leaves out what it told lately."""
        self.waiting.put(found)

    def _restart(self, child: Child, reason: str) -> None:
        log.error("%s gets nothing done (%s): ending it", child.name, reason)
        self.supervisor.kill(child)
        self.tell(Found(Problem.PROCESS_STUCK, self.place(child)))

    def _tell_what_is_away(self) -> None:
        if self.database.away_s > settings.STALL_SECONDS:
            self.away.put(Found(Problem.DATABASE_AWAY, age_s=self.database.away_s))
        elif self.broker.away_s > settings.STALL_SECONDS:
            self.tell(Found(Problem.BROKER_AWAY, age_s=self.broker.away_s))

    # -- Judging a child -----------------------------------------------------------------------

    def stuck(self, child: Child) -> str:
        """Why a living child counts as stuck; empty while it does not."""
        if not child.is_alive:
            return ""
        age = time.monotonic() - child.started_at
        if child.name in self.servers:
            away_s = self.servers[child.name].away_s
            return "it answers nobody" if age > START_S and away_s > settings.STALL_SECONDS else ""
        if child.board is None:
            return ""
        seen = child.board.read()
        reasons = (*self._of_loop(child, seen, age), *self._of_hands(child, seen, age))
        return next(iter(reasons), "")

    def _of_loop(self, child: Child, seen: Seen, age: float) -> Iterator[str]:
        """A worker that has lost its broker turns no loop until it has it back."""
        if child.kind == "worker" and self.broker.well_s <= BROKER_GRACE_S:
            return
        if seen.tick_s is None and age > START_S:
            yield "it does not come up"
        elif (seen.tick_s or 0.0) > settings.STALL_SECONDS:
            yield f"its loop has not turned for {seen.tick_s:.0f} s"

    def _of_hands(self, child: Child, seen: Seen, age: float) -> Iterator[str]:
        """What hangs in the database while it is away hangs for no fault of its own."""
        if seen.tick_s is None or self.database.well_s < min(settings.STALL_SECONDS, age):
            return
        for hand in seen.hands:
            if hand.busy and hand.silent_s > self._patience_with(child, hand.number):
                yield f"hand {hand.number} has not moved for {hand.silent_s:.0f} s"
        if child.kind == "worker" and self._is_deaf(seen, age):
            yield "work waits and it takes none"

    def _patience_with(self, child: Child, number: int) -> float:
        lanes, patience = sweep.lanes(), settings.STALL_SECONDS
        is_broker_lane = child.kind == "sweep" and lanes[number % len(lanes)] == "broker"
        return max(BROKER_LANE_S, patience) if is_broker_lane else patience

    def _is_deaf(self, seen: Seen, age: float) -> bool:
        """Work has waited all the while, and this worker, with nothing in hand and a broker that
        answers, has taken none of it."""
        sight, patience = self.database.latest, settings.STALL_SECONDS
        if seen.busy or sight is None or not sight.work_waits or self.broker.well_s < patience:
            return False
        return age > patience + STARTED_S and (seen.idle_s is None or seen.idle_s > patience)

    # -- What the threads do -------------------------------------------------------------------

    def _see(self) -> Sight:
        """Read what judging needs, and write what this host's processes do."""
        try:
            close_old_connections()
            late = clock.real_now() - timedelta(seconds=settings.STALL_SECONDS)
            waits = Batch.objects.filter(state=BatchState.WAITING, due_at__lt=late).exists()
            sight = Sight(waits, on_duty())
            self.without_rows.remember(sight.roster)
            self.without_rows.settle()
            publish_beats(self)
        except DATABASE_ERRORS:
            connection.close()
            raise
        return sight

    def _read_status(self) -> list[Found]:
        """Read the whole status, and have paged what of it is to be paged."""
        try:
            close_old_connections()
            found = read_status().found
            hear_answers()
            escalate_pages()
        except DATABASE_ERRORS:
            connection.close()
            raise
        mine = (Problem.PROCESS_STUCK, Problem.PROCESS_DYING, Problem.BROKER_AWAY)
        if self._has_settled():
            for one in found:
                if one.is_paged and one.problem not in mine:
                    self.tell(one)
        return found

    def _has_settled(self) -> bool:
        """A house that is just being started, or whose database has only just come back, is full
        of things that have waited and will be done in a moment."""
        age = time.monotonic() - self._began_at
        return age > START_S and self.database.well_s > SETTLES_S

    def _page(self, found: Found) -> None:
        """With rows where rows can be written."""
        try:
            close_old_connections()
            page(found)
        except DATABASE_ERRORS:
            connection.close()
            self.without_rows.page(found)


def _page_all(waiting: "queue.Queue[Found]", tell: Callable[[Found], object]) -> None:
    """A pager's thread: one page after the other."""
    while True:
        found = waiting.get()
        try:
            tell(found)
        except (DomainError, OSError) as refusal:
            log.error("%s could not be paged: %s", found.problem, refusal)


def broker_answers() -> bool:
    """Whether the broker takes a connection. Raises one of BROKER_ERRORS."""
    if not settings.CELERY_BROKER_URL.startswith(("amqp", "pyamqp", "redis")):
        return settings.BROKER_DIR.exists()
    broker = app.connection_for_write()
    try:
        broker.ensure_connection(max_retries=1, timeout=5)
    except BROKER_ERRORS:
        broker.collect()  # unlike close, it does not wait for the broker's word
        raise
    broker.release()
    return True

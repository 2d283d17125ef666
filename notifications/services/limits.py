"""Rate limits of a gateway and of each sender number, shared by all workers on all hosts.

The state is one row a bucket (models.Bucket), and permits for a whole window are taken in one
UPDATE by the database's own clock: docs/decisions/limits-live-in-the-database.md. A gateway
without a limit costs one look a batch, for a pause, and nothing a window.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from django.db import connection

from config.kernel import clock
from notifications.gateways.base import CallResult, Gateway
from notifications.models import Batch, Bucket
from notifications.states import BatchState

# What an idle bucket holds, in seconds of its rate: the burst, and never less than one message.
BURST_S = 0.5
# Who went short waits for this many seconds' worth of permits, so that windows do not become tiny.
SHARE_S = 0.2
# Nothing less urgent draws for so long after somebody went short; longer than a wait for a share.
CLAIM_S = 2.0
# Whoever would wait longer than this in one go gives the batch back.
LONGEST_WAIT_S = 2.0
# When a batch that stood aside for a more urgent one tries again.
ASIDE_S = (2.0, 4.0)

# One row by its key. Every asker takes what is there; who went short leaves a claim. Moments come
# from the statement's clock, so each is the same throughout it.
_TAKE = """
UPDATE notifications_bucket SET
  granted = {granted},
  spent_until = {most}(spent_until, {now}) + {granted} * %(each)s,
  claimed_by = CASE WHEN {claims} THEN %(priority)s ELSE claimed_by END,
  claimed_until = CASE WHEN {claims} THEN {now} + %(claim)s ELSE claimed_until END
WHERE name = %(name)s
RETURNING granted, spent_until - {now}, paused_until - {now},
  CASE WHEN claimed_by < %(priority)s THEN claimed_until - {now} ELSE 0 END
"""
_GRANTED = """CASE
  WHEN paused_until > {now} OR (claimed_until > {now} AND claimed_by < %(priority)s) THEN 0
  ELSE {least}(%(wanted)s, {most}(0,
    FLOOR(({now} + %(burst)s - {most}(spent_until, {now})) / %(each)s)))
END"""
_CLAIMS = """({granted}) < %(wanted)s AND
  (claimed_until <= {now} OR claimed_by >= %(priority)s)"""
_PAUSE = """
UPDATE notifications_bucket SET paused_until = {most}(paused_until, {now} + %s) WHERE name = %s
"""
_LOOK = """
SELECT name, paused_until - {now},
  CASE WHEN claimed_by < %s THEN claimed_until - {now} ELSE 0 END
FROM notifications_bucket WHERE name IN ({marks})
"""
_DIALECTS = {
    "postgresql": {
        "now": "CAST(EXTRACT(EPOCH FROM STATEMENT_TIMESTAMP()) AS DOUBLE PRECISION)",
        "most": "GREATEST",
        "least": "LEAST",
    },
    "sqlite": {
        "now": "((julianday('now') - 2440587.5) * 86400.0)",
        "most": "MAX",
        "least": "MIN",
    },
}

R = TypeVar("R")
Params = dict[str, str | int | float]


class Permits(NamedTuple):
    """What was given; when less than asked, the seconds until a fair share is there, and whether
    somebody more urgent draws instead."""

    granted: int
    wait_s: float = 0.0
    aside: bool = False


def take(name: str, *, rate: float, wanted: int, priority: int) -> Permits:
    """Take up to `wanted` permits of a bucket that gives `rate` a second."""
    each, burst = 1 / rate, max(BURST_S, 1 / rate)
    params: Params = {
        "name": name, "wanted": wanted, "priority": priority, "each": each, "claim": CLAIM_S,
        # A hair more, or a burst of exactly one permit would be lost in rounding.
        "burst": burst + each / 1000,
    }  # fmt: skip
    granted, spent_s, paused_s, claimed_s = _taken(_take_sql(), params)
    if granted >= wanted:
        return Permits(granted)
    if not granted and paused_s > 0:
        return Permits(0, paused_s)
    share = min(wanted, max(1.0, min(rate * SHARE_S, burst * rate)))
    return Permits(granted, max(0.0, spent_s + share * each - burst), claimed_s > 0)


def give_back(name: str, *, rate: float, permits: int) -> None:
    """Return permits that were not used, because another bucket gave fewer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_bucket SET spent_until = spent_until - %s WHERE name = %s",
            [permits / rate, name],
        )


def pause(name: str, *, seconds: float) -> None:
    """Nobody draws from this bucket for so long: its provider said so."""
    Bucket.objects.bulk_create([Bucket(name=name)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE.format(**_DIALECTS[connection.vendor]), [seconds, name])


def _take_sql() -> str:
    dialect = _DIALECTS[connection.vendor]
    granted = _GRANTED.format(**dialect)
    claims = _CLAIMS.format(granted=granted, **dialect)
    return _TAKE.format(granted=granted, claims=claims, **dialect)


def _taken(sql: str, params: Params) -> tuple[int, float, float, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[int, float, float, float] | None = cursor.fetchone()
    if row is not None:
        return row
    # The first who asks makes the bucket.
    Bucket.objects.bulk_create([Bucket(name=str(params["name"]))], ignore_conflicts=True)
    return _taken(sql, params)


class Pace:
    """How fast one holder may go through the rows of its batch.

    `address_of` opens a row's address; it is asked only where there are several sender numbers.
    """

    def __init__(self, gateway: Gateway, priority: int) -> None:
        self._gateway, self._priority = gateway, priority
        self._closed: dict[str, float] = {}  # bucket: when to ask it again, monotonic seconds
        self._aside = False
        self._senders: dict[int, str] = {}

    def barred(self) -> timedelta | None:
        """Before anything is read: how long the whole batch has to wait, if it has to. The one
        look a batch."""
        for name, paused_s, claimed_s in self._look():
            if paused_s > 0:
                self._close(name, paused_s)
            self._aside |= claimed_s > 0 and name == self._gateway.name
        if self.is_limited and not self._aside:
            self._aside = self._more_urgent_waits()
        return self.comes_back() if self._aside or self._gateway.name in self._closed else None

    def window(self, rows: Sequence[R], address_of: Callable[[R], str], *, most: int) -> list[R]:
        """The rows that may be called now, at most `most`; none when there is no permit."""
        if self._closed:
            rows = [row for row in rows if self._is_open(row, address_of)]
        window = list(rows[:most])
        if not (window and self.is_limited):
            return window
        if self._gateway.rate:
            window = window[: self._take(self._gateway.name, self._gateway.rate, len(window))]
        if not self._gateway.sender_rate:
            return window
        admitted = self._by_sender(window, address_of)
        if self._gateway.rate and len(admitted) < len(window):
            unused = len(window) - len(admitted)
            give_back(self._gateway.name, rate=self._gateway.rate, permits=unused)
        return admitted

    def heed(self, results: Sequence[CallResult]) -> bool:
        """Pause what the provider wants to be let alone, for everybody. Whether there was such."""
        pauses: dict[str, float] = {}
        for result in results:
            if result.pause is not None:
                name, seconds = result.pause
                pauses[name] = max(seconds, pauses.get(name, 0.0))
        for name, seconds in pauses.items():
            pause(name, seconds=seconds)
            self._close(name, seconds)
        return bool(pauses)

    def wait(self) -> bool:
        """Sleep until there may be a permit. False, at once, when it is better to give the rest
        of the batch back: it would take long, or something more urgent has to go."""
        if self._aside or self._more_urgent_waits():
            self._aside = True
            return False
        seconds = self._until_open()
        if seconds > LONGEST_WAIT_S:
            return False
        time.sleep(seconds)
        return True

    def comes_back(self) -> timedelta | None:
        """When what was given back may be taken again; None when this says nothing about it."""
        if self._aside:
            return timedelta(seconds=random.uniform(*ASIDE_S))  # noqa: S311 - not a secret
        seconds = self._until_open()
        # Not all at the same moment.
        return timedelta(seconds=seconds * random.uniform(1, 1.2)) if seconds else None  # noqa: S311

    @property
    def is_limited(self) -> bool:
        """Whether permits are needed."""
        return bool(self._gateway.rate or self._gateway.sender_rate)

    def _look(self) -> list[tuple[str, float, float]]:
        """(bucket, seconds of pause left, seconds of a more urgent claim left) of this gateway."""
        names = [self._gateway.name, *map(self._gateway.bucket_of, self._gateway.senders)]
        look = _LOOK.format(marks=", ".join(["%s"] * len(names)), **_DIALECTS[connection.vendor])
        with connection.cursor() as cursor:
            cursor.execute(look, [self._priority, *names])
            return list(cursor.fetchall())

    def _more_urgent_waits(self) -> bool:
        """Whether a more urgent batch of this channel wants a worker."""
        waiting = Batch.objects.filter(state=BatchState.WAITING, due_at__lte=clock.real_now())
        more_urgent = waiting.filter(priority__lt=self._priority, channel=self._gateway.channel)
        return more_urgent.exists()

    def _by_sender(self, window: list[R], address_of: Callable[[R], str]) -> list[R]:
        groups: dict[str, list[R]] = defaultdict(list)
        for row in window:
            groups[self._bucket(row, address_of)].append(row)
        admitted: list[R] = []
        for name, rows in groups.items():
            admitted += rows[: self._take(name, self._gateway.sender_rate, len(rows))]
        return admitted

    def _take(self, name: str, rate: float, wanted: int) -> int:
        permits = take(name, rate=rate, wanted=wanted, priority=self._priority)
        self._aside |= permits.aside
        if permits.granted < wanted:
            self._close(name, permits.wait_s)
        return permits.granted

    def _close(self, name: str, seconds: float) -> None:
        self._closed[name] = max(self._closed.get(name, 0.0), time.monotonic() + seconds)

    def _is_open(self, row: R, address_of: Callable[[R], str]) -> bool:
        now = time.monotonic()
        if self._closed.get(self._gateway.name, 0.0) > now:
            return False
        return self._closed.get(self._bucket(row, address_of), 0.0) <= now

    def _bucket(self, row: R, address_of: Callable[[R], str]) -> str:
        """The bucket of the number from which this row's message leaves."""
        senders = self._gateway.senders
        if len(senders) == 1:
            return self._gateway.bucket_of(senders[0])
        name = self._senders.get(id(row))
        if name is None:
            name = self._gateway.bucket_of(self._gateway.sender_of(address_of(row)))
            self._senders[id(row)] = name
        return name

    def _until_open(self) -> float:
        """Seconds until the first bucket that is closed may be asked again."""
        now = time.monotonic()
        if (whole := self._closed.get(self._gateway.name, 0.0)) > now:
            return whole - now
        return min((opens - now for opens in self._closed.values() if opens > now), default=0.0)

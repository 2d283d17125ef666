"""Handing a batch over, window by window.

A window is marked `calling` and committed before the provider is called, and no transaction is
open while it is. The same transaction that writes the outcomes of one window marks the next, so
a window costs one commit. Whoever dies in between leaves rows in `calling`; the sweep turns them
into `in_doubt` when the lease has run out.
"""

import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.kernel import bulk, clock
from config.kernel.errors import DomainError
from notifications.gateways import gateway_for
from notifications.gateways.base import CallResult, Gateway, Outgoing
from notifications.models import Batch, Delivery, Wave
from notifications.services import caller, limits
from notifications.services.holding import Hold, completion, gives_way, release, take_batch
from notifications.services.messages import Row, address_of, message_for
from notifications.services.windows import standing_of, turn_over
from notifications.states import BatchState, DeliveryState, Outcome, Priority

# Back-off after «busy»: doubles from the first to the last, with jitter; blueprint section 5 says
# that a batch gives its rest back after 30 s at most.
BACK_OFF_FIRST_S, BACK_OFF_LAST_S = 1.0, 30.0
# When so many in a row were told «busy» (or all of a smaller window), nobody gets through.
BUSY_IN_A_ROW = 8
# A provider that takes this long for a window, in seconds, is called half a window at a time.
IN_HALVES_FROM_S = 0.02
NOT_SENT = CallResult(Outcome.BUSY, provider_code="lease_lapsed")
UNREADABLE = CallResult(Outcome.REFUSED, provider_code="address_unreadable")


def send_batch(batch_id: int, *, goes_on_for_s: float = 0.0) -> int:
    """Take the batch and hand over what is pending in it. Returns how many calls were made.

    `goes_on_for_s`: for so long, with a provider that takes its time, the next batch of the wave is
    begun while the last calls of this one are on their way.
    """
    since, calls = time.monotonic(), 0
    passage = _begin(batch_id)
    while passage is not None:
        passage.go()
        goes_on = time.monotonic() - since < goes_on_for_s
        following = _begin_behind(passage) if goes_on else None
        if following is None:
            passage.end()
        calls += passage.calls
        passage = following
    return calls


def _begin(batch_id: int) -> "_Passage | None":
    """The way through a batch, where it can be had."""
    hold = take_batch(batch_id)
    if hold is None:
        return None
    wave = Wave.objects.get(pk=hold.wave_id)
    hold_to_mode(wave)
    gateway = gateway_for(hold.channel)
    return _passage(hold, wave, gateway, limits.Pace(gateway, wave.priority))


def _begin_behind(passage: "_Passage") -> "_Passage | None":
    """The way through the most urgent batch that waits, where it is another of the same wave and
    channel, and calls of this one are still in the air."""
    if not passage.may_be_followed():
        return None
    due = Batch.objects.filter(state=BatchState.WAITING, due_at__lte=clock.real_now())
    batch = due.order_by("priority", "pk").only("pk", "wave", "channel").first()
    if batch is None or (batch.wave_id, batch.channel) != (passage.wave.pk, passage.hold.channel):
        return None
    hold = take_batch(batch.pk)
    following = _passage(hold, passage.wave, passage.gateway, passage.pace) if hold else None
    if following is not None:
        following.before = passage
    return following


def _passage(hold: Hold, wave: Wave, gateway: Gateway, pace: limits.Pace) -> "_Passage | None":
    """None, and the batch given back, when its provider wants to be let alone."""
    if wave.priority == Priority.CODE:
        hold.looks_after_s = 0.0  # it shares a queue with red alerts, and gives way to each of them
    if (barred := pace.barred()) is not None:
        release(hold, rest_due_in=barred)
        return None
    return _Passage(hold, wave, gateway, pace, _pending_rows(hold))


def hold_to_mode(wave: Wave) -> None:
    """A wave of the other mode is never sent, however it came here (a database that was restored
    from a dump, say). Raises DomainError mode_mismatch."""
    if wave.mode_id != settings.MODE:
        raise DomainError(
            "mode_mismatch",
            _("批次属于另一种模式，本安装拒绝发送。"),
            {"wave": wave.pk, "mode": settings.MODE},
        )


class _Flight(NamedTuple):
    """Rows that are being called. `land` waits for what their calls come to."""

    rows: list[Row]
    land: caller.Landing
    since: float


@dataclass
class _Passage:
    """A holder's way through the rows of its batch.

    A window is called, written down, and the next begun in the same commit. With a provider that
    takes its time, nothing would be on the wire while that is done: then half a window is called
    at a time, and one half is on its way while the other is written.

    `before`: the way through another batch, whose last calls are still in the air. What both call
    together is never more than a window.
    """

    hold: Hold
    wave: Wave
    gateway: Gateway
    pace: limits.Pace
    rows: list[Row]
    aloft: deque[_Flight] = field(default_factory=deque)
    finished: list[tuple[Row, CallResult]] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)
    calls: int = 0
    busy_in_a_row: int = 0
    stopped: bool = False
    before: "_Passage | None" = None

    def go(self) -> None:
        """Call all that may be called. The last calls may still be in the air."""
        self._land_until_room()
        while self.goes_on() and self.begin_next():
            if self.rows:
                self._land_until_room()

    def goes_on(self) -> bool:
        return bool(self.rows) and not self.stopped and not gives_way(self.hold, self.wave.priority)

    def begin_next(self) -> bool:
        """Call the next rows that may be called. False when this batch is better left."""
        permitted = self.pace.window(self.rows, address_of, most=self._most())
        if not permitted:
            # Nobody waits while the outcome of a call stands nowhere but here.
            self.settle()
            return not self.stopped and self.pace.wait()
        self.rows = _without(self.rows, permitted)
        self.gateway.prepare()
        window = self._turn_over(permitted)
        if not window:
            return False
        since = time.monotonic()
        landing = _hand_over(self.wave, self.hold, self.gateway, window, self._in_halves)
        self.aloft.append(_Flight(window, landing, since))
        self.calls += len(window)
        return True

    def may_be_followed(self) -> bool:
        """Whether another batch may be begun before this one is settled: all of it was called, and
        no permit has to be waited for."""
        over = not self.rows and not self.stopped and bool(self.aloft)
        return over and self._in_halves and not self.pace.is_limited

    def settle(self) -> None:
        """Nothing is left in the air, and every outcome is written."""
        while self.before:
            self._land_before()
        if self.finished:
            self._turn_over([])
        while self.aloft:
            self._land()
            self._turn_over([])

    def end(self) -> None:
        self.settle()
        _finish(self.hold, self.pace.comes_back() or back_off(min(self.tries, default=0)))

    def _land_until_room(self) -> None:
        while self.before and self._called() + self._most() > settings.SEND_WINDOW:
            self._land_before()
        while self.aloft and self._called() + self._most() > settings.SEND_WINDOW:
            self._land()

    def _land_before(self) -> None:
        """Land the oldest flight of the batch before, and write it at once: what nobody has written
        down counts as called. With the last flight that batch is over."""
        before = self.before
        if before is None:
            return
        if before.before:
            before._land_before()
        elif before.aloft:
            before._land()
            before._turn_over([])
        self.stopped |= before.stopped
        if not (before.before or before.aloft):
            before.end()
            self.before = None

    @property
    def _in_halves(self) -> bool:
        return self.gateway.took_s >= IN_HALVES_FROM_S

    def _most(self) -> int:
        return max(1, settings.SEND_WINDOW // 2) if self._in_halves else settings.SEND_WINDOW

    def _called(self) -> int:
        called = sum(len(flight.rows) for flight in self.aloft)
        return called + (self.before._called() if self.before else 0)

    def _land(self) -> None:
        """Wait for the oldest flight, and heed what the provider says of its own state."""
        rows, land, since = self.aloft.popleft()
        results = land()
        self.gateway.took_s = time.monotonic() - since
        self.finished += zip(rows, results, strict=True)
        busy = [
            row.attempts + 1
            for row, result in zip(rows, results, strict=True)
            if result.outcome == Outcome.BUSY
        ]
        self.tries += busy
        self.busy_in_a_row = self.busy_in_a_row + len(busy) if len(busy) == len(rows) else 0
        # Nobody gets through, or the provider says so itself: leave it in peace.
        self.stopped |= self.pace.heed(results)
        self.stopped |= self.busy_in_a_row >= min(BUSY_IN_A_ROW, settings.SEND_WINDOW)

    def _turn_over(self, following: list[Row]) -> list[Row]:
        finished, self.finished = self.finished, []
        last = not (following or self.rows or self.tries or self.aloft)
        return turn_over(self.hold, self.gateway, finished, following, last=last)


def _without(rows: list[Row], taken: list[Row]) -> list[Row]:
    """What is left; mostly the first of them were taken."""
    if rows[: len(taken)] == taken:
        return rows[len(taken) :]
    gone = {row.id for row in taken}
    return [row for row in rows if row.id not in gone]


def _hand_over(
    wave: Wave, hold: Hold, gateway: Gateway, window: Sequence[Row], aside: bool
) -> caller.Landing:
    """Call them; results come in the order of the rows. `aside`: leave them on their way and go
    on. An address that does not open is refused without a call, so that one bad row holds up
    nobody."""
    messages = [message_for(wave, hold.channel, row) for row in window]
    if hold.has_lapsed():
        # This process was stopped (a frozen machine, say) since it marked the window: the sweep
        # may have asked about these rows and given them to somebody else meanwhile.
        return lambda: [NOT_SENT] * len(window)
    calls = [message for message in messages if message]
    if aside:
        return partial(_results, messages, caller.launch(gateway, calls))
    answers = caller.hand_over(gateway, calls)
    return partial(_results, messages, lambda: answers)


def _results(messages: Sequence[Outgoing | None], landing: caller.Landing) -> list[CallResult]:
    answers = iter(landing())
    return [next(answers) if message else UNREADABLE for message in messages]


def _pending_rows(hold: Hold) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, address, language, key, attempts, covers FROM notifications_delivery"
            # Who was tried least comes first, so that those who are always told «busy» hold up
            # nobody.
            " WHERE batch_id = %s AND state = %s ORDER BY attempts, id",
            [hold.batch_id, DeliveryState.PENDING],
        )
        return [Row(*row) for row in cursor.fetchall()]


def _finish(hold: Hold, comes_back: timedelta) -> None:
    if not (hold.is_over or bulk.run(completion(hold)).count):
        _give_back(hold, comes_back)


@transaction.atomic
def _give_back(hold: Hold, comes_back: timedelta) -> None:
    """Done when nothing is pending; otherwise the rest comes back after a while. What may not be
    sent any more is closed: cancelled with its wave, or expired."""
    # The lock comes first: whoever settles a doubt meanwhile finds the batch done and wakes it, or
    # is found here. Without it a row that is pending again could stay in a batch that is done.
    list(Batch.objects.select_for_update(no_key=True).filter(pk=hold.batch_id).values_list("pk"))
    pending = Delivery.objects.filter(batch=hold.batch_id, state=DeliveryState.PENDING)
    if not bulk.run(standing_of(hold.wave_id)).rows:
        close_pending(Wave.objects.get(pk=hold.wave_id), hold.batch_id)
    release(hold, rest_due_in=comes_back if pending.exists() else None)


def close_pending(wave: Wave, batch_id: int) -> None:
    """What may not be sent any more: cancelled with its wave, or expired."""
    closed = DeliveryState.CANCELLED if wave.retracted_at else DeliveryState.EXPIRED
    pending = Delivery.objects.filter(batch=batch_id, state=DeliveryState.PENDING)
    pending.update(state=closed, finished_at=clock.now())


def back_off(tries: int) -> timedelta:
    """Doubling from 1 s to 30 s with a fifth of jitter, so that batches do not march in step."""
    seconds = min(BACK_OFF_LAST_S, BACK_OFF_FIRST_S * 2 ** max(0, tries - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - not a secret

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
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.kernel import bulk, clock
from config.kernel.errors import DomainError
from notifications.gateways import gateway_for
from notifications.gateways.base import CallResult, Gateway, Outgoing
from notifications.models import Attempt, Batch, Delivery, Wave
from notifications.services import caller, limits
from notifications.services.holding import (
    Hold,
    completion,
    gives_way,
    release,
    renewal,
    take_batch,
)
from notifications.services.messages import Row, address_of, message_for
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

_AFTER: dict[Outcome, DeliveryState] = {
    Outcome.ACCEPTED: DeliveryState.ACCEPTED,
    Outcome.REFUSED: DeliveryState.FAILED,
    Outcome.BUSY: DeliveryState.PENDING,
    Outcome.UNKNOWN: DeliveryState.IN_DOUBT,
}


def send_batch(batch_id: int) -> int:
    """Take the batch and hand over what is pending in it. Returns how many calls were made."""
    hold = take_batch(batch_id)
    if hold is None:
        return 0
    wave = Wave.objects.get(pk=hold.wave_id)
    if wave.priority == Priority.CODE:
        hold.looks_after_s = 0.0  # it shares a queue with red alerts, and gives way to each of them
    hold_to_mode(wave)
    gateway = gateway_for(hold.channel)
    pace = limits.Pace(gateway, wave.priority)
    if (barred := pace.barred()) is not None:
        release(hold, rest_due_in=barred)
        return 0
    calls, tries = _send_windows(hold, wave, gateway, pace)
    _finish(hold, pace.comes_back() or back_off(tries))
    return calls


def hold_to_mode(wave: Wave) -> None:
    """A wave of the other mode is never sent, however it came here (a database that was restored
    from a dump, say). Raises DomainError mode_mismatch."""
    if wave.mode_id != settings.MODE:
        raise DomainError(
            "mode_mismatch",
            _("批次属于另一种模式，本安装拒绝发送。"),
            {"wave": wave.pk, "mode": settings.MODE},
        )


def _send_windows(hold: Hold, wave: Wave, gateway: Gateway, pace: limits.Pace) -> tuple[int, int]:
    """Returns calls made, and the smallest number of tries among rows that were told «busy»: the
    batch comes back when the first of them is due."""
    passage = _Passage(hold, wave, gateway, pace, _pending_rows(hold))
    while passage.goes_on() and passage.begin_next():
        passage.land_until_room()
    passage.settle()
    return passage.calls, min(passage.tries, default=0)


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

    def land_until_room(self) -> None:
        while self.aloft and self._called() + self._most() > settings.SEND_WINDOW:
            self._land()

    def settle(self) -> None:
        """Nothing is left in the air, and every outcome is written."""
        if self.finished:
            self._turn_over([])
        while self.aloft:
            self._land()
            self._turn_over([])

    @property
    def _in_halves(self) -> bool:
        return self.gateway.took_s >= IN_HALVES_FROM_S

    def _most(self) -> int:
        return max(1, settings.SEND_WINDOW // 2) if self._in_halves else settings.SEND_WINDOW

    def _called(self) -> int:
        return sum(len(flight.rows) for flight in self.aloft)

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
        return _turn_over(self.hold, self.gateway, finished, following, last=last)


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


def _turn_over(
    hold: Hold,
    gateway: Gateway,
    finished: list[tuple[Row, CallResult]],
    following: list[Row],
    *,
    last: bool = False,
) -> list[Row]:
    """Write what the last window came to and mark the next one, in one commit. After the `last`,
    when none was told «busy», the batch is finished with it.

    Returns the rows that may be called now: none when the wave was retracted or has expired, or
    when the batch is no longer ours.
    """
    doubt = any(result.outcome == Outcome.UNKNOWN for _, result in finished)
    outcome, attempt = _outcomes(hold, gateway, finished)
    held = renewal(hold, news=bool(finished), doubt=doubt)
    with bulk.one_statement():
        if last and not doubt:
            over = bulk.run_together(completion(hold), outcome=outcome, attempt=attempt)
            hold.is_over = bool(over.count)
            return []
        if not following:
            bulk.run_together(held, outcome=outcome, attempt=attempt)
            return []
        marked = bulk.run_together(
            _calling(hold, following),
            outcome=outcome,
            attempt=attempt,
            held=held,
            standing=_standing(hold.wave_id, lock=True),
        )
    ours = {row_id for (row_id,) in marked.rows}
    return [row for row in following if row.id in ours]


def _standing(wave_id: int, *, lock: bool = False) -> bulk.Statement:
    """Finds the wave if it still stands. The row lock makes a retraction wait for our commit, and
    where we waited for one, the row is looked at anew and not found."""
    share = " FOR SHARE" if lock and connection.vendor == "postgresql" else ""
    return bulk.Statement(
        "SELECT 1 FROM notifications_wave WHERE id = %s AND retracted_at IS NULL"
        " AND expires_at > %s" + share,
        [wave_id, clock.now()],
    )


def _calling(hold: Hold, rows: list[Row]) -> bulk.Statement:
    """pending → calling for the rows that still are pending, while the batch is ours and the wave
    stands. Returns the ids of those."""
    guard, params = "EXISTS (SELECT FROM held) AND EXISTS (SELECT FROM standing)", []
    if connection.vendor != "postgresql":
        standing = _standing(hold.wave_id)
        guard = (
            "EXISTS (SELECT 1 FROM notifications_batch WHERE id = %s AND epoch = %s AND state = %s)"
            f" AND EXISTS ({standing.sql})"
        )
        params = [hold.batch_id, hold.epoch, BatchState.HELD, *standing.params]
    return bulk.Statement(
        "UPDATE notifications_delivery SET state = %s, epoch = %s, called_at = %s,"
        f" attempts = attempts + 1 WHERE {bulk.among('id')} AND state = %s AND {guard}"
        " RETURNING id",
        [
            DeliveryState.CALLING, hold.epoch, clock.real_now(),
            bulk.numbers(row.id for row in rows), DeliveryState.PENDING, *params,
        ],
    )  # fmt: skip


def _outcomes(
    hold: Hold, gateway: Gateway, finished: Sequence[tuple[Row, CallResult]]
) -> tuple[bulk.Statement | None, bulk.Statement | None]:
    """Outcomes count only for rows last called by us: a receipt may have come first. A row that
    the sweep put in doubt because we were slow is still ours to settle."""
    now = clock.now()
    return bulk.change(
        Delivery,
        ("id", "state", "gateway", "provider_ref", "provider_code", "accepted_at", "finished_at"),
        [_outcome_row(gateway, row, result, now) for row, result in finished],
        where="t.state IN (%s, %s) AND t.epoch = %s",
        params=[DeliveryState.CALLING, DeliveryState.IN_DOUBT, hold.epoch],
    ), bulk.insertion(
        Attempt,
        ("delivery", "outcome", "http_status", "provider_ref", "provider_code"),
        [
            (row.id, result.outcome.value, result.http_status, result.provider_ref,
             result.provider_code)
            for row, result in finished
        ],
        same={"epoch": hold.epoch, "gateway": gateway.name if gateway else "", "at": now},
        anew=True,
    )  # fmt: skip


def _outcome_row(gateway: Gateway, row: Row, result: CallResult, now: datetime) -> tuple[Any, ...]:
    # «Busy» is tried again until the message no longer helps: the wave's expiry ends it.
    state = _AFTER[result.outcome]
    accepted = now if state == DeliveryState.ACCEPTED else None
    failed = now if state == DeliveryState.FAILED else None
    return (
        row.id, state.value, gateway.name, result.provider_ref, result.provider_code,
        accepted, failed,
    )  # fmt: skip


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
    if not bulk.run(_standing(hold.wave_id)).rows:
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

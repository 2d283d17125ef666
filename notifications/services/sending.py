"""Handing a batch over, window by window.

A window is marked `calling` and committed before the provider is called, and no transaction is
open while it is. The same transaction that writes the outcomes of one window marks the next, so
a window costs one commit. Whoever dies in between leaves rows in `calling`; the sweep turns them
into `in_doubt` when the lease has run out.
"""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.kernel import bulk, clock, encryption
from config.kernel.errors import DomainError
from notifications import tokens
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
from notifications.services.recipients import LINKED_CHANNELS
from notifications.states import BatchState, DeliveryState, Outcome, Priority, WaveKind

log = logging.getLogger("guihang.sending")

ADDRESS_PURPOSE = "address"
# Back-off after «busy»: doubles from the first to the last, with jitter; blueprint section 5 says
# that a batch gives its rest back after 30 s at most.
BACK_OFF_FIRST_S, BACK_OFF_LAST_S = 1.0, 30.0
# When so many in a row were told «busy» (or all of a smaller window), nobody gets through.
BUSY_IN_A_ROW = 8
NOT_SENT = CallResult(Outcome.BUSY, provider_code="lease_lapsed")
UNREADABLE = CallResult(Outcome.REFUSED, provider_code="address_unreadable")

_AFTER: dict[Outcome, DeliveryState] = {
    Outcome.ACCEPTED: DeliveryState.ACCEPTED,
    Outcome.REFUSED: DeliveryState.FAILED,
    Outcome.BUSY: DeliveryState.PENDING,
    Outcome.UNKNOWN: DeliveryState.IN_DOUBT,
}


class Row(NamedTuple):
    """What is needed of a delivery to send it."""

    id: int
    sealed_address: bytes
    language: str
    key: str
    attempts: int
    covers: int


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
    calls = busy_in_a_row = 0
    tries: list[int] = []
    rows = _pending_rows(hold)
    finished: list[tuple[Row, CallResult]] = []
    while rows and not gives_way(hold, wave.priority):
        permitted = pace.window(rows, _address)
        if not permitted:
            # Nobody waits while the outcome of a call stands nowhere but here.
            _turn_over(hold, gateway, finished, [])
            finished = []
            if not pace.wait():
                break
            continue
        rows = _without(rows, permitted)
        gateway.prepare()
        window = _turn_over(hold, gateway, finished, permitted)
        finished = []
        if not window:
            break
        results = _hand_over(wave, hold, gateway, window)
        finished = list(zip(window, results, strict=True))
        calls += len(window)
        busy = [row.attempts + 1 for row, result in finished if result.outcome == Outcome.BUSY]
        tries += busy
        busy_in_a_row = busy_in_a_row + len(busy) if len(busy) == len(window) else 0
        # Nobody gets through, or the provider says so itself: leave it in peace.
        if pace.heed(results) or busy_in_a_row >= min(BUSY_IN_A_ROW, settings.SEND_WINDOW):
            break
    _turn_over(hold, gateway, finished, [])
    return calls, min(tries, default=0)


def _without(rows: list[Row], taken: list[Row]) -> list[Row]:
    """What is left; mostly the first of them were taken."""
    if rows[: len(taken)] == taken:
        return rows[len(taken) :]
    gone = {row.id for row in taken}
    return [row for row in rows if row.id not in gone]


def _address(row: Row) -> str:
    """Empty where it does not open; such a row is refused without a call."""
    try:
        return encryption.unseal(bytes(row.sealed_address), ADDRESS_PURPOSE)
    except encryption.UnreadableValue:
        return ""


def _hand_over(wave: Wave, hold: Hold, gateway: Gateway, window: Sequence[Row]) -> list[CallResult]:
    """Results in the order of the rows. An address that does not open is refused without a call,
    so that one bad row holds up nobody."""
    messages = [_message(wave, hold.channel, row) for row in window]
    if hold.has_lapsed():
        # This process was stopped (a frozen machine, say) since it marked the window: the sweep
        # may have asked about these rows and given them to somebody else meanwhile.
        return [NOT_SENT] * len(window)
    answers = iter(caller.hand_over(gateway, [message for message in messages if message]))
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
    hold: Hold, gateway: Gateway, finished: list[tuple[Row, CallResult]], following: list[Row]
) -> list[Row]:
    """Write what the last window came to and mark the next one, in one commit.

    Returns the rows that may be called now: none when the wave was retracted or has expired, or
    when the batch is no longer ours.
    """
    doubt = any(result.outcome == Outcome.UNKNOWN for _, result in finished)
    outcome, attempt = _outcomes(hold, gateway, finished)
    held = renewal(hold, news=bool(finished), doubt=doubt)
    with bulk.one_statement():
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


def _message(wave: Wave, channel: str, row: Row) -> Outgoing | None:
    """None when the address does not open: its key is gone, or the row was damaged."""
    address = _address(row)
    if not address:
        log.error("delivery %s: its address does not open", row.id)
        return None
    return Outgoing(
        key=row.key,
        address=address,
        text=wording(wave, channel, row.language, row.covers, key=row.key),
        link=tokens.check_in_url(row.key) if channel in LINKED_CHANNELS else "",
    )


def wording(
    wave: Wave, channel: str, language: str, covers: int, *, key: str
) -> str | dict[str, str]:
    """What one recipient reads: their language, how many the number stands for, and the one-time
    code of the delivery whose key this is."""
    texts = wave.texts[channel]
    if channel == "sms" and covers > 1:
        texts = wave.texts.get("sms_shared", texts)
    text: str | dict[str, str] = texts.get(language) or texts["zh-hans"]
    if not isinstance(text, str):
        return text
    if wave.kind == WaveKind.CODE:
        return text.replace(tokens.CODE_MARK, tokens.one_time_code(key))
    return text.replace("{covers}", str(covers))


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
    if not bulk.run(completion(hold)).count:
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

"""The statements of a window: what the last one came to, and the next one marked.

docs/decisions/a-window-is-one-statement.md says why they are the parts of one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from config.kernel import bulk, clock
from notifications.gateways.base import CallResult, Gateway
from notifications.models import Attempt, Delivery
from notifications.services.holding import Hold, completion, renewal
from notifications.services.messages import Row
from notifications.states import BatchState, DeliveryState, Outcome

_AFTER: dict[Outcome, DeliveryState] = {
    Outcome.ACCEPTED: DeliveryState.ACCEPTED,
    Outcome.REFUSED: DeliveryState.FAILED,
    Outcome.BUSY: DeliveryState.PENDING,
    Outcome.UNKNOWN: DeliveryState.IN_DOUBT,
}


def turn_over(
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
            standing=standing_of(hold.wave_id, lock=True),
        )
    ours = {row_id for (row_id,) in marked.rows}
    return [row for row in following if row.id in ours]


def standing_of(wave_id: int, *, lock: bool = False) -> bulk.Statement:
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
        standing = standing_of(hold.wave_id)
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

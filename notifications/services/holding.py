"""Holding a batch: one holder at a time, and a dead holder is noticed by its lease."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from config.kernel import bulk, clock, progress
from notifications.models import Batch
from notifications.states import BatchState, DeliveryState

# How often a holder looks whether something more urgent waits for a worker, in seconds.
LOOK_EVERY_S = 1.0
# A slow provider must not bring a task to its time limit (45 s) in the middle of a window: after
# this the rest is given back, and somebody takes it a second later.
GIVE_BACK_AFTER_S = 25.0


@dataclass(slots=True)
class Hold:
    """The right to work on a batch, as long as its epoch is `epoch`. `lease_until` is what its
    holder last wrote: after that, others may be at it. `is_over`: it finished the batch."""

    batch_id: int
    wave_id: int
    channel: str
    epoch: int
    lease_until: datetime
    since: float = field(default_factory=time.monotonic)
    looks_after_s: float = LOOK_EVERY_S
    is_over: bool = False

    def has_lapsed(self) -> bool:
        return clock.real_now() >= self.lease_until


# A batch that takes longer than this has its news told while it is still being sent.
TELL_AFTER_S = 1.0


def take_batch(batch_id: int) -> Hold | None:
    """Hold a waiting batch that is due; None when it is held, done or not yet due."""
    now = clock.real_now()
    until = now + lease()
    taken = bulk.run(
        bulk.Statement(
            "UPDATE notifications_batch SET state = %s, epoch = epoch + 1, lease_until = %s"
            " WHERE id = %s AND state = %s AND due_at <= %s RETURNING id, wave_id, channel, epoch",
            [BatchState.HELD, until, batch_id, BatchState.WAITING, now],
        )
    )
    if not taken.rows:
        return None
    pk, wave_id, channel, epoch = taken.rows[0]
    return Hold(pk, wave_id, channel, epoch, until)


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def renewal(hold: Hold, *, news: bool, doubt: bool) -> bulk.Statement:
    """Extends the lease; changes no row when the batch is no longer ours.

    `news` asks for a telling, `doubt` for a look at what is in doubt.
    """
    progress.moved()  # so that a worker that waits for a permit is not taken for one that hangs
    now = clock.real_now()
    hold.lease_until = now + lease()
    tell = news and time.monotonic() - hold.since > TELL_AFTER_S
    sets = ["lease_until = %s", *["untold = TRUE"] * tell, *["doubt_at = %s"] * doubt]
    return bulk.Statement(
        f"UPDATE notifications_batch SET {', '.join(sets)}"  # noqa: S608 - marks only
        " WHERE id = %s AND epoch = %s AND state = %s",
        [hold.lease_until, *[now] * doubt, hold.batch_id, hold.epoch, BatchState.HELD],
    )


def completion(hold: Hold) -> bulk.Statement:
    """Finishes the batch, unless something in it is pending or in doubt: `release` is for those.

    Where a doubt is open, somebody may be settling it at this moment; they take the batch first.
    """
    return bulk.Statement(
        "UPDATE notifications_batch SET state = %s, lease_until = NULL, untold = TRUE"
        " WHERE id = %s AND epoch = %s AND state = %s AND doubt_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM notifications_delivery WHERE batch_id = %s AND state = %s)",
        [
            BatchState.DONE, hold.batch_id, hold.epoch, BatchState.HELD,
            hold.batch_id, DeliveryState.PENDING,
        ],
    )  # fmt: skip


def gives_way(hold: Hold, priority: int) -> bool:
    """Whether the rest of the batch is better given back: it takes long, or something more urgent
    is due and may have no worker."""
    held_s = time.monotonic() - hold.since
    if held_s > GIVE_BACK_AFTER_S:
        return True
    if held_s < hold.looks_after_s:
        return False
    hold.looks_after_s = held_s + LOOK_EVERY_S
    due = Batch.objects.filter(state=BatchState.WAITING, due_at__lte=clock.real_now())
    return due.filter(priority__lt=priority).exists()


def release(hold: Hold, *, rest_due_in: timedelta | None) -> None:
    """Finish the batch, or give back what is left of it until `rest_due_in` from now."""
    held = Batch.objects.filter(pk=hold.batch_id, epoch=hold.epoch, state=BatchState.HELD)
    if rest_due_in is None:
        held.update(state=BatchState.DONE, lease_until=None, untold=True)
    else:
        held.update(
            state=BatchState.WAITING,
            lease_until=None,
            untold=True,
            due_at=clock.real_now() + rest_due_in,
            rung_at=None,
        )

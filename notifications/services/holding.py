"""Holding a batch: one holder at a time, and a dead holder is noticed by its lease."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from config.kernel import clock, progress
from notifications.models import Batch
from notifications.states import BatchState


@dataclass(slots=True)
class Hold:
    """The right to work on a batch, as long as its epoch is `epoch`. `lease_until` is what its
    holder last wrote: after that, others may be at it."""

    batch_id: int
    wave_id: int
    channel: str
    epoch: int
    lease_until: datetime
    since: float = field(default_factory=time.monotonic)

    def has_lapsed(self) -> bool:
        return clock.real_now() >= self.lease_until


# A batch that takes longer than this has its news told while it is still being sent.
TELL_AFTER_S = 1.0


def take_batch(batch_id: int) -> Hold | None:
    """Hold a waiting batch that is due; None when it is held, done or not yet due."""
    now = clock.real_now()
    until = now + lease()
    taken = Batch.objects.filter(pk=batch_id, state=BatchState.WAITING, due_at__lte=now).update(
        state=BatchState.HELD, epoch=F("epoch") + 1, lease_until=until
    )
    if not taken:
        return None
    batch = Batch.objects.get(pk=batch_id)
    return Hold(batch.pk, batch.wave_id, batch.channel, batch.epoch, until)


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def renew(hold: Hold, *, news: bool, doubt: bool) -> bool:
    """Extend the lease; False when the batch is no longer ours.

    `news` asks for a telling, `doubt` for a look at what is in doubt.
    """
    progress.moved()  # so that a worker that waits for a permit is not taken for one that hangs
    now = clock.real_now()
    hold.lease_until = now + lease()
    fields: dict[str, object] = {"lease_until": hold.lease_until}
    if news and time.monotonic() - hold.since > TELL_AFTER_S:
        fields["untold"] = True
    if doubt:
        fields["doubt_at"] = now
    held = Batch.objects.filter(pk=hold.batch_id, epoch=hold.epoch, state=BatchState.HELD)
    return bool(held.update(**fields))


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

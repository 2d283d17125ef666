"""What the sweep does for deliveries: finish what a dead, deaf or unlucky worker left."""

import asyncio
import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from config.kernel import bulk, clock
from notifications import bell
from notifications.gateways import gateway_for
from notifications.gateways.base import CallResult, Gateway
from notifications.models import Attempt, Batch, Delivery, Wave
from notifications.services import caller
from notifications.services.holding import lease
from notifications.services.messages import wording
from notifications.services.sending import close_pending, hold_to_mode, send_batch
from notifications.states import BatchState, DeliveryState, Outcome

log = logging.getLogger("guihang.recovery")

# A batch that nobody has taken for this long is rung for again, and if nobody is at work at all
# the sweep sends it itself.
UNTAKEN = timedelta(seconds=2)
# Who is at work renews a lease with each window. A holder that has not for this long is dead, or
# waits for a slow provider: nobody need wait for the lease to run out before sending other batches.
AT_WORK = timedelta(seconds=5)
TURN_S = 2.0
RING_AGAIN = timedelta(seconds=5)
OUTCOME_NEVER_KNOWN = "outcome_unknown"


def recover_batches() -> int:
    """Batches whose holder's lease ran out: what was being called is in doubt, the rest waits."""
    expired = Batch.objects.filter(state=BatchState.HELD, lease_until__lt=clock.real_now())
    return sum(_recover(pk, epoch) for pk, epoch in expired.values_list("pk", "epoch")[:100])


@transaction.atomic
def _recover(batch_id: int, epoch: int) -> bool:
    now = clock.real_now()
    freed = Batch.objects.filter(
        pk=batch_id, epoch=epoch, state=BatchState.HELD, lease_until__lt=now
    ).update(
        state=BatchState.WAITING,
        epoch=F("epoch") + 1,
        lease_until=None,
        due_at=now,
        rung_at=None,
        untold=True,
        doubt_at=now,
    )
    if not freed:
        return False
    log.warning("batch %s: its holder is gone", batch_id)
    called = Delivery.objects.filter(batch=batch_id, state=DeliveryState.CALLING)
    rows = list(called.values_list("pk", "epoch", "gateway"))
    called.update(state=DeliveryState.IN_DOUBT)
    Attempt.objects.bulk_create(
        Attempt(delivery_id=pk, epoch=e, gateway=g, outcome=Outcome.UNKNOWN, at=clock.now())
        for pk, e, g in rows
    )
    return True


def ring_again() -> int:
    """Bells that were lost: waiting batches that are due and were not rung for lately."""
    now = clock.real_now()
    quiet = Q(rung_at=None) | Q(rung_at__lt=now - RING_AGAIN)
    waiting = Batch.objects.filter(quiet, state=BatchState.WAITING, due_at__lte=now)
    batches = list(waiting.order_by("priority", "pk").values_list("pk", "priority")[:200])
    Batch.objects.filter(pk__in=[pk for pk, _ in batches]).update(rung_at=now)
    for pk, priority in batches:
        bell.ring([pk], priority=priority)
    return len(batches)


def close_what_no_longer_helps() -> int:
    """Batches of waves that have expired or were retracted, and that nobody takes: because no
    worker is there, or because they wait for a provider that wants to be let alone."""
    over = Q(wave__expires_at__lte=clock.now()) | Q(wave__retracted_at__isnull=False)
    batches = Batch.objects.filter(over, state=BatchState.WAITING).order_by("pk")
    return sum(_close(pk) for pk in list(batches.values_list("pk", flat=True)[:100]))


@transaction.atomic
def _close(batch_id: int) -> int:
    closed = Batch.objects.filter(pk=batch_id, state=BatchState.WAITING).update(
        state=BatchState.DONE, epoch=F("epoch") + 1, untold=True
    )
    if closed:
        close_pending(Wave.objects.get(batches=batch_id), batch_id)
    return closed


def send_untaken() -> int:
    """When batches wait and nobody is at work, no worker or no broker is there: send some here,
    until the lane's other steps have to have their turn."""
    began, sent = time.monotonic(), 0
    while (batch_id := _untaken()) is not None:
        log.warning("batch %s: no worker took it, sending it here", batch_id)
        calls = send_batch(batch_id)
        sent += calls
        if not calls or time.monotonic() - began > TURN_S:
            break
    return sent


def _untaken() -> int | None:
    """The most urgent batch that nobody has taken for a while, where nobody is at work."""
    now = clock.real_now()
    renewed = now + lease() - AT_WORK
    if Batch.objects.filter(state=BatchState.HELD, lease_until__gte=renewed).exists():
        return None
    untaken = Batch.objects.filter(state=BatchState.WAITING, due_at__lt=now - UNTAKEN)
    return untaken.order_by("priority", "pk").values_list("pk", flat=True).first()


def resolve_in_doubt() -> int:
    """Deliveries in doubt for long enough: ask the provider, else send once more, flagged."""
    patience = timedelta(seconds=settings.IN_DOUBT_SECONDS)
    doubtful = Batch.objects.filter(doubt_at__lt=clock.real_now() - patience)
    resolved, failures = 0, []
    for batch in doubtful.order_by("doubt_at")[:20]:
        try:
            resolved += _resolve(batch)
        except Exception as failure:  # collected, and raised below: the next batch has its turn
            failures.append(failure)
    if failures:
        raise ExceptionGroup("doubts that cannot be resolved", failures)
    return resolved


def _resolve(batch: Batch) -> int:
    rows = list(
        Delivery.objects.filter(batch=batch, state=DeliveryState.IN_DOUBT).select_related("wave")
    )
    for row in rows[:1]:
        hold_to_mode(row.wave)  # not even a question leaves by a gateway of the other mode
    gateway = gateway_for(batch.channel)
    answers = caller.run(_ask_all(gateway, rows)) if rows else []
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, doubt_at=batch.doubt_at).update(doubt_at=None):
            return 0
        _settle(rows, answers)
        _wake(batch)
    return len(rows)


async def _ask_all(gateway: Gateway, rows: list[Delivery]) -> list[CallResult | None]:
    return list(await asyncio.gather(*(_ask(gateway, row) for row in rows)))


async def _ask(gateway: Gateway, row: Delivery) -> CallResult | None:
    text = wording(row.wave, gateway.channel, row.language, row.covers, key=row.key)
    return await gateway.ask(
        caller.session(),
        key=row.key,
        provider_ref=row.provider_ref,
        address=row.address,
        since=row.called_at or row.wave.created_at,
        text=text if isinstance(text, str) else "",
    )


def _settle(rows: list[Delivery], answers: list[CallResult | None]) -> None:
    """Write what became of each; what the provider said is an attempt too."""
    now = clock.now()
    answered = list(zip(rows, answers, strict=True))
    bulk.update(
        Delivery,
        ("id", "state", "provider_ref", "provider_code", "accepted_at", "finished_at",
         "possible_duplicate"),
        [(row.pk, *_verdict(row, answer, now)) for row, answer in answered],
        where="t.state = %s",
        params=[DeliveryState.IN_DOUBT],
    )  # fmt: skip
    Attempt.objects.bulk_create(
        Attempt(
            delivery=row,
            epoch=row.epoch,
            gateway=row.gateway,
            outcome=answer.outcome,
            provider_ref=answer.provider_ref,
            at=now,
        )
        for row, answer in answered
        if answer
    )


def _verdict(row: Delivery, answer: CallResult | None, now: datetime) -> tuple[object, ...]:
    """in_doubt → accepted, or pending again, or failed when a flagged repeat is in doubt too."""
    if answer and answer.outcome == Outcome.ACCEPTED:
        accepted = DeliveryState.ACCEPTED.value
        return accepted, answer.provider_ref, "", now, None, row.possible_duplicate
    if answer and answer.outcome == Outcome.BUSY:
        return DeliveryState.PENDING.value, "", "", None, None, row.possible_duplicate
    if row.possible_duplicate:
        return DeliveryState.FAILED.value, "", OUTCOME_NEVER_KNOWN, None, now, True
    return DeliveryState.PENDING.value, "", "", None, None, True


def _wake(batch: Batch) -> None:
    """Have a finished batch taken again where something in it is pending again."""
    Batch.objects.filter(pk=batch.pk).update(untold=True)
    if Delivery.objects.filter(batch=batch, state=DeliveryState.PENDING).exists():
        Batch.objects.filter(pk=batch.pk, state=BatchState.DONE).update(
            state=BatchState.WAITING, due_at=clock.real_now(), rung_at=None
        )

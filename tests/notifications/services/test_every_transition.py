"""Every state × every event: what is written stands in the table of transitions, nothing else
moves, and no terminal state ever changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from notifications.gateways.base import CallResult, ReceiptSeen
from notifications.models import Batch, Delivery, Inbound
from notifications.services import receipts, recovery, sending, windows
from notifications.services.holding import Hold
from notifications.services.waves import retract_wave
from notifications.states import TERMINAL, TRANSITIONS, DeliveryState, Outcome, ReceiptStatus
from tests.support.waves import (
    ACCEPTED,
    BUSY,
    REFUSED,
    UNKNOWN,
    due_now,
    lease_over,
    make_wave,
    patience_over,
)

pytestmark = pytest.mark.django_db
S = DeliveryState
CALLED = {S.CALLING, S.IN_DOUBT}
EPOCH = 3
Event = Callable[[Any, Any], object]


def answer(outcome: Outcome, *, epoch: int = EPOCH) -> Event:
    """The answer to a call comes, made under this epoch."""

    def happen(wave: Any, gateway: Any) -> None:
        batch = Batch.objects.get()
        hold = Hold(batch.pk, wave.pk, "sms", epoch, clock.real_now())
        found = Delivery.objects.order_by("pk")
        rows = [sending.Row(d.pk, b"", "zh-hans", d.key, d.attempts, 1) for d in found]
        results = [CallResult(outcome, provider_ref=f"SM{row.id}") for row in rows]
        windows.turn_over(hold, gateway, list(zip(rows, results, strict=True)), [])

    return happen


def receipt(status: ReceiptStatus) -> Event:
    def happen(wave: Any, gateway: Any) -> None:
        now = clock.now()
        push = Inbound.objects.create(gateway="twilio", event_id="e", body="x", received_at=now)
        receipts.store_receipts(
            [(push, ReceiptSeen("", status, key=d.key)) for d in Delivery.objects.all()]
        )

    return happen


def doubt(outcome: Outcome | None, *, flagged: bool = False) -> Event:
    """The patience with what is in doubt is over, and the provider says so when it is asked."""

    def happen(wave: Any, gateway: Any) -> None:
        Delivery.objects.update(possible_duplicate=flagged)
        Batch.objects.update(doubt_at=clock.real_now())
        patience_over(wave)
        if outcome:
            gateway.found = {d.key: CallResult(outcome, "SM1") for d in Delivery.objects.all()}
        recovery.resolve_in_doubt()

    return happen


def sent(outcome: Outcome) -> Event:
    def happen(wave: Any, gateway: Any) -> None:
        gateway.decide = lambda message, times: outcome
        [batch] = due_now(wave)
        sending.send_batch(batch)

    return happen


def holder_dies(wave: Any, gateway: Any) -> None:
    Batch.objects.update(state="held")
    lease_over(wave)
    recovery.recover_batches()


def retracted(wave: Any, gateway: Any) -> None:
    retract_wave(wave=wave, actor="officer")
    sent(ACCEPTED)(wave, gateway)


def expired(wave: Any, gateway: Any) -> None:
    clock.advance(timedelta(days=2))
    recovery.close_what_no_longer_helps()
    sent(ACCEPTED)(wave, gateway)


def of(states: set[DeliveryState], becomes: DeliveryState) -> dict[DeliveryState, DeliveryState]:
    return dict.fromkeys(states, becomes)


OPEN_TO_RECEIPTS = CALLED | {S.ACCEPTED}
EVENTS: dict[str, tuple[Event, dict[DeliveryState, DeliveryState]]] = {
    "sent, accepted": (sent(ACCEPTED), of({S.PENDING}, S.ACCEPTED)),
    "sent, refused": (sent(REFUSED), of({S.PENDING}, S.FAILED)),
    "sent, busy": (sent(BUSY), {}),
    "sent, unknown": (sent(UNKNOWN), of({S.PENDING}, S.IN_DOUBT)),
    "answer accepted": (answer(ACCEPTED), of(CALLED, S.ACCEPTED)),
    "answer refused": (answer(REFUSED), of(CALLED, S.FAILED)),
    "answer busy": (answer(BUSY), of(CALLED, S.PENDING)),
    "answer unknown": (answer(UNKNOWN), of(CALLED, S.IN_DOUBT)),
    "answer to an earlier call, accepted": (answer(ACCEPTED, epoch=EPOCH - 1), {}),
    "answer to an earlier call, refused": (answer(REFUSED, epoch=EPOCH - 1), {}),
    "answer to an earlier call, busy": (answer(BUSY, epoch=EPOCH - 1), {}),
    "answer to an earlier call, unknown": (answer(UNKNOWN, epoch=EPOCH - 1), {}),
    "receipt delivered": (
        receipt(ReceiptStatus.DELIVERED),
        of(OPEN_TO_RECEIPTS | {S.PENDING}, S.DELIVERED),
    ),
    "receipt undelivered": (
        receipt(ReceiptStatus.UNDELIVERED),
        of(OPEN_TO_RECEIPTS, S.UNDELIVERED),
    ),
    "receipt progress": (receipt(ReceiptStatus.PROGRESS), {}),
    "receipt unknown": (receipt(ReceiptStatus.UNKNOWN), {}),
    "holder dies": (holder_dies, of({S.CALLING}, S.IN_DOUBT)),
    "doubt, it was taken": (doubt(ACCEPTED), of({S.IN_DOUBT}, S.ACCEPTED)),
    "doubt, it was not taken": (doubt(BUSY), of({S.IN_DOUBT}, S.PENDING)),
    "doubt, nobody knows": (doubt(None), of({S.IN_DOUBT}, S.PENDING)),
    "doubt, nobody knows again": (doubt(None, flagged=True), of({S.IN_DOUBT}, S.FAILED)),
    "retracted": (retracted, of({S.PENDING}, S.CANCELLED)),
    "expired": (expired, of({S.PENDING}, S.EXPIRED)),
}


@pytest.fixture
def in_every_state(gateway, held_clock):
    """One wave with one delivery in each state, all of them called before."""
    wave = make_wave(len(DeliveryState))
    for delivery, state in zip(Delivery.objects.order_by("pk"), DeliveryState, strict=True):
        Delivery.objects.filter(pk=delivery.pk).update(state=state, epoch=EPOCH, attempts=1)
    Batch.objects.update(epoch=EPOCH)
    return wave


def reachable(start: DeliveryState) -> set[DeliveryState]:
    """Where the table leads from `start`, itself included."""
    found, ahead = {start}, [start]
    while ahead:
        new = TRANSITIONS[ahead.pop()] - found
        found |= new
        ahead += new
    return found


@pytest.mark.parametrize("name", EVENTS)
def test_event_moves_only_what_it_may(in_every_state, gateway, name):
    event, expected = EVENTS[name]
    before = {d.pk: d for d in Delivery.objects.all()}
    event(in_every_state, gateway)
    became = {}
    for delivery in Delivery.objects.order_by("pk"):
        old = before[delivery.pk]
        became[S(old.state)] = S(delivery.state)
        if old.state in TERMINAL:
            assert (delivery.finished_at, delivery.provider_code) == (None, "")
        assert delivery.state in reachable(S(old.state))
    assert became == {state: expected.get(state, state) for state in DeliveryState}
    assert not TERMINAL & set(expected)


@pytest.mark.parametrize("second", EVENTS)
@pytest.mark.parametrize("first", ["receipt delivered", "receipt undelivered", "answer refused"])
def test_end_stays_the_end_whatever_comes_later(in_every_state, gateway, first, second):
    EVENTS[first][0](in_every_state, gateway)
    ended = {d.pk: d.state for d in Delivery.objects.all() if d.state in TERMINAL}
    Inbound.objects.update(event_id="earlier")
    EVENTS[second][0](in_every_state, gateway)
    assert {d.pk: d.state for d in Delivery.objects.filter(pk__in=ended)} == ended


@pytest.mark.parametrize("name", EVENTS)
def test_what_may_leave_again_after_a_doubt_is_flagged(in_every_state, gateway, name):
    """Unless the provider itself said that it took nothing."""
    doubtful = Delivery.objects.get(state=S.IN_DOUBT).pk
    EVENTS[name][0](in_every_state, gateway)
    delivery = Delivery.objects.get(pk=doubtful)
    if delivery.state == S.PENDING and name not in ("doubt, it was not taken", "answer busy"):
        assert delivery.possible_duplicate

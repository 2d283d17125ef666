"""What the sweep finishes: dead holders, lost bells, doubts."""

from datetime import timedelta

import pytest

from config.kernel import clock
from notifications import bell
from notifications.gateways.base import CallResult
from notifications.models import Attempt, Batch, Delivery
from notifications.services import recovery, sending, windows
from notifications.services.waves import retract_wave
from notifications.states import BatchState, DeliveryState
from tests.support.waves import (
    ACCEPTED,
    BUSY,
    UNKNOWN,
    due_now,
    lease_over,
    make_wave,
    patience_over,
    states,
)

pytestmark = pytest.mark.django_db
S = DeliveryState


@pytest.fixture
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr(bell, "ring", lambda ids, *, priority: bells.extend(ids))
    return bells


def die_in_the_middle(wave, *, called):
    """A holder that marked some rows, called, and died before it could write what came of it."""
    [pk] = due_now(wave)
    hold = sending.take_batch(pk)
    rows = sending._pending_rows(hold)
    windows.turn_over(hold, None, [], rows[:called])
    lease_over(wave)


def send(wave):
    return sum(sending.send_batch(pk) for pk in due_now(wave))


def test_dead_holder_leaves_doubts_and_a_waiting_rest(gateway, told):
    wave = make_wave(5)
    die_in_the_middle(wave, called=2)
    assert states(wave) == [S.CALLING] * 2 + [S.PENDING] * 3
    assert recovery.recover_batches() == 1
    assert states(wave) == [S.IN_DOUBT] * 2 + [S.PENDING] * 3
    batch = Batch.objects.get()
    assert (batch.state, batch.epoch) == (BatchState.WAITING, 2)
    assert batch.doubt_at is not None
    assert Attempt.objects.filter(outcome="unknown").count() == 2
    assert recovery.recover_batches() == 0
    assert send(wave) == 3


def test_living_holder_is_left_alone(gateway):
    wave = make_wave(2)
    [pk] = due_now(wave)
    sending.take_batch(pk)
    assert recovery.recover_batches() == 0
    assert Batch.objects.get().state == BatchState.HELD


def test_doubt_waits_for_its_receipt_first(gateway):
    wave = make_wave(1)
    die_in_the_middle(wave, called=1)
    recovery.recover_batches()
    assert recovery.resolve_in_doubt() == 0
    assert gateway.asked == []


def test_provider_that_knows_the_message_settles_the_doubt(gateway):
    wave = make_wave(1)
    die_in_the_middle(wave, called=1)
    recovery.recover_batches()
    patience_over(wave)
    gateway.found[Delivery.objects.get().key] = CallResult(ACCEPTED, provider_ref="SM1")
    assert recovery.resolve_in_doubt() == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.provider_ref) == (S.ACCEPTED, "SM1")
    assert not delivery.possible_duplicate
    assert Batch.objects.get().doubt_at is None
    assert send(wave) == 0


def test_provider_that_surely_did_not_take_it_is_called_again_unflagged(gateway):
    wave = make_wave(1)
    die_in_the_middle(wave, called=1)
    recovery.recover_batches()
    patience_over(wave)
    gateway.found[Delivery.objects.get().key] = CallResult(BUSY)
    recovery.resolve_in_doubt()
    assert send(wave) == 1
    delivery = Delivery.objects.get()
    assert delivery.state == S.ACCEPTED
    assert not delivery.possible_duplicate


def test_provider_that_cannot_say_is_called_once_more_flagged_with_the_same_key(gateway):
    wave = make_wave(1)
    gateway.decide = lambda message, times: UNKNOWN if times == 1 else ACCEPTED
    send(wave)
    assert Batch.objects.get().state == BatchState.DONE
    patience_over(wave)
    assert recovery.resolve_in_doubt() == 1
    assert Batch.objects.get().state == BatchState.WAITING  # woken again
    assert send(wave) == 1
    delivery = Delivery.objects.get()
    assert delivery.state == S.ACCEPTED
    assert delivery.possible_duplicate
    assert len({call.key for call in gateway.calls}) == 1


def test_second_unknown_fails_and_is_not_repeated(gateway):
    wave = make_wave(1)
    gateway.decide = lambda message, times: UNKNOWN
    for _ in range(2):
        send(wave)
        patience_over(wave)
        recovery.resolve_in_doubt()
    delivery = Delivery.objects.get()
    assert delivery.state == S.FAILED
    assert delivery.provider_code == recovery.OUTCOME_NEVER_KNOWN
    assert delivery.finished_at
    assert send(wave) == 0
    assert len(gateway.calls) == 2


def test_doubt_of_a_retracted_wave_is_not_sent_again(gateway):
    wave = make_wave(1)
    gateway.decide = lambda message, times: UNKNOWN
    send(wave)
    retract_wave(wave=wave, actor="officer")
    assert states(wave) == [S.IN_DOUBT]
    patience_over(wave)
    recovery.resolve_in_doubt()
    assert send(wave) == 0
    assert states(wave) == [S.CANCELLED]


def test_doubt_that_cannot_be_resolved_holds_up_no_other(gateway, monkeypatch):
    gateway.decide = lambda message, times: UNKNOWN
    first, second = make_wave(1), make_wave(1)
    for wave in (first, second):
        send(wave)
        patience_over(wave)
    stuck = Batch.objects.order_by("doubt_at")[0].pk
    resolve = recovery._resolve

    def break_once(batch):
        if batch.pk == stuck:
            raise ValueError("broken row")
        return resolve(batch)

    monkeypatch.setattr(recovery, "_resolve", break_once)
    with pytest.raises(ExceptionGroup):
        recovery.resolve_in_doubt()
    assert Batch.objects.exclude(doubt_at=None).get().pk == stuck


def test_lost_bell_is_rung_again_but_not_all_the_time(gateway, rung):
    wave = make_wave(1)
    [pk] = due_now(wave)
    assert recovery.ring_again() == 0  # rung a moment ago
    Batch.objects.update(rung_at=clock.real_now() - timedelta(minutes=1))
    assert recovery.ring_again() == 1
    assert rung == [pk]
    assert recovery.ring_again() == 0


def test_bell_is_not_rung_before_its_time(gateway, rung):
    wave = make_wave(1)
    due_now(wave)
    Batch.objects.update(rung_at=None, due_at=clock.real_now() + timedelta(minutes=1))
    assert recovery.ring_again() == 0


def test_sweep_sends_what_nobody_takes(gateway):
    wave = make_wave(3)
    due_now(wave)
    assert recovery.send_untaken() == 0  # workers may still come
    Batch.objects.update(due_at=clock.real_now() - timedelta(minutes=1))
    assert recovery.send_untaken() == 3
    assert set(states(wave)) == {S.ACCEPTED}


def test_sweep_leaves_sending_to_workers_while_one_is_at_work(gateway, settings):
    settings.BATCH_SIZE = 2
    make_wave(4)
    Batch.objects.update(due_at=clock.real_now() - timedelta(minutes=1))
    first = Batch.objects.order_by("pk")[0]
    sending.take_batch(first.pk)
    assert recovery.send_untaken() == 0
    assert gateway.calls == []


def test_urgent_batch_is_sent_first(gateway):
    ordinary = make_wave(1, priority=5)
    urgent = make_wave(1, source="incident:2")
    Batch.objects.update(due_at=clock.real_now() - timedelta(minutes=1))
    recovery.send_untaken()
    keys = [wave.deliveries.get().key for wave in (urgent, ordinary)]
    assert [call.key for call in gateway.calls] == keys


def test_sweep_does_not_send_for_ever_in_one_turn(gateway, monkeypatch):
    """Doubts are resolved in the same lane, after each turn."""
    monkeypatch.setattr(recovery, "TURN_S", 0.0)
    for source in ("incident:1", "incident:2"):
        make_wave(1, source=source)
    Batch.objects.update(due_at=clock.real_now() - timedelta(minutes=1))
    assert recovery.send_untaken() == 1


def test_holder_that_renews_no_lease_does_not_keep_the_sweep_from_sending(gateway):
    """A dead holder's own batch waits for its lease; the others do not."""
    dead, waiting = make_wave(1), make_wave(1, source="incident:2")
    Batch.objects.update(due_at=clock.real_now() - timedelta(minutes=1))
    sending.take_batch(dead.batches.get().pk)
    assert recovery.send_untaken() == 0
    Batch.objects.filter(state="held").update(lease_until=clock.real_now() + timedelta(seconds=10))
    assert recovery.send_untaken() == 1
    assert states(waiting) == [S.ACCEPTED]


def test_batch_done_while_a_doubt_was_settled_is_woken(gateway):
    """The rest of a batch is in doubt when its holder finishes: whoever comes second wakes it."""
    wave = make_wave(2)
    gateway.decide = lambda message, times: UNKNOWN if times == 1 else ACCEPTED
    send(wave)
    patience_over(wave)
    Delivery.objects.filter(wave=wave).update(state=S.IN_DOUBT)
    recovery.resolve_in_doubt()
    assert Batch.objects.get().state == BatchState.WAITING
    assert send(wave) == 2


def test_batch_that_nobody_takes_expires(gateway, held_clock, told):
    """Not even its time has come: it waits for a provider that wants to be let alone."""
    wave = make_wave(3, lasts=timedelta(hours=1))
    Batch.objects.update(due_at=clock.real_now() + timedelta(hours=9))
    assert recovery.close_what_no_longer_helps() == 0
    held_clock(3601)
    assert recovery.close_what_no_longer_helps() == 1
    assert set(states(wave)) == {S.EXPIRED}
    assert all(Delivery.objects.values_list("finished_at", flat=True))
    batch = Batch.objects.get()
    assert (batch.state, batch.untold) == (BatchState.DONE, True)
    assert recovery.close_what_no_longer_helps() == 0


def test_batch_of_a_retracted_wave_is_closed(gateway):
    wave = make_wave(2)
    retract_wave(wave=wave, actor="officer")
    assert recovery.close_what_no_longer_helps() == 1
    assert set(states(wave)) == {S.CANCELLED}


def test_doubt_in_a_batch_that_was_closed_is_settled_and_not_sent(gateway, held_clock):
    wave = make_wave(2, lasts=timedelta(hours=1))
    die_in_the_middle(wave, called=1)
    recovery.recover_batches()
    held_clock(3601)
    recovery.close_what_no_longer_helps()
    assert states(wave) == [S.IN_DOUBT, S.EXPIRED]
    patience_over(wave)
    recovery.resolve_in_doubt()
    assert recovery.close_what_no_longer_helps() == 1
    assert states(wave) == [S.EXPIRED] * 2
    assert gateway.calls == []


def test_batch_that_somebody_holds_is_closed_by_its_holder(gateway, held_clock):
    wave = make_wave(2, lasts=timedelta(hours=1))
    [pk] = due_now(wave)
    sending.take_batch(pk)
    held_clock(3601)
    assert recovery.close_what_no_longer_helps() == 0

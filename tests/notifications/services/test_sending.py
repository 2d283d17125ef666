"""Handing over: four outcomes, windows, back-off, expiry, retraction, and late answers."""

import uuid
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from config.kernel import clock
from notifications.models import Attempt, Batch, Delivery, Wave
from notifications.services import holding, recovery, sending
from notifications.services.waves import retract_wave
from notifications.states import BatchState, DeliveryState, Priority
from tests.support.waves import (
    ACCEPTED,
    BUSY,
    REFUSED,
    UNKNOWN,
    due_now,
    lease_over,
    make_wave,
    number,
    patience_over,
    states,
)

pytestmark = pytest.mark.django_db
S = DeliveryState


@pytest.fixture(autouse=True)
def small_windows(settings):
    settings.SEND_WINDOW, settings.BATCH_SIZE = 4, 20


def send(wave):
    return sum(sending.send_batch(pk) for pk in due_now(wave))


@pytest.mark.parametrize(
    ("outcome", "state", "batch_state"),
    [
        (ACCEPTED, S.ACCEPTED, BatchState.DONE),
        (REFUSED, S.FAILED, BatchState.DONE),
        (BUSY, S.PENDING, BatchState.WAITING),
        (UNKNOWN, S.IN_DOUBT, BatchState.DONE),
    ],
)
def test_outcome_of_a_call_becomes_a_state(gateway, outcome, state, batch_state):
    gateway.decide = lambda message, times: outcome
    wave = make_wave(1)
    assert send(wave) == 1
    delivery, batch = Delivery.objects.get(), Batch.objects.get()
    assert delivery.state == state
    assert delivery.attempts == 1
    assert delivery.gateway == "twilio"
    assert bool(delivery.provider_ref) == (outcome == ACCEPTED)
    assert bool(delivery.accepted_at) == (outcome == ACCEPTED)
    assert bool(delivery.finished_at) == (outcome == REFUSED)
    assert batch.state == batch_state
    assert bool(batch.doubt_at) == (outcome == UNKNOWN)
    assert Attempt.objects.get().outcome == outcome


def test_everybody_is_called_once_in_windows(gateway):
    wave = make_wave(10)
    assert send(wave) == 10
    assert sorted(gateway.addresses) == [number(n) for n in range(1, 11)]
    assert send(wave) == 0
    assert len(gateway.calls) == 10


def test_message_is_in_the_recipients_language_and_opened_only_here(gateway):
    wave = make_wave(1)
    Delivery.objects.update(language="en")
    send(wave)
    assert gateway.calls[0].text == wave.texts["sms"]["en"]
    assert gateway.calls[0].link == ""
    assert gateway.calls[0].key == Delivery.objects.get().key


def test_unknown_language_is_told_in_chinese(gateway):
    wave = make_wave(1)
    Delivery.objects.update(language="fr")
    send(wave)
    assert gateway.calls[0].text == wave.texts["sms"]["zh-hans"]


def test_held_batch_is_not_taken_again(gateway):
    wave = make_wave(3)
    [pk] = due_now(wave)
    assert sending.take_batch(pk) is not None
    assert sending.send_batch(pk) == 0
    assert gateway.calls == []


def test_busy_provider_is_left_in_peace_and_asked_again_later(gateway):
    gateway.decide = lambda message, times: BUSY
    wave = make_wave(10)
    assert send(wave) == 4  # the first window; nobody got through
    batch = Batch.objects.get()
    assert batch.state == BatchState.WAITING
    assert batch.due_at > clock.real_now()
    assert sending.send_batch(batch.pk) == 0  # not yet due
    gateway.decide = lambda message, times: ACCEPTED
    assert send(wave) == 10
    assert set(states(wave)) == {S.ACCEPTED}


@pytest.mark.parametrize(("tries", "seconds"), [(0, 1), (1, 1), (2, 2), (4, 8), (6, 30), (50, 30)])
def test_back_off_doubles_to_thirty_seconds(tries, seconds):
    for _ in range(20):
        assert 0.8 * seconds <= sending.back_off(tries).total_seconds() <= 1.2 * seconds


def test_busy_is_tried_again_until_the_message_no_longer_helps(gateway, held_clock):
    gateway.decide = lambda message, times: BUSY
    wave = make_wave(1, lasts=timedelta(hours=1))
    for _ in range(40):
        assert send(wave) == 1
    assert states(wave) == [S.PENDING]
    held_clock(3601)
    assert send(wave) == 0
    assert states(wave) == [S.EXPIRED]
    assert Batch.objects.get().state == BatchState.DONE


def test_rows_that_are_always_busy_hold_up_no_others(gateway):
    """The first eight, two whole windows, are never taken; the others leave all the same."""
    gateway.decide = lambda message, times: BUSY if message.address in stubborn else ACCEPTED
    stubborn = {number(n) for n in range(1, 9)}
    wave = make_wave(12)
    assert send(wave) == 4  # a window of busy rows: the provider is left in peace
    for _ in range(3):
        send(wave)
    assert states(wave) == [S.PENDING] * 8 + [S.ACCEPTED] * 4


def test_batch_comes_back_when_the_first_of_its_busy_rows_is_due(gateway):
    gateway.decide = lambda message, times: BUSY
    wave = make_wave(2)
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk")[0].pk).update(attempts=9)
    send(wave)
    assert Batch.objects.get().due_at < clock.real_now() + timedelta(seconds=2)


def test_slow_provider_gives_the_rest_back_before_the_time_limit(gateway, monkeypatch):
    monkeypatch.setattr(holding, "GIVE_BACK_AFTER_S", 0.0)
    wave = make_wave(6)
    assert send(wave) == 0
    assert Batch.objects.get().state == BatchState.WAITING
    assert set(states(wave)) == {S.PENDING}


@pytest.mark.parametrize(("waiting", "left"), [(Priority.RED, 8), (Priority.ORDINARY, 0)])
def test_ordinary_batch_gives_way_to_what_is_more_urgent(gateway, monkeypatch, waiting, left):
    monkeypatch.setattr(holding, "LOOK_EVERY_S", 0.0)
    ordinary = make_wave(12, priority=Priority.ORDINARY)
    batch = Batch.objects.get()
    batch.due_at = clock.real_now() - timedelta(seconds=1)
    batch.save()
    hold_at_once = partial(holding.Hold, looks_after_s=0.0)
    monkeypatch.setattr(holding, "Hold", hold_at_once)
    other = []
    gateway.meanwhile = lambda: other or other.append(make_wave(2, priority=waiting))
    sending.send_batch(batch.pk)
    assert states(ordinary).count(S.PENDING) == left
    batch.refresh_from_db()
    assert batch.state == (BatchState.WAITING if left else BatchState.DONE)


def test_expired_wave_is_not_sent(gateway, held_clock):
    wave = make_wave(3, lasts=timedelta(hours=1))
    held_clock(3601)
    assert send(wave) == 0
    assert set(states(wave)) == {S.EXPIRED}
    assert Batch.objects.get().state == BatchState.DONE


def test_wave_that_expires_between_windows_stops(gateway, held_clock):
    wave = make_wave(10, lasts=timedelta(hours=1))
    gateway.meanwhile = lambda: held_clock(4000)
    assert send(wave) == 4
    assert states(wave) == [S.ACCEPTED] * 4 + [S.EXPIRED] * 6


def test_no_window_starts_after_a_retraction(gateway):
    wave = make_wave(10)
    gateway.meanwhile = lambda: retract_wave(wave=wave, actor="officer")
    assert send(wave) == 4
    assert states(wave) == [S.ACCEPTED] * 4 + [S.CANCELLED] * 6
    assert Batch.objects.get().state == BatchState.DONE


def test_what_was_busy_when_retracted_is_cancelled(gateway):
    wave = make_wave(1)
    gateway.decide = lambda message, times: BUSY
    gateway.meanwhile = lambda: retract_wave(wave=wave, actor="officer")
    send(wave)
    assert states(wave) == [S.CANCELLED]
    assert Batch.objects.get().state == BatchState.DONE


def test_retraction_happens_once(gateway):
    wave = make_wave(2)
    assert retract_wave(wave=wave, actor="officer") is True
    assert retract_wave(wave=wave, actor="officer") is False
    assert set(states(wave)) == {S.CANCELLED}
    assert send(wave) == 0


def test_answer_of_a_lost_batch_does_not_overwrite_a_newer_call(gateway):
    """The holder was thought dead, its message was sent again, and only then it speaks."""
    wave = make_wave(1)

    def recovered_and_sent_again():
        gateway.meanwhile = lambda: None
        lease_over(wave)
        recovery.recover_batches()
        Delivery.objects.update(state=S.PENDING, possible_duplicate=True)
        assert send(wave) == 1

    gateway.decide = lambda message, times: REFUSED if times == 1 else ACCEPTED
    gateway.meanwhile = recovered_and_sent_again
    send(wave)
    delivery = Delivery.objects.get()
    assert delivery.state == S.ACCEPTED
    assert delivery.provider_ref.endswith("2")
    assert delivery.possible_duplicate
    assert Attempt.objects.count() == 3  # two answers, and the doubt between them


def test_late_answer_settles_what_the_sweep_put_in_doubt(gateway):
    wave = make_wave(6)

    def recovered():
        gateway.meanwhile = lambda: None
        lease_over(wave)
        recovery.recover_batches()

    gateway.meanwhile = recovered
    assert send(wave) == 4  # its batch is no longer its own: no second window
    assert states(wave) == [S.ACCEPTED] * 4 + [S.PENDING] * 2
    assert send(wave) == 2
    assert len(set(gateway.addresses)) == len(gateway.calls) == 6


def test_row_that_does_not_open_holds_up_nobody(gateway):
    wave = make_wave(3)
    broken = Delivery.objects.order_by("pk").values_list("pk", flat=True)[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_delivery SET address = %s WHERE id = %s", [b"\x01" * 40, broken]
        )
    assert send(wave) == 3
    assert states(wave) == [S.ACCEPTED, S.FAILED, S.ACCEPTED]
    code = Delivery.objects.filter(pk=broken).values_list("provider_code", flat=True).get()
    assert code == "address_unreadable"
    assert len(gateway.calls) == 2


def test_mode_mismatch_sends_nothing(settings):
    settings.TWILIO_URL = f"https://api.twilio.com/{uuid.uuid4()}"
    wave = make_wave(1)
    with pytest.raises(Exception, match="GUIHANG_TWILIO_URL"):
        send(wave)
    assert states(wave) == [S.PENDING]
    assert Wave.objects.get().mode_id == "drill"


@pytest.fixture
def in_halves(monkeypatch):
    """A provider that takes its time."""
    monkeypatch.setattr(sending, "IN_HALVES_FROM_S", 0.0)


def test_one_half_is_on_its_way_while_the_other_is_written(gateway, in_halves):
    seen = []
    gateway.meanwhile = lambda: seen.append((gateway.aloft, states(wave).count(S.CALLING)))
    wave = make_wave(9)
    assert send(wave) == 9
    assert gateway.highest == 4  # never more than a window
    assert seen == [(4, 4), (4, 4), (4, 4), (3, 3), (1, 1)]
    assert set(states(wave)) == {S.ACCEPTED}
    assert Batch.objects.get().state == BatchState.DONE


def test_retraction_ends_both_halves(gateway, in_halves):
    wave = make_wave(10)
    gateway.meanwhile = lambda: retract_wave(wave=wave, actor="officer")
    assert send(wave) == 4
    assert states(wave) == [S.ACCEPTED] * 4 + [S.CANCELLED] * 6


def test_half_that_nobody_gets_through_with_ends_the_batch(gateway, in_halves):
    gateway.decide = lambda message, times: BUSY
    wave = make_wave(12)
    assert send(wave) == 6  # two halves that were launched before it was known, and one
    assert gateway.aloft == 0
    assert set(states(wave)) == {S.PENDING}
    assert Batch.objects.get().state == BatchState.WAITING


@pytest.mark.parametrize(("seconds", "whole"), [(0.0, True), (0.05, False)])
def test_window_is_halved_for_a_slow_provider_alone(gateway, seconds, whole):
    gateway.took_s = seconds
    wave = make_wave(4)
    send(wave)
    assert gateway.highest == (0 if whole else 4)


def test_next_batch_is_begun_while_the_last_calls_are_in_the_air(gateway, in_halves, settings):
    settings.BATCH_SIZE = 8
    seen = []
    gateway.meanwhile = lambda: seen.append((gateway.aloft, states(wave).count(S.CALLING)))
    wave = make_wave(22)
    assert sending.send_batch(due_now(wave)[0], goes_on_for_s=60) == 22
    assert gateway.highest == 4  # never more than a window, of both batches together
    assert seen == [(4, 4)] * 10 + [(2, 2)]  # and never less, until the end
    assert set(states(wave)) == {S.ACCEPTED}
    assert len(set(gateway.addresses)) == len(gateway.calls) == 22
    assert set(Batch.objects.values_list("state", flat=True)) == {BatchState.DONE}


@pytest.mark.parametrize("landings", range(1, 10))
def test_death_between_two_batches_repeats_a_window_at_most(gateway, in_halves, settings, landings):
    settings.BATCH_SIZE = 8
    wave = make_wave(16)
    gateway.meanwhile = Dying(landings)
    with suppress(KeyboardInterrupt):
        sending.send_batch(due_now(wave)[0], goes_on_for_s=60)
    assert states(wave).count(S.CALLING) <= 4
    lease_over(wave)
    recovery.recover_batches()
    assert S.CALLING not in states(wave)
    gateway.meanwhile = lambda: None
    send(wave)
    patience_over(wave)
    recovery.resolve_in_doubt()
    send(wave)
    assert set(states(wave)) == {S.ACCEPTED}
    assert len(set(gateway.addresses)) == 16
    assert len(gateway.calls) <= 20


class Dying:
    """A process that dies while it waits for the so-manieth landing."""

    def __init__(self, landings):
        self.left = landings

    def __call__(self):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_retraction_ends_the_batch_that_was_begun_behind(gateway, in_halves, settings):
    settings.BATCH_SIZE = 4
    wave = make_wave(12)
    landed = []

    def retract_at_the_third():
        landed.append(1)
        if len(landed) == 3:
            retract_wave(wave=wave, actor="officer")

    gateway.meanwhile = retract_at_the_third
    assert sending.send_batch(due_now(wave)[0], goes_on_for_s=60) == len(gateway.calls) == 8
    assert states(wave) == [S.ACCEPTED] * 8 + [S.CANCELLED] * 4


@pytest.mark.parametrize("other", [Priority.RETRACTION, Priority.RED])
def test_nothing_is_begun_behind_for_another_wave(gateway, in_halves, settings, other):
    settings.BATCH_SIZE = 8
    make_wave(4, priority=other)  # it waits, as urgent or more, and came first
    wave = make_wave(16)
    assert sending.send_batch(due_now(wave)[0], goes_on_for_s=60) == 8


def test_provider_that_lets_nobody_through_ends_both_batches(gateway, in_halves, settings):
    settings.BATCH_SIZE = 4
    gateway.decide = lambda message, times: BUSY
    wave = make_wave(12)
    assert sending.send_batch(due_now(wave)[0], goes_on_for_s=60) == 6
    assert set(Batch.objects.values_list("state", flat=True)) == {BatchState.WAITING}


@pytest.mark.parametrize("reason", ["no time", "permits", "quick"])
def test_nothing_is_begun_behind_where_it_does_not_help(gateway, monkeypatch, settings, reason):
    settings.BATCH_SIZE = 4
    monkeypatch.setattr(sending, "IN_HALVES_FROM_S", 60.0 if reason == "quick" else 0.0)
    gateway.rate = 1000.0 if reason == "permits" else 0.0
    wave = make_wave(8)
    goes_on_for_s = 0.0 if reason == "no time" else 60.0
    assert sending.send_batch(due_now(wave)[0], goes_on_for_s=goes_on_for_s) == 4

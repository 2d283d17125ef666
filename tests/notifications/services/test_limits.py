"""Permits: how many there are, who comes first, pauses, and what a batch does without any."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from config.kernel import clock
from notifications.gateways.base import CallResult, Pause
from notifications.models import Batch, Bucket
from notifications.services import limits, sending
from notifications.states import BatchState, DeliveryState, Priority
from tests.support.waves import ACCEPTED, BUSY, due_now, make_wave, number, states

pytestmark = pytest.mark.django_db
S = DeliveryState
RED, ORDINARY = Priority.RED, Priority.ORDINARY


def take(wanted, *, name="twilio", rate=10.0, priority=ORDINARY):
    return limits.take(name, rate=rate, wanted=wanted, priority=priority)


def later(seconds):
    """As if so much time had passed: every moment a bucket knows is earlier."""
    for bucket in Bucket.objects.all():
        bucket.spent_until -= seconds
        bucket.paused_until -= seconds
        bucket.claimed_until -= seconds
        bucket.save()


def send(wave):
    return sum(sending.send_batch(pk) for pk in due_now(wave))


# -- One bucket --------------------------------------------------------------------------


def test_idle_bucket_holds_its_burst_and_no_more():
    assert take(64).granted == 10 * limits.BURST_S
    assert take(64).granted == 0
    later(3600)
    assert take(64).granted == 10 * limits.BURST_S


def test_bucket_gives_its_rate():
    take(10_000, rate=1000)
    for seconds in (0.05, 0.2, 0.5):
        later(seconds)
        # Some milliseconds pass while the test asks.
        assert 1000 * seconds <= take(10_000, rate=1000).granted <= 1000 * seconds + 100


def test_limit_below_one_a_second_is_held_too():
    assert take(5, rate=0.25).granted == 1
    later(3.5)
    assert take(5, rate=0.25).granted == 0
    later(0.5)
    assert take(5, rate=0.25).granted == 1


def test_what_is_asked_for_is_not_exceeded():
    assert take(2) == limits.Permits(2)
    assert take(64).granted == 3


def test_wait_says_when_a_fair_share_is_there():
    take(64)
    permits = take(64)
    assert permits.granted == 0
    later(permits.wait_s + 0.001)
    assert take(64).granted >= 10 * limits.SHARE_S


def test_what_is_given_back_can_be_taken_again():
    take(5)
    limits.give_back("twilio", rate=10.0, permits=3)
    assert take(64).granted == 3


def test_buckets_do_not_share():
    take(64)
    assert take(64, name="twilio/+1").granted == 5


def test_hosts_whose_clocks_differ_get_no_more(monkeypatch):
    """Permits go by the database's clock: neither process asks its own."""
    take(64)
    ahead = timedelta(minutes=10)
    monkeypatch.setattr(clock, "real_now", lambda: clock.datetime.now(clock.UTC) + ahead)
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert take(64).granted == 0


# -- Who comes first -----------------------------------------------------------------------


def test_who_goes_short_keeps_back_what_is_less_urgent():
    take(64, priority=RED)
    later(0.3)
    refused = take(64, priority=ORDINARY)
    assert (refused.granted, refused.aside) == (0, True)
    assert take(64, priority=RED).granted == 3
    assert take(64, priority=Priority.RETRACTION).granted == 0  # spent, but nobody's claim
    later(0.3)
    assert take(64, priority=Priority.RETRACTION).granted == 3
    later(0.3)
    assert take(64, priority=RED).aside


def test_claim_ends_by_itself():
    take(64, priority=RED)
    later(limits.CLAIM_S)
    assert take(64, priority=ORDINARY).granted == 5


def test_claim_of_the_less_urgent_holds_up_nobody():
    take(64, priority=ORDINARY)
    later(0.3)
    assert take(64, priority=RED).granted == 3


def test_who_gets_all_that_was_asked_for_claims_nothing():
    take(2, priority=RED)
    assert take(3, priority=ORDINARY).granted == 3


# -- Pauses ----------------------------------------------------------------------------------


def test_pause_is_everybodys_and_ends_by_itself():
    limits.pause("twilio", seconds=7)
    for priority in Priority:
        permits = take(1, priority=priority)
        assert permits.granted == 0
        assert 6 < permits.wait_s <= 7
    later(7)
    assert take(1).granted == 1


def test_shorter_pause_does_not_end_a_longer_one():
    limits.pause("twilio", seconds=60)
    limits.pause("twilio", seconds=1)
    assert take(1).wait_s > 50


# -- A batch ---------------------------------------------------------------------------------


@pytest.fixture
def waits(monkeypatch):
    """Waiting takes no time: the buckets' moments move instead."""
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        later(seconds)

    monkeypatch.setattr(limits.time, "sleep", sleep)
    monotonic = time.monotonic
    monkeypatch.setattr(limits.time, "monotonic", lambda: monotonic() + sum(slept))
    return slept


def seconds_for(wave):
    """How long it took to send it all, what was slept included."""
    started = time.monotonic()
    send(wave)
    assert set(states(wave)) == {S.ACCEPTED}
    return time.monotonic() - started


def test_without_a_limit_a_window_costs_no_query(gateway, settings, django_assert_num_queries):
    settings.SEND_WINDOW = 4
    rows = list(range(10))
    pace = limits.Pace(gateway, ORDINARY)
    with django_assert_num_queries(1):
        assert pace.barred() is None
    with django_assert_num_queries(0):
        assert pace.window(rows, str, most=4) == [0, 1, 2, 3]
        assert pace.heed([CallResult(ACCEPTED)]) is False
    assert not Bucket.objects.exists()


def test_limited_batch_goes_on_at_the_limit(gateway, waits):
    gateway.rate = 10.0
    assert math.isclose(seconds_for(make_wave(40)), (40 - 5) / 10, rel_tol=0.15)


def test_batch_at_its_limit_gives_the_rest_back_in_time(gateway, waits):
    """Blueprint section 5: after 30 s somebody else has a turn."""
    gateway.rate = 1.0
    wave = make_wave(60)
    assert 20 <= send(wave) <= 30
    assert sum(waits) <= 30
    batch = Batch.objects.get()
    assert batch.state == BatchState.WAITING
    assert batch.due_at < clock.real_now() + timedelta(seconds=3)


def test_long_wait_is_not_sat_out(gateway, waits):
    gateway.rate = 0.1
    wave = make_wave(3)
    assert send(wave) == 1
    assert waits == []
    due = Batch.objects.get().due_at - clock.real_now()
    assert timedelta(seconds=9) < due < timedelta(seconds=13)


def test_outcomes_are_written_before_anybody_waits(gateway, monkeypatch):
    gateway.rate = 10.0
    wave = make_wave(8)
    seen = []
    monkeypatch.setattr(
        limits.time, "sleep", lambda seconds: (seen.append(states(wave)), later(seconds))
    )
    send(wave)
    assert seen
    assert all(S.CALLING not in found for found in seen)


def test_batch_stands_aside_for_a_more_urgent_one_that_waits(gateway, waits):
    gateway.rate = 10.0
    broadcast = make_wave(20, priority=ORDINARY)
    [batch] = due_now(broadcast)
    gateway.meanwhile = lambda: make_wave(3, source="incident:2")
    assert sending.send_batch(batch) == 5  # its first window; then the red one waits
    assert waits == []
    row = Batch.objects.get(pk=batch)
    assert row.state == BatchState.WAITING
    assert row.due_at > clock.real_now() + timedelta(seconds=1)
    gateway.meanwhile = lambda: None
    due_now(broadcast)
    assert sending.send_batch(batch) == 0  # still waiting
    assert states(broadcast) == [S.ACCEPTED] * 5 + [S.PENDING] * 15


def test_urgent_batch_of_another_channel_holds_up_nobody(gateway, waits):
    gateway.rate = 100.0
    make_wave(1, source="incident:2")
    Batch.objects.update(channel="wechat")
    assert send(make_wave(20, priority=ORDINARY)) == 20


def test_throttled_provider_is_left_alone_by_everybody(gateway):
    gateway.decide = lambda message, times: BUSY
    call = gateway._call

    async def throttled(http, message):
        result = await call(http, message)
        return CallResult(result.outcome, pause=Pause("twilio", 20.0))

    gateway._call = throttled
    first, second = make_wave(3), make_wave(3, source="incident:2")
    assert send(first) == 3
    assert send(second) == 0  # not even tried
    for batch in Batch.objects.all():
        assert batch.state == BatchState.WAITING
        assert timedelta(seconds=15) < batch.due_at - clock.real_now() < timedelta(seconds=25)
    later(20)
    del gateway._call
    gateway.decide = lambda message, times: ACCEPTED
    assert send(first) == send(second) == 3


# -- Sender numbers ----------------------------------------------------------------------------


@pytest.fixture
def three(gateway):
    gateway.senders = ("+1500", "+1501", "+1502")
    return gateway


def test_address_is_always_written_to_from_the_same_number(three):
    numbers = [number(n) for n in range(300)]
    before = {address: three.sender_of(address) for address in numbers}
    counts = [list(before.values()).count(sender) for sender in three.senders]
    assert min(counts) > 60
    three.senders = (*three.senders[:2], "+1503")
    moved = [a for a in numbers if three.sender_of(a) != before[a]]
    assert {before[a] for a in moved if three.sender_of(a) != "+1503"} <= {"+1502"}
    assert len(moved) < 250


def test_each_number_has_its_own_limit(three, waits):
    three.sender_rate = 10.0
    lasted = seconds_for(make_wave(90))
    busiest = max([three.sender_of(a) for a in three.addresses].count(s) for s in three.senders)
    assert math.isclose(lasted, (busiest - 5) / 10, rel_tol=0.2)


def test_whole_and_numbers_are_limited_together(three, waits):
    three.rate, three.sender_rate = 12.0, 10.0
    assert math.isclose(seconds_for(make_wave(60)), (60 - 6) / 12, rel_tol=0.2)


def test_paused_number_holds_up_no_other(three):
    limits.pause(three.bucket_of("+1501"), seconds=60)
    wave = make_wave(30)
    sent = send(wave)
    assert 0 < sent < 30
    assert {three.sender_of(address) for address in three.addresses} == {"+1500", "+1502"}
    assert states(wave).count(S.PENDING) == 30 - sent
    assert Batch.objects.get().due_at > clock.real_now() + timedelta(seconds=50)


def test_message_without_an_address_that_opens_is_refused_not_waited_for(three):
    wave = make_wave(2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_delivery SET address = %s", [b"\x01" * 40])
    three.sender_rate = 100.0
    send(wave)
    assert states(wave) == [S.FAILED] * 2


# -- Many at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_no_more_than_there_is():
    rate, seconds, stop = 200.0, 1.0, Event()

    def ask(_):
        granted = 0
        try:
            while not stop.is_set():
                granted += take(7, rate=rate).granted
        finally:
            connection.close()
        return granted

    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, n) for n in range(4)]
        stop.wait(seconds)
        stop.set()
        granted = sum(future.result() for future in asking)
    lasted = time.monotonic() - started
    assert granted <= rate * (lasted + limits.BURST_S)
    assert granted >= 0.8 * rate * seconds

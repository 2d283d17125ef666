"""How long messages will take, and on what the estimate rests."""

from datetime import timedelta

import pytest
from django.conf import settings as configured

from config.kernel import clock
from config.kernel.errors import DomainError
from notifications import expecting
from notifications.expecting import expected_paces, observed_rate, seconds_in_all
from notifications.models import Delivery, Wave
from notifications.states import WaveKind
from tests.support.waves import Scripted, make_wave

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    monkeypatch.setattr(expecting, "gateway_for", lambda channel: scripted)
    return scripted


def went_out(wave, *, per_second):
    """As a worker leaves it; the last message had to wait for an hour."""
    rows = list(Delivery.objects.filter(wave=wave).order_by("pk"))
    for n, row in enumerate(rows):
        row.called_at = clock.real_now() + timedelta(seconds=n / per_second)
    rows[-1].called_at += timedelta(hours=1)
    Delivery.objects.bulk_update(rows, ["called_at"], batch_size=200)


def test_limit_of_the_gateway_decides(gateway):
    gateway.rate = 20.0
    [pace] = expected_paces({"sms": 100})
    assert (pace.limit, pace.observed, pace.assumed, pace.seconds) == (20.0, None, None, 5.0)


def test_limit_of_the_sender_numbers_counts_for_all_of_them(gateway):
    gateway.rate, gateway.sender_rate, gateway.senders = 100.0, 1.0, ("+1", "+2", "+3")
    assert expected_paces({"sms": 30})[0].limit == 3.0


def test_without_limit_the_last_large_wave_tells(gateway):
    went_out(make_wave(300), per_second=50.0)
    assert observed_rate("sms") == pytest.approx(50.0, rel=0.02)
    assert observed_rate("wechat") is None
    gateway.rate = 10.0
    assert expected_paces({"sms": 100})[0].seconds == 10.0


def test_small_waves_and_messages_to_one_tell_nothing(gateway):
    went_out(make_wave(20), per_second=1000.0)
    codes = make_wave(300)
    went_out(codes, per_second=1000.0)
    Wave.objects.filter(pk=codes.pk).update(kind=WaveKind.CODE)
    assert observed_rate("sms") is None


def test_without_either_one_process_is_assumed(gateway):
    [pace] = expected_paces({"sms": 640})
    assert pace.assumed == configured.SEND_WINDOW
    assert pace.seconds == 640 / configured.SEND_WINDOW


def test_slowest_channel_decides(gateway):
    gateway.rate = 1.0
    paces = expected_paces({"sms": 10, "wechat": 30})
    assert [pace.channel for pace in paces] == ["wechat", "sms"]
    assert seconds_in_all(paces) == 30.0
    assert seconds_in_all([]) is None


def test_gateway_that_cannot_send_is_named(monkeypatch):
    def refuse(channel):
        raise DomainError("mode_mismatch", "网关不可用")

    monkeypatch.setattr(expecting, "gateway_for", refuse)
    [pace] = expected_paces({"sms": 10})
    assert (pace.problem, pace.seconds) == ("网关不可用", None)
    assert seconds_in_all([pace]) is None

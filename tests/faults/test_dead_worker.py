"""kill -9 of a worker in mid-wave, counted at the emulator: nothing lost, repeats bounded."""

import pytest

from notifications.models import Attempt, Batch
from tests.support.faults import PROVIDER, WINDOW

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def kill_in_mid_wave(scene, wave):
    scene.stage.sweep()
    scene.stage.worker()
    scene.wait_accepted(2 * WINDOW)
    scene.stage.kill("worker")
    assert scene.accepted().total() < wave.deliveries.count()
    scene.stage.worker("second")
    scene.wait_settled(wave)


def test_provider_that_can_be_asked_repeats_nothing(scene):
    scene.stage.emulator(**PROVIDER)
    wave = scene.wave(240)
    kill_in_mid_wave(scene, wave)
    assert scene.assert_nothing_lost(wave, repeats=0) == 0
    assert Batch.objects.filter(state="done").count() == 3


def test_provider_that_cannot_be_asked_repeats_at_most_a_window(scene):
    scene.stage.emulator(**PROVIDER, honour_key="none")
    wave = scene.wave(240, channel="wechat")
    kill_in_mid_wave(scene, wave)
    scene.assert_nothing_lost(wave, repeats=WINDOW)
    assert Attempt.objects.filter(outcome="unknown").count() <= WINDOW


def test_provider_that_honours_our_key_delivers_nothing_twice(scene):
    scene.stage.emulator(**PROVIDER, honour_key="all")
    wave = scene.wave(240, channel="wechat")
    kill_in_mid_wave(scene, wave)
    assert scene.assert_nothing_lost(wave, repeats=0) == 0

"""The sweep is killed in mid-wave, and two are started in its place."""

import pytest

from config.kernel import sweep
from notifications.models import Batch
from tests.support.faults import PROVIDER, WINDOW

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_two_sweeps_finish_what_a_killed_one_began(scene):
    scene.stage.emulator(**PROVIDER)
    wave = scene.wave(240)
    scene.stage.sweep()
    scene.wait_accepted(WINDOW)
    scene.stage.kill("sweep")
    scene.stage.sweep("left")
    scene.stage.sweep("right")
    scene.wait_settled(wave)
    assert scene.assert_nothing_lost(wave, repeats=0) == 0
    assert not Batch.objects.exclude(state="done").exists()


def test_every_step_of_the_sweep_may_run_twice(scene):
    """Doubled sweeps are harmless only when each step claims what it works on."""
    scene.stage.emulator(**PROVIDER)
    wave = scene.wave(3)
    for _ in range(2):
        sweep.run_once()
    assert sum(scene.accepted().values()) <= 3
    assert wave.deliveries.count() == 3

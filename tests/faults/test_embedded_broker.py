"""The broker that needs no server (and any other): how long a worker that idles takes to hear."""

import statistics
import time

import pytest

from notifications import bell
from notifications.services.recipients import add_recipients
from tests.support.faults import PROVIDER
from tests.support.waves import number, recipient

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
BELLS = 12


def test_idle_worker_hears_the_bell_at_once(scene, record_figure):
    """From the bell to the acceptance at the provider, one message at a time."""
    scene.stage.emulator(**PROVIDER | {"latency_ms": 0})
    scene.stage.worker()
    wave = scene.wave(0)
    waits = []
    for n in range(BELLS):
        rung_at = time.time()
        add_recipients(wave=wave, recipients=[recipient(number(n + 1))])
        scene.wait_accepted(n + 1)
        waits.append(scene.lines("accepted")[-1]["t"] - rung_at)
    assert bell.flush()
    median = statistics.median(waits[1:])  # the first one opens connections
    record_figure("broker.idle_median_ms", round(median * 1000))
    record_figure("broker.idle_slowest_ms", round(max(waits[1:]) * 1000))
    assert median < 0.3

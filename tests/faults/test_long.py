"""The long form: thousands of recipients, five killed workers, people who answer all the while."""

import time

import pytest

from config.kernel import clock
from notifications.models import Inbound, Reply
from tests.support.faults import PROVIDER, WINDOW
from tests.support.processes import until
from tests.support.waves import lease_over

pytestmark = [pytest.mark.faults, pytest.mark.long, pytest.mark.django_db(transaction=True)]
RECIPIENTS, KILLS, SPEED = 10_000, 5, 120
HELD_WORKERS = 2


@pytest.mark.parametrize("channel", ["sms", "wechat"])
def test_workers_that_keep_dying_lose_nobody(scene, settings, record_figure, channel):
    """SMS can be asked about, so nothing is repeated; this WeChat can neither be asked nor does it
    honour our key, so each kill may repeat what was in flight: one window a sending process."""
    settings.CLOCK = scene.stage.environment["GUIHANG_CLOCK"] = clock.setting_for(
        clock.real_now(), SPEED
    )
    quiet = PROVIDER | {"latency_ms": 60, "people": 1, "lost_receipts": 0.2}
    scene.stage.emulator(**quiet, honour_key="none", repeated_receipts=0.3, receipt_seconds=600)
    scene.stage.web()
    scene.stage.sweep()
    wave = scene.wave(RECIPIENTS, channel=channel)
    began = time.monotonic()
    for kill in range(KILLS):
        scene.stage.worker(f"worker{kill}", concurrency=HELD_WORKERS)
        before = scene.accepted().total()
        until(lambda b=before: scene.accepted().total() > b + 8 * WINDOW, what="progress")
        scene.stage.kill(f"worker{kill}")
        lease_over(wave)  # as if 20 s had passed
    killed = time.monotonic()
    scene.stage.worker("last", concurrency=HELD_WORKERS)
    scene.wait_settled(wave, seconds=180, dead_holders=False)
    recovered = time.monotonic() - killed
    bound = 0 if channel == "sms" else WINDOW * HELD_WORKERS * KILLS
    repeats = scene.assert_nothing_lost(wave, repeats=bound)
    lost_replies = replies_lost(scene)
    for name, value in {
        "recipients": RECIPIENTS,
        "worker_kills": KILLS,
        "lost": 0,
        "duplicates": repeats,
        "duplicate_bound": bound,
        "recovery_seconds": round(recovered, 1),
        "seconds": round(time.monotonic() - began, 1),
        "replies": Reply.objects.count(),
        "replies_lost": lost_replies,
    }.items():
        record_figure(f"dead_workers.{channel}.{name}", value)
    assert lost_replies == 0
    assert Reply.objects.exists()


def replies_lost(scene):
    """Replies that the application took, by the emulator's log, and that no row holds."""

    def heard_out():
        return not Inbound.objects.filter(worked_at=None).exists()

    scene.stage.kill("emulator")  # nobody says anything more
    taken = {line["ref"] for line in scene.lines("reply") if line["taken"]}
    until(heard_out, seconds=60, what="the inbox's end")
    kept = " ".join(Inbound.objects.values_list("event_id", flat=True))
    return sum(ref not in kept for ref in taken)

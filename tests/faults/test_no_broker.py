"""The broker goes away, or was never there: the sweep drains, and nothing is lost."""

import pytest

from config.kernel import clock
from notifications import bell
from notifications.models import Batch
from tests.support.faults import PROVIDER, WINDOW
from tests.support.processes import free_port, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_without_any_broker_the_sweep_sends(scene):
    scene.stage.emulator(**PROVIDER)
    wave = scene.wave(150)
    nowhere = f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    scene.stage.sweep(CELERY_BROKER_URL=nowhere)
    scene.wait_settled(wave)
    assert scene.assert_nothing_lost(wave, repeats=0) == 0
    assert "sending it here" in scene.stage.text("sweep")


def test_broker_taken_away_in_mid_wave_loses_nothing(scene, broker):
    scene.stage.emulator(**PROVIDER)
    wave = scene.wave(300)
    scene.stage.worker()
    bell.ring([wave.batches.earliest("pk").pk], priority=1)
    scene.wait_accepted(WINDOW)
    broker.cut()
    scene.stage.sweep()
    scene.wait_settled(wave, dead_holders=False)
    assert scene.assert_nothing_lost(wave, repeats=0) == 0


def test_worker_hears_again_when_the_broker_is_back(scene, broker):
    """Without any sweep: only a worker that listens again can send this."""
    scene.stage.emulator(**PROVIDER)
    scene.stage.worker()
    quiet = scene.stage.text("worker")
    broker.cut()
    until(
        lambda: broker.is_silent or scene.stage.text("worker") != quiet,
        what="the worker's notice of the loss",
    )
    broker.mend()
    wave = scene.wave(3)
    scene.wait_accepted(3)
    scene.wait_settled(wave)


def test_bell_that_cannot_be_rung_raises_nothing_and_changes_no_row(scene, monkeypatch):
    wave = scene.wave(1)
    before = list(Batch.objects.values())

    def refuse(*_args, **_options):
        raise ConnectionRefusedError

    monkeypatch.setattr("notifications.bell.current_app.send_task", refuse)
    bell.ring([wave.batches.get().pk], priority=1)
    assert bell.flush()
    assert list(Batch.objects.values()) == before
    monkeypatch.undo()
    assert bell.flush(), "the thread that rings has died"


@pytest.mark.parametrize("kind", ["KombuError", "AMQPError", "FileNotFoundError"])
def test_whatever_a_broker_raises_the_bell_lives_on(scene, monkeypatch, kind):
    from amqp.exceptions import AMQPError
    from kombu.exceptions import KombuError

    error = {"KombuError": KombuError, "AMQPError": AMQPError}.get(kind, FileNotFoundError)
    rung = []

    def break_once():
        raise error("odd")

    bell.call(break_once)
    bell.call(lambda: rung.append(clock.real_now()))
    until(lambda: rung, seconds=5, what="the next bell")

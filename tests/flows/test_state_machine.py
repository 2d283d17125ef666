"""Everything that can happen to an alert, in any order, with deaths between any two commits.

Hypothesis declares an incident, lets workers and the sweep work in slow motion (tests.support.
actors), kills and stalls them, has the provider misbehave, sends receipts and replies, corrects,
updates, retracts and widens. In the end the provider is well again, the sweep runs, and the books
must balance: none lost, none repeated beyond the window, no state backwards, no window after a
retraction, standings independent of the order in which anything was heard.
"""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from config.kernel import clock
from notifications.models import Batch, Delivery
from notifications.services import following, recovery, sending
from tests.support.actors import pause
from tests.support.alert_machine import WINDOW, Alert
from tests.support.moods import Nature
from tests.support.scene import BEYOND, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings, monkeypatch, post, officer):
    """Six people inside, two of them behind one number, and three just beyond."""
    settings.SEND_WINDOW, settings.BATCH_SIZE, settings.SLICE_SIZE = WINDOW, 4, 3
    monkeypatch.setattr(following, "FIRST_PIECE", 2)
    inside = [settle(f"内{n}", phone=f"+67855501{n:02d}") for n in (1, 2, 3, 4, 4, 5)]
    beyond = [
        settle(
            f"外{n}",
            phone=f"+67855502{n:02d}",
            place=replace(BEYOND, latitude=BEYOND.latitude - 0.5 * n),
        )
        for n in (1, 2, 3)
    ]
    phones = [(person, person.contact_points.get().address) for person in [*inside, *beyond]]
    world = SimpleNamespace(
        post=post, officer=officer, inside=inside, beyond=beyond, phones=phones, provider=None
    )
    for module in (sending, recovery):
        monkeypatch.setattr(module, "gateway_for", lambda _: world.provider)
    hand_over = sending._hand_over

    def hand_over_later(*window: Any) -> Any:
        pause()  # committed, and not yet sent
        return hand_over(*window)

    monkeypatch.setattr(sending, "_hand_over", hand_over_later)
    talk = SimpleNamespace(
        hand_over=lambda provider, messages: provider.hand_over(messages), launch=launch
    )
    monkeypatch.setattr(sending, "caller", talk)
    ask = SimpleNamespace(run=asyncio.run, session=lambda: None)
    monkeypatch.setattr(recovery, "caller", ask)
    monkeypatch.setattr(clock, "real_now", lambda: world.time)
    return world


def launch(provider: Any, messages: Any) -> Any:
    """They leave now; what they come to is known when they land."""
    results = provider.hand_over(messages)
    return lambda: results


@pytest.mark.parametrize("halves", [False, True], ids=["whole", "halves"])
@pytest.mark.parametrize(
    ("examples", "steps"),
    [(15, 40), pytest.param(150, 50, marks=pytest.mark.long)],
    ids=["short", "long"],
)
def test_whatever_happens_the_books_balance(scene, monkeypatch, examples, steps, halves):
    if halves:
        monkeypatch.setattr(sending, "IN_HALVES_FROM_S", 0.0)
    run_state_machine_as_test(
        lambda: Alert(scene),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("nature", Nature)
def test_who_was_stopped_before_the_call_makes_none_after_the_lease(scene, nature):
    """A machine that freezes between commit and call wakes up when others have done its work."""
    alert = Alert(scene)
    alert.declare(nature=nature, written=True, late=True)
    batch = Batch.objects.get(pk=Batch.objects.earliest("pk").pk)
    sleeper = alert.start(lambda: sending.send_batch(batch.pk))
    while not Delivery.objects.filter(state="calling").exists():
        alert.step(sleeper)
    alert.sweep_until_settled()
    taken = len(alert.provider.taken)
    alert.finish(sleeper)
    assert len(alert.provider.taken) == taken == len(alert.provider.times())
    alert.teardown()

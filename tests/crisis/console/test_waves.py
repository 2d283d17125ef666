"""Rate and time left of a wave: what the last seconds really brought, and nothing else."""

from datetime import timedelta

import pytest

from config.kernel import clock
from crisis.console.waves import minutes, rate_of, wave_progress
from notifications.models import Delivery, Wave


def progress(incident):
    return wave_progress(incident)[str(Wave.objects.get(kind="initial").pk)]


def accept(incident, count, seconds_ago):
    """`count` of the waiting messages were accepted so long ago."""
    at = clock.now() - timedelta(seconds=seconds_ago)
    waiting = Delivery.objects.filter(wave__source=incident.source, state="pending")
    some = list(waiting.order_by("pk").values_list("pk", flat=True)[:count])
    Delivery.objects.filter(pk__in=some).update(state="accepted", accepted_at=at)


def test_rate_is_what_was_answered_in_the_window(incident):
    assert progress(incident)["rate"] == 0
    accept(incident, 2, seconds_ago=4)
    found = progress(incident)
    # Two in the four seconds since the first of them; three of five still wait.
    assert found["rate"] == 0.5
    assert (found["total"], found["waiting"], found["finished"]) == (5, 3, 2)
    assert (found["running"], found["left"]) == (1, "0:06")


def test_provider_that_stopped_has_no_rate_and_no_time_left(incident, held_clock):
    accept(incident, 2, seconds_ago=1)
    held_clock(30)
    found = progress(incident)
    assert (found["rate"], found["left"], found["running"]) == (0, "", 1)


def test_refused_messages_are_outcomes_and_cancelled_ones_are_not(incident):
    rows = Delivery.objects.filter(wave__source=incident.source).order_by("pk")
    first, second, *_ = rows.values_list("pk", flat=True)
    now = clock.now()
    rows.filter(pk=first).update(state="failed", finished_at=now)
    rows.filter(pk=second).update(state="cancelled", finished_at=now)
    found = progress(incident)
    assert (found["rate"], found["waiting"]) == (0.1, 3)


def test_finished_or_ended_wave_does_not_run(incident):
    accept(incident, 5, seconds_ago=1)
    found = progress(incident)
    assert (found["running"], found["left"], found["waiting"]) == (0, "", 0)
    Delivery.objects.filter(wave__source=incident.source).update(state="pending")
    Wave.objects.filter(kind="initial").update(retracted_at=clock.now())
    assert progress(incident)["running"] == 0


def test_wave_that_still_gets_recipients_says_so(incident):
    Wave.objects.filter(kind="initial").update(recipients_done_at=None)
    assert progress(incident)["growing"] == 1


def test_rate_counts_real_seconds_in_a_drill_that_runs_faster(db, held_clock, settings):
    settings.CLOCK = "0,0,60"
    # A minute of the scenario is a real second: what came in it came in one second.
    assert rate_of(30, clock.now() - timedelta(minutes=1)) == pytest.approx(30)
    assert rate_of(30, clock.now() - timedelta(minutes=5)) == pytest.approx(6)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0:01"), (59.6, "1:00"), (90, "1:30"), (7300, "121:40")]
)
def test_time_left_reads_the_same_in_every_language(seconds, text):
    assert minutes(seconds) == text

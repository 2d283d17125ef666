"""Scenario time: real, driven by a setting, or held still."""

from datetime import UTC, datetime, timedelta

import pytest

from config.kernel import clock

QUAKE = datetime(2024, 12, 17, 1, 47, 25, tzinfo=UTC)


def test_now_is_real_time_unless_told_otherwise(settings):
    settings.CLOCK = ""
    before = clock.real_now()
    assert before <= clock.now() <= clock.real_now()
    assert clock.speed() == 1.0


def test_now_starts_where_the_scenario_starts_and_runs_at_its_speed(settings, monkeypatch):
    monkeypatch.setattr(clock.time, "time", lambda: 1_000_000.0)
    settings.CLOCK = clock.setting_for(QUAKE, 60)
    assert clock.now() == QUAKE
    monkeypatch.setattr(clock.time, "time", lambda: 1_000_010.0)
    assert clock.now() == QUAKE + timedelta(minutes=10)
    assert clock.speed() == 60


def test_leases_run_in_real_seconds_in_a_fast_drill(settings):
    settings.CLOCK = clock.setting_for(QUAKE, 1000)
    assert abs(clock.real_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_held_clock_moves_only_when_told(held_clock):
    start = clock.now()
    assert clock.now() == start
    held_clock(90)
    assert clock.now() == start + timedelta(seconds=90)


def test_holds_nest_and_end(held_clock):
    outer = clock.now()
    with clock.held_at(QUAKE):
        assert clock.now() == QUAKE
    assert clock.now() == outer


def test_advancing_a_running_clock_is_refused():
    with pytest.raises(RuntimeError):
        clock.advance(timedelta(seconds=1))

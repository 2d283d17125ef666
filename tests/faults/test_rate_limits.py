"""Two hosts, one limit: worker groups that share nothing but the database, counted at the
emulator's log in sliding windows."""

from bisect import bisect_left

import pytest

from notifications.services import limits
from notifications.services.recipients import add_recipients
from notifications.states import Priority
from tests.support.processes import until
from tests.support.waves import make_wave, number, recipient

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

RATE, SENDER_RATE = 60.0, 25.0
SENDERS = ("+15005550006", "+15005550007", "+15005550008")
# From a permit to the acceptance a call takes a moment, and not always the same.
JITTER_S = 0.1


@pytest.fixture
def hosts(scene, tmp_path, settings):
    """Start two worker groups, each with a folder of its own, and one sweep."""

    def start(**environment):
        environment["GUIHANG_BROKER_DIR"] = str(settings.BROKER_DIR)
        scene.stage.environment.update(environment)
        scene.stage.emulator(people=0, strangers=0, unreachable=0, lost_receipts=1)
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            scene.stage.worker(name, concurrency=2, GUIHANG_VAR_DIR=str(tmp_path / name))
        scene.stage.sweep()

    return start


def moments(scene, **fields):
    """When the emulator accepted what has these fields, in order."""
    lines = scene.lines("accepted")
    return sorted(
        line["t"] for line in lines if all(line[name] == value for name, value in fields.items())
    )


def most_within(seconds, times):
    """The greatest number of acceptances in any span of so many seconds."""
    return max(n + 1 - bisect_left(times, t - seconds) for n, t in enumerate(times))


def assert_held(times, *, rate):
    """In no span more than the limit allows, and at least 0.8 of the limit was used."""
    burst = max(1.0, rate * limits.BURST_S)
    for seconds in (1, 2, 4):
        allowed = rate * (seconds + JITTER_S) + burst
        assert most_within(seconds, times) <= allowed, f"in {seconds} s"
    assert (len(times) - burst) / (times[-1] - times[0]) >= 0.8 * rate


def test_two_hosts_keep_to_the_limit_of_each_number(scene, hosts):
    wave = scene.wave(240)
    hosts(
        GUIHANG_TWILIO_SENDER=",".join(SENDERS),
        GUIHANG_TWILIO_SENDER_RATE=str(SENDER_RATE),
    )
    scene.wait_accepted(240)
    for sender in SENDERS:
        assert_held(moments(scene, **{"from": sender}), rate=SENDER_RATE)
    scene.assert_nothing_lost(wave, repeats=0)


def test_two_hosts_keep_to_the_limit_of_a_gateway_and_red_goes_first(scene, hosts):
    broadcast = make_wave(priority=Priority.ORDINARY, source="advisory:1")
    people = range(1, 2001)
    add_recipients(
        wave=broadcast, recipients=[recipient(number(n), persons=((n, True),)) for n in people]
    )
    hosts(GUIHANG_TWILIO_RATE=str(RATE))
    scene.wait_accepted(180)
    red = make_wave(90, source="incident:2")
    until(lambda: len(moments(scene, code=red.code)) >= 90, what="the red wave")
    first, *_, last = moments(scene, code=red.code)
    assert_held([t for t in moments(scene) if t <= last], rate=RATE)
    assert first - red.created_at.timestamp() < 2
    # It had the limit nearly to itself.
    assert last - first < 90 / RATE / 0.7
    between = [t for t in moments(scene, code=broadcast.code) if first < t < last]
    assert len(between) <= 0.1 * 90

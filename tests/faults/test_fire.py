"""Everything dies in turn while an alert goes out: nothing lost, repeats bounded, nobody called.

The long forms are `make faults`. They, and the short form, which runs wherever the suite runs on
PostgreSQL and RabbitMQ, kill servers of their own.
"""

import pytest
from django.conf import settings as django_settings

from tests.support.answers import Answers
from tests.support.fire import MOODS, Fire
from tests.support.private import embedded, servers
from tests.support.waves import lease_over

pytestmark = pytest.mark.faults
SEED = 20241217
BROKER = [*["kill_broker"] * 3, "freeze_broker", "wipe_broker"]
OTHERS = [*["stop_database"] * 3, "kill_sweep", *MOODS]
WORKERS = ["worker0", "worker1", "worker2", "worker3"]
SWEEPS = ["sweep1", "sweep2"]
RECOVERS_S = 60
NEITHER = {"pace": 1000, "honour_key": "none"}
KEYED = {"pace": 1000, "honour_key": "all"}


@pytest.fixture
def burnt(django_db_blocker):
    """`burnt(place, senders, count, faults, **knobs)`: the books of one run, everything settled."""

    def run(place, senders, count, faults, *, hasten=False, **knobs):
        with django_db_blocker.unblock(), place as here:
            fire = Fire(here, seed=SEED, senders=senders)
            fire.light(**knobs)
            fire.workers_ready()
            fire.say(count)
            fire.burn(faults)
            if hasten:
                lease_over(fire.wave)
            seconds = fire.wait_settled(seconds=240)
            return fire.books() | {"recovery_seconds": round(seconds, 1)}

    return run


def check(books):
    assert books["lost"] == books["strangers"] == 0
    assert books["duplicates_unflagged"] == 0
    assert books["duplicates"] <= books["duplicate_bound"]
    assert books["recovery_seconds"] <= RECOVERS_S


def record(record_figure, books, prefix=""):
    for name, value in books.items():
        record_figure(f"{prefix}{name}", value)


@pytest.mark.skipif(
    not django_settings.CELERY_BROKER_URL.startswith("amqp") or django_settings.SQLITE,
    reason="the suite runs on the embedded default",
)
def test_in_short(burnt, monkeypatch):
    """The ends of the dead processes' leases are not waited for."""
    monkeypatch.setenv("GUIHANG_IN_DOUBT_SECONDS", "1")
    faults = ["kill_worker", "wipe_broker", "kill_broker", "stop_database", "double_sweep"]
    books = burnt(servers(), WORKERS[:2], 4000, faults, hasten=True, **NEITHER)
    # Ending every lease counts like a stop of the database: who lives loses a window too.
    books["duplicate_bound"] += 2 * django_settings.SEND_WINDOW
    check(books)
    assert books["faults_hit_calling"] == len(faults)


@pytest.mark.long
def test_nothing_is_lost_while_everything_dies(burnt, record_figure):
    faults = [*["kill_worker"] * 20, *BROKER, *OTHERS, "double_sweep"]
    books = burnt(servers(), WORKERS, 100_000, faults, **NEITHER)
    record(record_figure, books)
    check(books)


@pytest.mark.long
def test_provider_that_honours_our_key_delivers_nothing_twice(burnt, record_figure):
    faults = [*["kill_worker"] * 20, *BROKER, *OTHERS, "double_sweep"]
    books = burnt(servers(), WORKERS, 50_000, faults, **KEYED)
    record(record_figure, books, "with_key.")
    record_figure("duplicates_with_key", books["duplicates"])
    check(books)
    assert books["duplicates"] == 0


@pytest.mark.long
def test_without_a_broker_from_start_to_end(burnt, record_figure):
    """Sweeps send, and they are what is killed."""
    faults = [*["kill_worker"] * 20, *OTHERS]
    books = burnt(servers(broker=False), SWEEPS, 100_000, faults, **NEITHER)
    record(record_figure, books, "no_broker.")
    check(books)


@pytest.mark.long
def test_embedded_installation(burnt, record_figure):
    books = burnt(embedded(), WORKERS[:2], 10_000, ["kill_worker"] * 5, **NEITHER)
    record(record_figure, books, "sqlite.")
    check(books)


@pytest.mark.long
def test_no_acknowledged_reply_is_lost(django_db_blocker, record_figure):
    with django_db_blocker.unblock(), servers() as place:
        answers = Answers(place, seed=SEED)
        answers.begin(people=5000)
        faults = [*["kill_web"] * 5, *["stop_database"] * 3, "kill_broker", *["kill_sweep"] * 2]
        books = answers.burn(20_000, faults)
    record(record_figure, books, "replies.")
    record_figure("replies_lost", books["lost"])
    assert books["lost"] == books["unheard"] == 0

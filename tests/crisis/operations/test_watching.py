"""Which living process counts as stuck, and which is not judged because nobody can know."""

import os
import time

import pytest
from django.db import OperationalError

from config.kernel import progress, sweep
from config.kernel.models import Beat
from config.kernel.supervisor import Child, Supervisor
from crisis.operations import processes
from crisis.operations.lookout import Lookout
from crisis.operations.problems import Found, Problem
from crisis.operations.reporting import publish_beats
from crisis.operations.watching import Sight, Watcher

AWAY, WELL = 5.0, 0.0


class Alive:
    pid = 4242
    returncode = None

    def poll(self):
        return None


@pytest.fixture
def now(monkeypatch):
    moment = [10_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])

    def move(seconds):
        moment[0] += seconds

    return move


@pytest.fixture
def watched(tmp_path, now, settings):
    """`watched("worker")`: a watcher of one process that has come up and is well."""
    settings.STALL_SECONDS = 20.0

    def make(kind, **facts):
        child = Child(kind, kind, ["-c", ""], marks=True, process=Alive(), **facts)
        child.board = progress.Board.made_at(tmp_path / "board")
        child.started_at = time.monotonic()
        watcher = Watcher(Supervisor([child]), host="a")
        watcher.database.latest = Sight(False, [])
        now(100)
        child.board.tick()
        return watcher, child

    return make


def is_away(lookout):
    lookout._has_failed = True


@pytest.mark.parametrize("kind", ["worker", "sweep"])
def test_loop_that_stands_still_is_stuck(watched, now, kind):
    watcher, child = watched(kind)
    now(19)
    assert watcher.stuck(child) == ""
    now(2)
    assert "loop" in watcher.stuck(child)


def test_process_that_never_comes_up_is_stuck_after_a_minute(watched, now):
    watcher, child = watched("worker")
    child.board._marks[progress.TICK] = 0.0
    child.started_at = time.monotonic() - 50
    assert watcher.stuck(child) == ""
    now(11)
    assert "come up" in watcher.stuck(child)


def test_hand_that_hangs_at_work_is_stuck_and_one_that_idles_is_not(watched, now):
    watcher, child = watched("worker")
    child.board.mark(0, busy=True)
    child.board.mark(1, busy=False)
    now(21)
    child.board.tick()
    child.board.mark(0)  # a window was handed over
    assert watcher.stuck(child) == ""
    now(21)
    child.board.tick()
    assert "hand 0" in watcher.stuck(child)


def test_lane_that_publishes_has_more_patience(watched, now):
    watcher, child = watched("sweep")
    child.board.mark(sweep.lanes().index("broker"), busy=True)
    now(50)
    child.board.tick()
    assert watcher.stuck(child) == ""
    now(11)
    child.board.tick()
    assert watcher.stuck(child)


def test_nobody_is_blamed_for_hanging_in_a_database_that_is_away(watched, now):
    watcher, child = watched("worker")
    child.board.mark(0, busy=True)
    is_away(watcher.database)
    now(40)
    child.board.tick()
    assert watcher.stuck(child) == ""
    watcher.database._take(Sight(False, []))
    now(19)
    child.board.tick()
    assert watcher.stuck(child) == ""  # it has only just come back
    now(2)
    child.board.tick()
    assert "hand 0" in watcher.stuck(child)


def test_worker_without_a_broker_is_left_alone_but_a_sweep_is_not(watched, now):
    watcher, worker = watched("worker")
    is_away(watcher.broker)
    now(200)
    assert watcher.stuck(worker) == ""
    watcher.broker._take(True)
    now(30)
    assert watcher.stuck(worker) == ""  # kombu waits up to 32 s between two attempts
    now(6)
    assert "loop" in watcher.stuck(worker)
    watcher, sweeper = watched("sweep")
    is_away(watcher.broker)
    now(21)
    assert "loop" in watcher.stuck(sweeper)


def test_worker_that_takes_nothing_while_work_waits_is_deaf(watched, now):
    watcher, child = watched("worker")
    child.board.mark(0, busy=False)
    now(30)
    child.board.tick()
    assert watcher.stuck(child) == ""  # there is nothing to take
    watcher.database.latest = Sight(True, [])
    assert "takes none" in watcher.stuck(child)
    child.board.mark(0, busy=False)  # it took some a moment ago
    assert watcher.stuck(child) == ""
    now(30)
    child.board.tick()
    child.board.mark(0, busy=True)
    assert watcher.stuck(child) == ""  # it is at work
    child.board.mark(0, busy=False)
    now(30)
    child.board.tick()
    is_away(watcher.broker)
    assert watcher.stuck(child) == ""  # it cannot hear


def test_web_server_is_stuck_when_it_says_nothing(watched, now, tmp_path):
    child = processes.web("127.0.0.1:9")
    child.process, child.started_at = Alive(), time.monotonic()
    watcher = Watcher(Supervisor([child]), host="a")
    assert processes.address_of(child) == ("127.0.0.1", 9)
    now(100)
    watcher.servers["web"]._take(True)
    assert watcher.stuck(child) == ""
    is_away(watcher.servers["web"])
    now(21)
    assert watcher.stuck(child)


def test_stuck_one_is_ended_started_and_told(watched, now, monkeypatch):
    watcher, _ = watched("worker")
    ended = []
    monkeypatch.setattr(watcher.supervisor, "kill", ended.append)
    monkeypatch.setattr(watcher.supervisor, "tend", lambda: ended)
    now(21)
    assert watcher.turn() == ["worker"]
    found = watcher.waiting.get_nowait()
    assert (found.problem, found.where) == (Problem.PROCESS_STUCK, "worker@a")
    assert watcher.restarts["worker"] == 1


@pytest.mark.parametrize(
    ("which", "problem"),
    [("database", Problem.DATABASE_AWAY), ("broker", Problem.BROKER_AWAY)],
)
def test_what_is_away_is_told_and_ends_nobody(watched, now, monkeypatch, which, problem):
    watcher, child = watched("worker")
    monkeypatch.setattr(watcher.supervisor, "tend", list)
    is_away(getattr(watcher, which))
    now(21)
    child.board.tick()
    assert watcher.turn() == []
    told = watcher.away if which == "database" else watcher.waiting
    assert told.get_nowait().problem == problem


@pytest.mark.django_db
def test_beats_say_what_the_processes_do_under_one_name_each(watched, now):
    watcher, child = watched("worker")
    child.board.mark(0, busy=True)
    now(3)
    for _ in range(2):
        publish_beats(watcher)
    row = Beat.objects.get(name="worker")
    assert (row.host, row.pid, row.detail["state"]) == ("a", 4242, "up")
    assert row.detail["busy"] == 1
    assert row.did_at is not None
    assert Beat.objects.count() == 2  # and the watcher's own
    now(30)
    publish_beats(watcher)
    assert Beat.objects.get(name="worker").detail["state"] == "stuck"


@pytest.mark.django_db
def test_what_has_waited_is_told_when_the_house_has_settled(watched, now, monkeypatch):
    """Not while it starts, and not in the moment in which the database is back."""
    found = [Found(Problem.UNTAKEN), Found(Problem.OUTBOX_UNSENT), Found(Problem.PROCESS_STUCK)]
    status = type("Status", (), {"found": found})
    monkeypatch.setattr("crisis.operations.watching.read_status", lambda: status)
    monkeypatch.setattr("crisis.operations.watching.close_old_connections", lambda: None)
    watcher, _ = watched("worker")
    told = watcher.waiting
    watcher._began_at = time.monotonic()
    watcher._read_status()
    assert told.empty()
    now(61)
    watcher._read_status()
    assert told.get_nowait().problem == Problem.UNTAKEN
    assert told.empty()  # the others are no page, or its own to tell
    is_away(watcher.database)
    watcher.database._take(Sight(True, []))
    watcher._read_status()
    assert told.empty()
    now(31)
    watcher._read_status()
    assert told.get_nowait().problem == Problem.UNTAKEN


# -- Asking in a thread ------------------------------------------------------------------------


def lookout(ask):
    return Lookout("x", ask, every_s=0.01, failures=(OperationalError,))


def wait_for(condition):
    from tests.support.processes import until

    return until(condition, seconds=10, what="the lookout")


def test_lookout_tells_how_long_an_answer_is_missing():
    answers = [True]

    def ask():
        if not answers:
            raise OperationalError
        return answers[0]

    asking = lookout(ask)
    asking.start()
    wait_for(lambda: asking.latest)
    assert asking.away_s == 0
    assert asking.well_s > 0
    answers.clear()
    wait_for(lambda: asking.away_s)
    assert asking.well_s == 0
    answers.append(True)
    wait_for(lambda: not asking.away_s)
    assert asking.well_s < 10  # and not since ever
    asking.stop()


def test_question_that_hangs_is_left_to_itself(monkeypatch):
    import threading

    monkeypatch.setattr("crisis.operations.lookout.HANGS_S", 0.05)
    hang, asked = threading.Event(), []

    def ask():
        asked.append(threading.get_ident())
        if len(asked) == 1:
            hang.wait()
            return "late"
        return "prompt"

    asking = lookout(ask)
    asking.start()
    wait_for(lambda: asked)
    wait_for(lambda: asking.look() or asking.latest)
    assert asking.latest == "prompt"
    assert len(set(asked)) == 2
    hang.set()
    asking.stop()


def test_process_table_starts_what_it_says():
    assert [child.name for child in processes.workers(2, concurrency=3)] == ["worker1", "worker2"]
    assert processes.workers(0, concurrency=1) == []
    assert processes.worker(concurrency=1).marks
    assert not processes.web("0.0.0.0:8000").marks
    assert processes.address_of(processes.stream("0.0.0.0:8001")) == ("127.0.0.1", 8001)
    assert os.path.basename(processes.sweep().command[0]) == "manage.py"

"""The board: what one process marks, another reads, and nothing of it needs a thread."""

import os
import subprocess
import sys

from config.kernel import progress

CHILD = """
import os
from config.kernel import progress
progress.tick()
progress.be_hand(0)
progress.begin()
if not (pid := os.fork()):
    progress.be_hand(3)
    os._exit(0)
os.waitpid(pid, 0)
"""


def test_child_and_grandchild_mark_what_the_watcher_reads(tmp_path):
    board = progress.Board.made_at(tmp_path / "board")
    assert board.read() == progress.Seen(None, ())
    environment = os.environ | {progress.ENVIRONMENT: str(tmp_path / "board")}
    subprocess.run([sys.executable, "-c", CHILD], check=True, env=environment, cwd=os.getcwd())
    seen = board.read()
    assert seen.tick_s < 30
    assert [(hand.number, hand.busy) for hand in seen.hands] == [(0, True), (3, False)]
    assert seen.busy == 1


def test_hand_is_silent_from_its_last_move(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("config.kernel.progress.time.monotonic", lambda: now[0])
    board = progress.Board.made_at(tmp_path / "board")
    board.mark(0, busy=True)
    now[0] += 5
    assert board.read().hands == (progress.HandSeen(0, True, 5.0),)
    board.mark(0)
    now[0] += 2
    assert board.read().hands == (progress.HandSeen(0, True, 2.0),)
    board.mark(0, busy=False)
    assert board.read().hands == (progress.HandSeen(0, False, 0.0),)


def test_new_process_begins_with_a_clean_board(tmp_path):
    progress.Board.made_at(tmp_path / "board").mark(1, busy=True)
    assert progress.Board.made_at(tmp_path / "board").read().hands == ()


def test_without_a_watcher_marks_go_nowhere_and_break_nothing():
    progress.tick()
    progress.begin()  # no hand of this thread
    progress.moved()
    progress.end()

"""The benchmark of the board runs, in small, and counts what it hears."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from benchmarks.support.watching import answered, spread
from tests.support.processes import ROOT

SMALL = ("--people", "60", "--rate", "40", "--seconds", "1")
TIMES = {
    "open_quiet_ms", "open_ms", "open_ms_p95", "read_ms", "kept_sums_ms", "counting_people_ms",
    "push_bytes", "rows_first_ms", "rows_deep_ms", "map_first_ms", "map_ms", "print_s",
    "first_event_ms",
}  # fmt: skip


@pytest.mark.bench
def test_figures_are_whole_and_true(tmp_path):
    target = tmp_path / "board.json"
    command = [sys.executable, "tools/bench.py", "board", "--json", str(target), *SMALL]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert found["database"] == connection.vendor
    assert found["answers"] == 40
    assert found["pushes_per_s"] > 0
    assert all(found[key] > 0 for key in TIMES)


def test_what_a_push_says_of_the_answered_is_found_in_either_form():
    assert answered({"set": {"contact.answered": 3}}) == 3
    assert answered({"set": {"condition.safe": 3}}) is None
    assert answered({"contact": {"answered": 4}}) == 4


def test_spread_is_of_what_was_measured():
    assert spread("ms", [9.0, 1.0, 5.0]) == {"ms": 5.0, "ms_p95": 9.0}
    with pytest.raises(SystemExit):
        spread("ms", [])

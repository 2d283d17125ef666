"""The benchmark of the allocation runs, in small, and its figures keep the bars."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.allocation import kept
from benchmarks.support.evacuees import problem
from tests.support.processes import ROOT


@pytest.mark.bench
def test_figures_are_whole_and_keep_the_bars(tmp_path):
    target = tmp_path / "allocation.json"
    command = [sys.executable, "tools/bench.py", "allocation", "--json", str(target),
               "--only", "small"]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert (found["small_people"], found["small_transports"]) == (400, 6)
    assert found["small_unserved"] <= found["small_greedy_unserved"]
    assert found["small_bound"] <= found["small_unserved"]


def test_bars_are_missed_by_what_is_worse_than_greedy():
    good = {"small_gap": 0.0, "small_unserved": 5, "small_greedy_unserved": 5,
            "small_broken_rules": 0}  # fmt: skip
    assert kept(good)
    assert not kept(good | {"small_unserved": 6})
    assert not kept(good | {"small_gap": 0.02})
    assert not kept(good | {"small_broken_rules": 1})


def test_made_up_people_are_as_many_as_asked_and_the_same_again():
    stated = problem(people=400, transports=6, seed=1)
    assert sum(unit.size for unit in stated.units) == 400
    assert len(stated.vehicles) == 6
    assert stated == problem(people=400, transports=6, seed=1)

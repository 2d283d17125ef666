"""The benchmark of taking back runs, in small, and finds nobody untold."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.processes import ROOT


@pytest.mark.bench
def test_nobody_is_left_with_the_wrong_alert(tmp_path):
    target = tmp_path / "retract.json"
    command = [
        sys.executable, "tools/bench.py", "retract", "--json", str(target), "--people", "300",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    for act in ("retract", "correct"):
        assert found[f"{act}_had_got_it"] >= 150
        assert found[f"{act}_not_told"] == 0
        assert found[f"{act}_windows_after_the_commit"] == 0
        assert found[f"{act}_seconds_to_100_percent_told"] > 0

"""The benchmark of the status runs, in small."""

import json
import os
import subprocess
import sys

from django.db import connection

from tests.support.processes import ROOT


def test_figures_are_whole(tmp_path):
    target = tmp_path / "status.json"
    command = [sys.executable, "tools/bench.py", "status", "--json", str(target)]
    done = subprocess.run(
        [*command, "--messages", "2000"], cwd=ROOT,
        env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert found["messages"] == 2000
    assert found["database"] == connection.vendor
    assert all(found[key] > 0 for key in ("status_ms", "metrics_ms", "counting_by_state_ms"))

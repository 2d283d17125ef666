"""The benchmark of the manifest runs, in small, and its figures are whole."""

import json
import os
import subprocess
import sys

import pytest

from crisis.evacuation.exports import FORMATS
from tests.support.processes import ROOT


@pytest.mark.bench
def test_figures_are_whole(tmp_path):
    target = tmp_path / "manifest.json"
    command = [sys.executable, "tools/bench.py", "manifest", "--json", str(target),
               "--sizes", "30"]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert found["30_draft_s"] > 0
    for name in FORMATS:
        # Nobody there agreed to tracing partners, so theirs is an empty one.
        assert found[f"30_{name}_bytes"] > (80 if name == "pfif" else 500), name
        assert found[f"30_{name}_peak_mib"] > 30

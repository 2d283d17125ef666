"""The command line on a database that is not ready."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.parametrize("path", ["new.sqlite3", "no/such/folder/x.sqlite3"])
@pytest.mark.parametrize("command", [["audit", "verify"], ["watch", "--workers", "0"]])
def test_database_that_is_not_ready_is_a_sentence(tmp_path, path, command):
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / path}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr

"""The set-up on machines that lack something: one clear sentence, in both languages."""

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def clone(tmp_path):
    """A fresh clone's tools, and a path on which there is a shell but no Python."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dirname").symlink_to(shutil.which("dirname"))
    return tmp_path


def put_python(clone: Path, name: str, body: str) -> None:
    path = clone / "bin" / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def start(clone: Path, *arguments: str):
    return subprocess.run(
        ["/bin/sh", str(clone / "tools" / "start.sh"), *arguments],
        env={"PATH": str(clone / "bin"), "HOME": str(clone)},
        capture_output=True,
        text=True,
    )


def said(done) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_machine_without_python_is_told_so(clone):
    sentence = said(start(clone, "manage.py", "demo"))
    assert "需要 Python 3.11" in sentence
    assert "Python 3.11 or newer is needed" in sentence


def test_python_that_is_too_old_is_told_so(clone):
    put_python(clone, "python3", "exit 1")
    assert "Python 3.11 or newer is needed" in said(start(clone, "manage.py", "demo"))


def test_python_without_venv_is_told_how_to_get_it(clone):
    put_python(clone, "python3", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    assert "apt install python3-venv" in said(start(clone, "manage.py", "demo"))


def test_newer_python_is_taken_where_the_default_is_too_old(clone):
    put_python(clone, "python3", "exit 1")
    put_python(clone, "python3.12", '[ "$1" = -c ] || echo "started $*"')
    assert start(clone, "manage.py", "demo").stdout == "started tools/setup.py manage.py demo\n"


@pytest.fixture
def setup(clone):
    """tools/setup.py as a module of the fresh clone."""
    spec = importlib.util.spec_from_file_location("setup_tool", clone / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_keys_are_made_once_and_for_the_owner_alone(setup):
    setup.write_keys()
    first = setup.read_keys()
    setup.write_keys()
    assert setup.read_keys() == first
    assert stat.S_IMODE(setup.KEYS.stat().st_mode) == 0o600
    assert stat.S_IMODE(setup.KEYS.parent.stat().st_mode) == 0o700


def test_made_keys_satisfy_the_settings(setup, tmp_path):
    setup.write_keys()
    environment = {"PATH": os.environ["PATH"], "GUIHANG_VAR_DIR": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=environment | setup.read_keys(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_packages_are_installed_again_only_when_their_list_changes(setup, clone):
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (clone / name).write_text("one==1.0\n")
    before = setup.fingerprint("runtime"), setup.fingerprint("dev")
    assert before == (setup.fingerprint("runtime"), setup.fingerprint("dev"))
    (clone / "requirements-dev.txt").write_text("two==2.0\n")
    assert setup.fingerprint("runtime") == before[0]
    assert setup.fingerprint("dev") != before[1]

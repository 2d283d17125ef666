"""Settings from the environment: what cannot be used is one sentence, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import KEYS, key

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = [sys.executable, "-c", "import config.settings"]


def start(tmp_path, **changes):
    """Read the settings in a fresh process; None takes a variable away."""
    environment = {"PATH": os.environ["PATH"], "GUIHANG_VAR_DIR": str(tmp_path), **KEYS, **changes}
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(SETTINGS, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_settings_start_with_keys_alone(tmp_path):
    done = start(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(KEYS))
def test_missing_key_ends_the_start_with_one_sentence(tmp_path, name):
    refused(start(tmp_path, **{name: None}), name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GUIHANG_MODE", "test"),
        ("GUIHANG_FIELD_KEYS", "x:" + key("a")),
        ("GUIHANG_FIELD_KEYS", "0:" + key("a")),
        ("GUIHANG_FIELD_KEYS", "256:" + key("a")),
        ("GUIHANG_FIELD_KEYS", "²:" + key("a")),
        ("GUIHANG_FIELD_KEYS", "1:c2hvcnQ="),
        ("GUIHANG_INDEX_KEY", "not base64!"),
        ("GUIHANG_INDEX_KEY", "密钥"),
        ("GUIHANG_LINK_KEY", ""),
        ("GUIHANG_TWO_PERSON_THRESHOLD", "many"),
        ("GUIHANG_DEBUG", "perhaps"),
        ("DATABASE_URL", "oracle+oracle://somewhere"),
        ("DATABASE_URL", "postgres://user:password@host:port/name"),
    ],
)
def test_unusable_value_ends_the_start_with_one_sentence(tmp_path, name, value):
    refused(start(tmp_path, **{name: value}), name)


def refused(done, name):
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_refusal_shows_no_secret(tmp_path):
    done = start(tmp_path, GUIHANG_INDEX_KEY="c2hvcnQ=")
    assert "c2hvcnQ=" not in done.stderr


def test_highest_field_key_is_the_newest(tmp_path):
    from config.environment import read_field_keys

    os.environ["GUIHANG_TEST_KEYS"] = f"9:{key('n')}, 2:{key('o')}"
    try:
        assert max(read_field_keys("GUIHANG_TEST_KEYS")) == 9
    finally:
        del os.environ["GUIHANG_TEST_KEYS"]

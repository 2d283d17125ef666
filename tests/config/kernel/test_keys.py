"""A key that is missing, broken or the wrong one ends the start with a sentence."""

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from config.kernel import encryption, keys
from config.kernel.errors import DomainError
from config.kernel.installation import hold_at_start
from config.kernel.models import KeyProof
from tests.support.environment import key
from tests.support.processes import ROOT, database_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_ciphers(db: None) -> Any:
    keys.note_keys()
    encryption._cipher.cache_clear()
    yield
    encryption._cipher.cache_clear()


def said() -> str:
    return " ".join(keys.problems())


def test_the_right_keys_start() -> None:
    assert said() == ""
    hold_at_start()
    assert set(KeyProof.objects.values_list("name", flat=True)) == {
        "field:1", "field:2", "index", "link",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"FIELD_KEYS": {1: b"a" * 32, 2: b"x" * 32}}, "not the key 2 of this database"),
        ({"FIELD_KEYS": {2: b"b" * 32}}, "has no key 1"),
        ({"INDEX_KEY": b"x" * 32}, "GUIHANG_INDEX_KEY is not the index key"),
        ({"LINK_KEY": b"x" * 32}, "--accept-link-key"),
    ],
)
def test_a_wrong_key_is_named_with_its_remedy(wrong: dict[str, Any], words: str) -> None:
    with override_settings(**wrong):
        assert words in said()
        with pytest.raises(DomainError, match=words):
            hold_at_start()


def test_a_new_key_is_remembered_from_the_first_start_on() -> None:
    with override_settings(FIELD_KEYS={1: b"a" * 32, 2: b"b" * 32, 3: b"c" * 32}):
        hold_at_start()
    encryption._cipher.cache_clear()
    with override_settings(FIELD_KEYS={1: b"a" * 32, 2: b"b" * 32, 3: b"d" * 32}):
        assert "not the key 3" in said()


def test_a_retired_key_may_go_and_does_not_come_back_as_the_newest() -> None:
    keys.retire(1)
    with override_settings(FIELD_KEYS={2: b"b" * 32}):
        assert said() == ""
    keys.note_keys()
    assert keys.retired() == {"field:1"}
    with override_settings(FIELD_KEYS={1: b"a" * 32}):
        assert "was retired" in said()


def test_a_link_key_can_be_given_up_on_purpose() -> None:
    with override_settings(LINK_KEY=b"x" * 32):
        keys.accept_link_key()
        assert said() == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GUIHANG_FIELD_KEYS", None, "GUIHANG_FIELD_KEYS"),
        ("GUIHANG_FIELD_KEYS", "1:c2hvcnQ=", "32 are needed"),
        ("GUIHANG_FIELD_KEYS", "eins:" + key("a"), "is not a key id"),
        ("GUIHANG_INDEX_KEY", "?", "is not base64"),
        ("GUIHANG_LINK_KEY", None, "GUIHANG_LINK_KEY"),
    ],
)
def test_a_missing_or_broken_key_ends_the_start_in_one_sentence(
    name: str, value: str | None, words: str
) -> None:
    code, said = start(name, value)
    assert code == 1
    assert words in said
    assert "Traceback" not in said


@pytest.mark.django_db(transaction=True)
def test_a_wrong_key_stops_every_command_before_it_writes() -> None:
    code, said = start("GUIHANG_FIELD_KEYS", f"1:{key('a')},2:{key('x')}")
    assert code == 1
    assert "guihang.E005" in said
    assert "not the key 2" in said


def start(name: str, value: str | None) -> tuple[int, str]:
    """`manage.py status` with one setting changed."""
    environment = os.environ | {"DATABASE_URL": database_url()}
    environment.pop(name)
    if value is not None:
        environment[name] = value
    done = subprocess.run(
        [sys.executable, "manage.py", "audit", "head"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_said_where_there_is_no_table_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse() -> Any:
        raise OperationalError("no such table")

    monkeypatch.setattr(keys, "problems", refuse)
    elsewhere = SimpleNamespace(
        in_atomic_block=False, close=lambda: None, settings_dict=connection.settings_dict
    )
    monkeypatch.setattr(keys, "connection", elsewhere)
    assert keys.check_keys() == []

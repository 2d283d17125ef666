"""A key that is missing, broken or the wrong one ends the start with a sentence."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import BinaryField
from django.test import override_settings

from config.kernel import clock, encryption, keys, reindexing
from config.kernel.errors import DomainError
from config.kernel.installation import hold_at_start
from config.kernel.models import Beat, KeyProof
from notifications.models import Delivery, Reply
from notifications.services import inbox
from registry.selectors.people import find_by_document, find_by_phone
from registry.services.people import add_emergency_contact
from tests.support.environment import key
from tests.support.processes import ROOT, database_url
from tests.support.pushes import reply_form, store
from tests.support.scene import settle
from tests.support.waves import make_wave, number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_ciphers(db: None) -> Any:
    keys.note_keys()
    encryption._cipher.cache_clear()
    yield
    encryption._cipher.cache_clear()


def said() -> str:
    return " ".join(sentence for _, sentence in keys.problems())


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
        keys.accept("link")
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


# -- Changing the index key ------------------------------------------------------------------


NEW_INDEX = {"INDEX_KEY": b"n" * 32, "INDEX_KEY_BEFORE": b"i" * 32}


def indexes() -> dict[str, list[bytes]]:
    return {
        column.name: [
            bytes(value or b"")
            for value in column.model._base_manager.order_by("pk").values_list(
                column.index, flat=True
            )
        ]
        for column in reindexing.columns()
    }


@pytest.fixture
def indexed(held_clock: object) -> Any:
    """Somebody with every index there is, alerted and answering."""
    person = settle("王小明", phone=number(1), openid="oWang0123456789abcdefghijklm",
                    document_number="E12345678")  # fmt: skip
    add_emergency_contact(person=person, name="某", relation="母", phone="+8613800138000")
    make_wave(1)
    Delivery.objects.update(called_at=clock.now())
    store(reply_form(number(1), "1"))
    inbox.work_inbox()
    delivery = Delivery.objects.get()
    Reply.objects.create(
        via="link", delivery=delivery, address_index=delivery.address_index, meaning="safe",
        state="matched", answered_at=clock.now(), received_at=clock.now(),
    )  # fmt: skip
    return person


def test_a_new_index_key_is_computed_through_and_only_then_starts(indexed: Any) -> None:
    before = indexes()
    with override_settings(**NEW_INDEX):
        assert "rotate_keys --index" in said()
        with pytest.raises(DomainError, match="being changed"):
            hold_at_start()
        with pytest.raises(CommandError, match="being changed"):
            call_command("rotate_keys")
        call_command("rotate_keys", "--index", "--batch", "1", stdout=StringIO())
        assert said() == ""
        assert list(find_by_phone(number(1))) == [indexed]
        assert list(find_by_document("E12345678")) == [indexed]
        after = indexes()
        assert all(set(after[name]).isdisjoint(before[name]) for name in before)
        delivery = Delivery.objects.get()
        assert {bytes(r.address_index) for r in Reply.objects.all()} == {
            bytes(delivery.address_index)
        }
        call_command("rotate_keys", "--index", stdout=StringIO())  # killed at the end, say
        assert indexes() == after


def test_an_index_key_is_not_changed_while_processes_run(indexed: Any) -> None:
    now = clock.real_now()
    Beat.objects.create(host="a", name="worker", kind="worker", pid=1, beaten_at=now,
                        started_at=now - timedelta(hours=1))  # fmt: skip
    with override_settings(**NEW_INDEX), pytest.raises(CommandError, match="worker@a"):
        call_command("rotate_keys", "--index", stdout=StringIO())


def test_every_blind_index_is_known() -> None:
    """What looks like one is computed anew, or lives for minutes only."""
    minutes_only = ("onetimecode", "wechatbinding", "wechatsignin")
    short_lived = {f"citizens_{table}.address_index" for table in minutes_only}
    columns = {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, BinaryField) and field.name.endswith("_index")
    }
    assert columns == {column.name for column in reindexing.columns()} | short_lived


@pytest.mark.django_db(transaction=True)
def test_a_link_key_is_given_up_from_the_command_line() -> None:
    other = {"GUIHANG_LINK_KEY": key("x"), "DATABASE_URL": database_url()}
    done = subprocess.run(
        [sys.executable, "manage.py", "rotate_keys", "--accept-link-key"],
        cwd=ROOT, env=os.environ | other, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "accepted" in done.stdout
    assert "GUIHANG_LINK_KEY" in said()

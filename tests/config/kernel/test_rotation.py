"""Rotation: everything opens before, during and after, whoever writes meanwhile."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel import clock, encryption, keys, rotation, scanning
from config.kernel.models import AuditEntry, Beat
from notifications.models import Delivery, Inbound, ProviderToken, Reply
from registry.models import Consent, ContactPoint, EmergencyContact, Person
from tests.support.scene import settle
from tests.support.waves import make_wave

pytestmark = pytest.mark.django_db
OLD, NEW = {1: b"a" * 32, 2: b"b" * 32}, {1: b"a" * 32, 2: b"b" * 32, 3: b"c" * 32}


@pytest.fixture
def rows(settings: Any, held_clock: object) -> Iterator[list[Person]]:
    """People and messages sealed with key 2; from now on 3 is the newest."""
    settings.FIELD_KEYS = OLD
    people = [
        settle(f"旋{n}", phone=f"+67855502{n:02d}", document_number=f"E{n:07d}", health_note="糖")
        for n in range(7)
    ]
    make_wave(5)
    ProviderToken.objects.create(gateway="wechat", token="t", expires_at=clock.now(),
                                 renewed_at=clock.now())  # fmt: skip
    settings.FIELD_KEYS = NEW
    keys.note_keys()
    yield people
    encryption._cipher.cache_clear()


def rotate(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def table_of(model: Any) -> rotation.Table:
    return next(table for table in rotation.sealed_tables() if table.model is model)


def test_every_sealed_column_of_every_app_is_known() -> None:
    models = {table.model for table in rotation.sealed_tables()}
    assert {Person, ContactPoint, EmergencyContact, Delivery, Inbound, Reply} <= models
    assert Consent not in models
    person = table_of(Person)
    assert {f.name for f in person.fields} == {
        "document_number", "health_note", "blood_type", "due_on", "insurance_policy",
    }  # fmt: skip


def test_everything_is_sealed_anew_and_reads_as_before(rows: list[Person]) -> None:
    before = list(Person.objects.order_by("pk").values_list("document_number", "health_note"))
    addresses = sorted(Delivery.objects.values_list("address", flat=True))
    out = rotate("--batch", "3")
    assert rotation.needing(2) == {}
    assert rotation.needing(3)["registry_person"] == 7
    after = Person.objects.order_by("pk").values_list("document_number", "health_note")
    assert list(after) == before
    assert sorted(Delivery.objects.values_list("address", flat=True)) == addresses
    assert ProviderToken.objects.get().token == "t"
    assert "registry_person: 7 sealed anew, 0 to go" in out
    assert AuditEntry.objects.get(act="keys.rotated").detail["rows"] == 20


def test_a_second_run_finds_nothing_to_do(rows: list[Person]) -> None:
    rotate()
    assert "done: 0 rows" in rotate()


def test_who_is_stopped_anywhere_is_followed_by_whoever_comes(rows: list[Person]) -> None:
    for _ in range(5):
        for table in rotation.sealed_tables():
            next(rotation.rotate(table, size=1), None)  # one piece, then it dies
    assert rotation.needing(2)
    rotate("--batch", "2")
    assert rotation.needing(2) == {}
    assert {p.document_number for p in Person.objects.all()} == {f"E{n:07d}" for n in range(7)}


def test_a_value_that_does_not_open_is_named_and_left(rows: list[Person]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_person SET health_note = %s WHERE id = %s",
            [b"\x02" + b"x" * 40, rows[3].pk],
        )
    with pytest.raises(CommandError, match=rf"registry_person \[{rows[3].pk}\]"):
        rotate("--batch", "2")
    assert rotation.needing(2) == {"registry_person": 1}


def test_a_key_that_is_needed_is_not_retired(rows: list[Person]) -> None:
    with pytest.raises(CommandError, match=r"still needed: .*registry_person 7"):
        rotate("--retire", "2")
    with pytest.raises(CommandError, match="the one that seals"):
        rotate("--retire", "3")
    rotate()
    assert "take it out" in rotate("--retire", "2")
    assert "field:2" in keys.retired()


def test_a_key_is_not_retired_while_an_older_process_may_use_it(rows: list[Person]) -> None:
    rotate()
    now = clock.real_now()
    Beat.objects.create(host="a", name="worker", kind="worker", pid=1, beaten_at=now,
                        started_at=now - timedelta(hours=1))  # fmt: skip
    with pytest.raises(CommandError, match="worker@a"):
        rotate("--retire", "2")
    Beat.objects.update(started_at=now + timedelta(seconds=1))
    rotate("--retire", "2")


def test_status_counts_without_changing(rows: list[Person]) -> None:
    out = rotate("--status")
    assert "key 3: nothing" in out
    assert "registry_person 7" in out
    assert len(rotation.needing(2)) >= 3


@hypothesis_settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from("wrp")), max_size=12))
def test_no_write_is_lost_between_two_pieces(acts: list[tuple[int, str]]) -> None:
    """Somebody writes with the old or the new key between any two pieces: what they wrote last is
    what is read."""
    from django.conf import settings
    from django.test import override_settings

    wanted: dict[int, str] = {}
    with override_settings(FIELD_KEYS=OLD):
        people = [Person.objects.create(name=f"写{n}", registered_at=clock.now()) for n in range(7)]
        ids = [person.pk for person in people]
        for n, pk in enumerate(ids):
            Person.objects.filter(pk=pk).update(health_note=f"原{n}")
            wanted[pk] = f"原{n}"
    with override_settings(FIELD_KEYS=NEW):
        pieces = rotation.rotate(table_of(Person), size=2)
        for step, (n, how) in enumerate(acts):
            next(pieces, None)
            with override_settings(FIELD_KEYS=OLD if how == "r" else settings.FIELD_KEYS):
                if how != "p":
                    Person.objects.filter(pk=ids[n]).update(health_note=f"新{step}")
                    wanted[ids[n]] = f"新{step}"
        list(pieces)
        list(rotation.rotate(table_of(Person)))  # as the command: until a round finds nothing
        found = dict(Person.objects.filter(pk__in=ids).values_list("pk", "health_note"))
        assert found == wanted
        assert scanning.count_where(Person, table_of(Person).stale(3)) == 0
        Person.objects.filter(pk__in=ids).delete()
    encryption._cipher.cache_clear()

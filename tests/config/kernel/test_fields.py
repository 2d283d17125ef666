"""The encrypted field, on a real column of the database under test."""

import pytest
from django.db import connection

from config.kernel import clock
from config.kernel.encryption import UnreadableValue
from registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(held_clock):
    return Person.objects.create(
        name="王小明", document_number="E12345678", registered_at=clock.now()
    )


def stored(column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM registry_person")  # noqa: S608
        return bytes(cursor.fetchone()[0])


def test_value_is_read_back(person):
    assert Person.objects.get().document_number == "E12345678"
    assert Person.objects.values_list("document_number", flat=True).get() == "E12345678"


def test_database_holds_no_plain_text(person):
    assert b"E12345678" not in stored("document_number")


def test_empty_text_stays_empty(person):
    assert stored("health_note") == b""
    assert Person.objects.get().health_note == ""


def test_bulk_update_seals_too(person):
    person.document_number = "E87654321"
    Person.objects.bulk_update([person], ["document_number"])
    assert b"E87654321" not in stored("document_number")
    assert Person.objects.get().document_number == "E87654321"


def test_bytes_copied_to_another_column_do_not_open(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET health_note = document_number")
    with pytest.raises(UnreadableValue):
        Person.objects.get()
    assert Person.objects.only("document_number").get().document_number == "E12345678"


def test_row_of_a_plaintext_import_is_refused(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET document_number = %s", [b"E12345678"])
    with pytest.raises(UnreadableValue):
        Person.objects.get()


def test_field_can_be_reconstructed_by_migrations():
    field = Person._meta.get_field("document_number")
    _, path, _, options = field.deconstruct()
    assert path == "config.kernel.fields.EncryptedTextField"
    assert options["purpose"] == "registry.person.document_number"

"""The audit chain: what breaks it is found, and the database refuses to break it."""

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from config.kernel import audit
from config.kernel.audit import record
from config.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(held_clock):
    """Twenty entries that differ in everything an entry has."""
    for number in range(20):
        held_clock(61.5)
        record(
            actor=f"officer{number % 3}",
            act=random.Random(number).choice(["declare", "view_person", "export"]),
            subject=f"incident:{number}",
            figure=number,
            names=["一", "二"],
        )
    return list(AuditEntry.objects.all())


def test_numbers_have_no_gaps(chain):
    assert [entry.number for entry in chain] == list(range(1, 21))
    assert audit.first_broken() is None


def test_chain_is_whole_after_reading_it_back(held_clock):
    record(actor="sweep", act="expand", nested={"b": [1, 2.5, None], "a": "维拉港"})
    assert audit.first_broken() is None


def test_rolled_back_act_leaves_no_entry_and_no_gap(chain):
    def declare_and_fail():
        with transaction.atomic():
            record(actor="officer", act="declare")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        declare_and_fail()
    assert record(actor="officer", act="declare").number == 21
    assert audit.first_broken() is None


MUTATIONS = {
    "at": lambda entry: entry.at + timedelta(microseconds=1),
    "actor": lambda entry: entry.actor + "x",
    "act": lambda entry: entry.act[:-1],
    "subject": lambda entry: entry.subject + "0",
    "detail": lambda entry: {**entry.detail, "figure": -1},
    "digest": lambda entry: bytes(reversed(bytes(entry.digest))),
}


@pytest.mark.parametrize("seed", range(30))
def test_random_change_is_found_where_it_was_made(chain, seed):
    chance = random.Random(seed)
    entry, field = chance.choice(chain), chance.choice(sorted(MUTATIONS))
    change = {field: MUTATIONS[field](entry)}
    AuditEntry.objects.filter(number=entry.number).update(**change)
    assert audit.first_broken() == entry.number


@pytest.mark.parametrize("number", [1, 7, 19])
def test_removed_entry_is_found(chain, number):
    AuditEntry.objects.filter(number=number).delete()
    assert audit.first_broken() == number


def test_swapped_entries_are_found(chain):
    third, fourth = chain[2], chain[3]
    AuditEntry.objects.filter(number=3).update(act="x", digest=fourth.digest)
    AuditEntry.objects.filter(number=4).update(digest=third.digest)
    assert audit.first_broken() == 3


def test_cut_off_tail_is_found_against_a_noted_head(chain):
    noted = audit.head()
    AuditEntry.objects.filter(number__gt=15).delete()
    assert audit.first_broken() is None  # a shorter chain is a chain…
    assert audit.head() != noted  # …which is why the head is noted elsewhere


def test_head_of_an_empty_log_is_the_genesis():
    assert audit.head() == (0, "00" * 32)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_auditentry SET actor = 'nobody' WHERE number = 1",
        "DELETE FROM kernel_auditentry WHERE number = 1",
    ],
)
def test_database_refuses_to_change_the_log(chain, audit_guard, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert audit.first_broken() is None


def test_database_refuses_to_truncate_the_log(chain, audit_guard):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE: DELETE is refused above")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE kernel_auditentry")


def test_log_still_grows_under_guard(chain, audit_guard):
    record(actor="officer", act="declare")
    assert audit.first_broken() is None

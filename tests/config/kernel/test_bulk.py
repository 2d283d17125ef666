"""Thousands of rows in one statement, the same on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from config.kernel import bulk
from registry.models import Person, Whereabouts

THEN = datetime(2024, 12, 17, 1, 47, 25, 123456, tzinfo=UTC)
COLUMNS = (
    "person", "kind", "latitude", "longitude", "accuracy_m", "band", "country", "city", "address",
    "recorded_at",
)  # fmt: skip
# Whatever an array literal could trip over: quotes, backslashes, commas, braces, NULL, nothing.
CITIES = ["维拉港", 'a "quoted" one', "back\\slash", "{a,b}", "NULL", "", "l'île", " x "]


@pytest.fixture
def people(db):
    return [Person.objects.create(name=name or "-", registered_at=THEN) for name in CITIES]


def row(person, city, *, latitude=None, sealed=b"", recorded_at=THEN):
    point = (None,) * 4 if latitude is None else (latitude, 168.1, 500.0, int(latitude * 20 // 1))
    return (person.pk, "residence", *point, "VU", city, sealed, recorded_at)


def stored(*columns):
    return list(Whereabouts.objects.order_by("person").values_list(*columns))


def raw_addresses():
    """The column as it is stored; the field would open it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM registry_whereabouts ORDER BY person_id")
        return [bytes(value) for (value,) in cursor.fetchall()]


def test_every_text_comes_back_as_it_was_given(people):
    rows = [row(person, city) for person, city in zip(people, CITIES, strict=True)]
    assert bulk.insert(Whereabouts, COLUMNS, rows) == len(CITIES)
    assert stored("city") == [(city,) for city in CITIES]


def test_plain_texts_that_differ_come_back(people):
    rows = [row(person, f"城{n}") for n, person in enumerate(people)]
    bulk.insert(Whereabouts, COLUMNS, rows)
    assert stored("city") == [(f"城{n}",) for n in range(len(people))]


def test_numbers_bytes_and_moments_that_differ_come_back(people):
    rows = [
        row(person, "", latitude=-17.1234567890123 - n, sealed=bytes([n, 0, 255, 92, 34]),
            recorded_at=THEN + timedelta(microseconds=n))
        for n, person in enumerate(people)
    ]  # fmt: skip
    bulk.insert(Whereabouts, COLUMNS, rows)
    assert stored("latitude", "recorded_at") == [(r[2], r[-1]) for r in rows]
    assert raw_addresses() == [r[-2] for r in rows]


def test_nothing_beside_something_stays_nothing(people):
    rows = [row(people[0], "", latitude=-17.5), row(people[1], "")]
    bulk.insert(Whereabouts, COLUMNS, rows)
    assert stored("latitude") == [(-17.5,), (None,)]


def test_row_that_breaks_a_unique_key_is_passed_over(people):
    assert bulk.insert(Whereabouts, COLUMNS, [row(people[0], "first")]) == 1
    rows = [row(people[0], "second"), row(people[1], "third")]
    assert bulk.insert(Whereabouts, COLUMNS, rows) == 1
    assert stored("city") == [("first",), ("third",)]


def test_single_row_comes_back_and_is_written_once(people):
    sealed = bytes([0, 255, 92, 34])
    only = row(people[0], CITIES[1], latitude=-17.5, sealed=sealed)
    assert bulk.insert_one(Whereabouts, COLUMNS, only) is True
    assert bulk.insert_one(Whereabouts, COLUMNS, row(people[0], "second")) is False
    assert stored("city", "latitude", "recorded_at") == [(CITIES[1], -17.5, THEN)]
    assert raw_addresses() == [sealed]


def test_new_keys_are_free_and_stay_taken(people):
    bulk.insert_one(Whereabouts, COLUMNS, row(people[0], "before"))
    keys = bulk.new_ids(Whereabouts, 2)
    rows = [(pk, *row(person, "ours")) for pk, person in zip(keys, people[1:3], strict=True)]
    assert bulk.insert(Whereabouts, ("id", *COLUMNS), rows) == 2
    bulk.insert_one(Whereabouts, COLUMNS, row(people[3], "after"))
    assert len({pk for (pk,) in stored("pk")}) == 4
    assert [pk for (pk,) in stored("pk")][1:3] == keys


def test_update_reaches_the_rows_that_fulfil_its_guard(people):
    bulk.insert(Whereabouts, COLUMNS, [row(p, "old") for p in people[:3]])
    ids = [pk for (pk,) in stored("pk")]
    changed = bulk.update(
        Whereabouts,
        ("id", "city", "country"),
        [(pk, f"new {n}", "FJ") for n, pk in enumerate(ids)],
        where="t.person_id <> %s",
        params=[people[1].pk],
    )
    assert changed == 2
    assert stored("city", "country") == [("new 0", "FJ"), ("old", "VU"), ("new 2", "FJ")]


def test_no_rows_are_no_statement(people, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert bulk.insert(Whereabouts, COLUMNS, []) == 0
        assert bulk.update(Whereabouts, ("id", "city"), []) == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's")
def test_plan_made_for_an_empty_table_is_not_kept(people):
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_custom_plan",)


def test_what_runs_together_guards_the_last(people):
    found = bulk.Statement("SELECT 1 FROM registry_person WHERE id = %s", [people[0].pk])
    renamed = bulk.change(Person, ("id", "name"), [(people[1].pk, "另一位")])
    guard = "EXISTS (SELECT FROM found)" if connection.vendor == "postgresql" else "TRUE"
    last = bulk.Statement(
        "UPDATE registry_person SET name = %s"  # noqa: S608 - no value of anybody's
        f" WHERE {bulk.among('id')} AND {guard} RETURNING id",
        ["改名", bulk.numbers([people[2].pk])],
    )
    assert bulk.run_together(last, found=found, renamed=renamed).rows == [(people[2].pk,)]
    names = Person.objects.filter(pk__in=[p.pk for p in people[1:3]]).order_by("pk")
    assert [person.name for person in names] == ["另一位", "改名"]


def test_only_the_named_key_is_looked_for(people):
    columns = ("id", *COLUMNS)
    assert bulk.insert(Whereabouts, columns, [(901, *row(people[0], "first"))], once=("id",)) == 1
    assert bulk.insert(Whereabouts, columns, [(901, *row(people[1], "second"))], once=("id",)) == 0
    with pytest.raises(IntegrityError), transaction.atomic():  # one residence a person
        bulk.insert(Whereabouts, columns, [(902, *row(people[0], "third"))], once=("id",))
    assert stored("city") == [("first",)]


def test_row_written_anew_that_is_there_already_is_an_error(people):
    bulk.insert(Whereabouts, COLUMNS, [row(people[0], "first")])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Whereabouts, COLUMNS, [row(people[0], "second")], anew=True)


def test_value_that_is_the_same_for_all_is_given_once(people):
    rows = [row(person, "")[:-1] for person in people]
    bulk.insert(Whereabouts, COLUMNS[:-1], rows, same={"recorded_at": THEN})
    assert set(stored("recorded_at")) == {(THEN,)}


@pytest.mark.parametrize("moment", [THEN, THEN + timedelta(days=1)])
def test_days_and_texts_come_back_beside_nothing(people, moment):
    """A column that is empty in some rows, of every kind that comes so."""
    values = [None if n % 3 == 0 else moment.date() for n in range(len(CITIES))]
    rows = [
        (name or "-", moment, value, None if value is None else f"ref:{name}",
         None if value is None else name.encode())
        for name, value in zip(CITIES, values, strict=True)
    ]  # fmt: skip
    columns = ("name", "registered_at", "birth_date", "external_ref", "document_index")
    empty = {f.name: f.get_default() for f in Person._meta.concrete_fields
             if not f.null and f.name not in (*columns, "id")}  # fmt: skip
    empty |= {name: b"" for name, value in empty.items() if value == "" and is_sealed(name)}
    empty |= {"needs": "[]", "obstacles": "[]"}
    Person.objects.all().delete()
    assert bulk.insert(Person, columns, rows, same=empty, anew=True) == len(rows)
    stored = Person.objects.order_by("pk").values_list("birth_date", "external_ref")
    assert list(stored) == [(row[2], row[3]) for row in rows]


def is_sealed(name):
    return Person._meta.get_field(name).get_internal_type() == "BinaryField"


def test_large_values_arrive_byte_by_byte(people):
    rows = [
        row(person, "", sealed=bytes([number]) * 100_000) for number, person in enumerate(people)
    ]
    bulk.insert_large(Whereabouts, COLUMNS, rows)
    assert raw_addresses() == [sealed for *_, sealed, _ in rows]


def test_large_row_that_breaks_a_key_is_an_error(people):
    columns = ("id", *COLUMNS)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert_large(Whereabouts, columns, [(1, *row(people[0], ""))] * 2)

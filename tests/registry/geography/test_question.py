"""Questions to PostgreSQL: values there and back, errors as Django tells them, transactions."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from threading import Event, Thread
from time import perf_counter

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg.pq import TransactionStatus

from registry.geography.question import (
    FLOAT8_ARRAY,
    INT2_ARRAY,
    INT4,
    TIMESTAMPTZ,
    Question,
    ask,
)

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="asks PostgreSQL in its own form"
)
HALVED = Question("SELECT (100 / $1)::text", (INT4,))


def texts(statement, *forms_and_values):
    forms, values = zip(*forms_and_values, strict=True)
    return [told and told.decode() for told in ask(Question(statement, forms), *values)]


@pytest.mark.django_db
def test_values_arrive_as_they_were():
    moment = datetime(1999, 12, 17, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=11)))
    assert texts(
        "SELECT $1::text, $2::text, $3::text, ($4 AT TIME ZONE 'UTC')::text",
        (INT4, -7),
        (INT2_ARRAY, [3, -4]),
        (FLOAT8_ARRAY, [0.1, -17.74]),
        (TIMESTAMPTZ, moment),
    ) == ["-7", "{3,-4}", "{0.1,-17.74}", "1999-12-16 16:04:05.678901"]


@pytest.mark.django_db
def test_arrays_may_be_empty_and_answers_null():
    question = "SELECT cardinality($1)::text, NULL::text"
    assert texts(question, (INT2_ARRAY, [])) == ["0", None]


@pytest.mark.django_db
def test_answer_that_takes_long_is_waited_for():
    assert texts("SELECT pg_sleep($1[1])::text || 'done'", (FLOAT8_ARRAY, [0.05])) == ["done"]


@pytest.mark.django_db
def test_others_go_on_while_an_answer_is_waited_for():
    """Pages share their process with a search that waits for a lock."""
    done = Event()
    moments = [perf_counter()]

    def go_on():
        while not done.wait(0.005):
            moments.append(perf_counter())

    other = Thread(target=go_on)
    other.start()
    texts("SELECT pg_sleep($1[1])::text", (FLOAT8_ARRAY, [0.5]))
    done.set()
    other.join()
    assert max(later - sooner for sooner, later in pairwise(moments)) < 0.3


@pytest.mark.django_db
def test_refusal_is_told_as_django_does_and_the_next_question_is_answered():
    with pytest.raises(DatabaseError, match="division by zero"), transaction.atomic():
        ask(HALVED, 0)
    assert ask(HALVED, 2) == [b"50"]


@pytest.mark.django_db(transaction=True)
def test_question_begins_the_transaction_it_is_asked_in():
    with transaction.atomic():
        ask(HALVED, 5)
        status = connection.connection.pgconn.transaction_status
        assert status == TransactionStatus.INTRANS
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE


@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_told_and_the_next_one_answers():
    ask(HALVED, 2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    other.close()
    with pytest.raises(OperationalError):
        ask(HALVED, 2)
    connection.close()
    assert ask(HALVED, 4) == [b"25"]


@pytest.mark.django_db
def test_moment_without_a_zone_is_refused():
    with pytest.raises(TypeError):
        ask(Question("SELECT $1::text", (TIMESTAMPTZ,)), datetime(2024, 12, 17))

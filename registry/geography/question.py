"""A question to PostgreSQL in its own binary form, past psycopg's cursor.

A small search is over in a tenth of a millisecond in the server; to adapt its parameters, to drive
a cursor, to sleep and to be woken took three times as long. What is asked here takes one exchange
of libpq, which psycopg opens as `Connection.pgconn`: docs/decisions/a-small-search-stays-awake.md
"""

import os
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from time import perf_counter
from typing import Any, NamedTuple

import psycopg
from django.db import connection
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from registry.geography.binary import ARRAY_HEADER

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# To sleep and be woken takes longer than a small search: so long its answer is awaited awake,
# giving way to whoever else wants the processor.
_AWAKE_S = 0.001
_MICROSECOND = timedelta(microseconds=1)


class Form(NamedTuple):
    """A type of PostgreSQL: its number, and a value of it as the server reads it."""

    number: int
    encode: Callable[[Any], bytes]


def _array(element: int, size: int, letter: str) -> Callable[[Sequence[Any]], bytes]:
    """Of few elements; each has its size in bytes before it."""

    def encode(values: Sequence[Any]) -> bytes:
        count = len(values)
        items = chain.from_iterable(zip(repeat(size, count), values, strict=True))
        header = ARRAY_HEADER.pack(1, 0, element, count, 1)
        return header + struct.pack(">" + count * f"i{letter}", *items)

    return encode


def _since_2000(moment: datetime) -> bytes:
    return struct.pack(">q", (moment - _EPOCH) // _MICROSECOND)


INT4 = Form(23, struct.Struct(">i").pack)
TIMESTAMPTZ = Form(1184, _since_2000)
INT2_ARRAY = Form(1005, _array(21, 2, "h"))
FLOAT8_ARRAY = Form(1022, _array(701, 8, "d"))


class Question(NamedTuple):
    """A statement with $1, $2 … and the forms of these."""

    statement: str
    forms: tuple[Form, ...]


def ask(question: Question, *values: Any) -> list[bytes | None]:
    """The columns of the first row of the answer, in binary.

    Raises the errors of Django's cursor. Wrappers of Django's execution do not see it.
    """
    encoded = [form.encode(value) for form, value in zip(question.forms, values, strict=True)]
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    server = connection.connection
    with connection.wrap_database_errors:
        if not server.autocommit and server.pgconn.transaction_status == TransactionStatus.IDLE:
            server.execute("SELECT")  # which begins the transaction, as psycopg does it
        answer = _exchange(server, question, encoded)
    return [answer.get_value(0, column) for column in range(answer.nfields)]


def _exchange(
    server: "psycopg.Connection[Any]", question: Question, values: list[bytes]
) -> PGresult:
    wire = server.pgconn
    numbers, binary = [form.number for form in question.forms], [Format.BINARY] * len(values)
    wire.send_query_params(question.statement.encode(), values, numbers, binary, Format.BINARY)
    tired = perf_counter() + _AWAKE_S
    while wire.is_busy() and perf_counter() < tired:
        os.sched_yield()
        wire.consume_input()
    # psycopg's own way to wait lets other threads run, and takes the statement back when we are
    # interrupted.
    answer, *_ = server.wait(execute(wire))
    if answer.status != ExecStatus.TUPLES_OK:
        raise error_from_result(answer)
    return answer

"""The outbox: events are written with the fact they tell of, and published later, in order."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from kombu import Connection, Producer
from kombu.exceptions import OperationalError

from config.celery import app
from config.kernel import bulk, clock
from crisis.events import wire
from crisis.events.models import OutboxEvent
from crisis.events.types import FIELDS, EventType

log = logging.getLogger("guihang.events")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be told: see `emit` for what the fields mean."""

    type: str
    subject: str
    data: Mapping[str, Any]
    time: datetime


def emit(*, type: str, subject: str, data: Mapping[str, Any], time: datetime | None = None) -> None:
    """Write one event into the caller's transaction.

    `type` and the fields of `data` are those of crisis.events.types; `subject` names what changed
    (`incident:12`); `time` is when it happened, UTC, by default now. Raises RuntimeError outside a
    transaction and ValueError for a type or field that is not in the table: both are bugs.
    """
    emit_many([NewEvent(type, subject, data, time or clock.now())])


def emit_many(events: Iterable[NewEvent]) -> None:
    """Write many events into the caller's transaction, in their order. Raises as `emit` does."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event must be written in the transaction that makes it true")
    bulk.insert(OutboxEvent, _COLUMNS, [_row(event) for event in events])


_COLUMNS = ("event_id", "type", "subject", "time", "data")


def _row(event: NewEvent) -> tuple[Any, ...]:
    type_ = EventType(event.type)  # ValueError for what is not in the table
    strange = event.data.keys() - FIELDS[type_]
    if strange:
        raise ValueError(f"{type_} may not hold {', '.join(sorted(strange))}")
    return uuid4().hex, type_.value, event.subject, event.time, json.dumps(dict(event.data))


def publish_waiting(limit: int = 500) -> int:
    """Publish what waits, oldest first; returns how many events went out.

    An event is marked only after the broker has taken it (with a confirm on AMQP), so one that is
    in doubt goes out again with the same `id`. A broker that is away or does not answer is logged
    and changes nothing; connect, read and write time-outs are those of config/celeryconfig.py.
    """
    waiting = list(OutboxEvent.objects.filter(published_at__isnull=True).order_by("id")[:limit])
    if not waiting:
        return 0
    published = _hand_over(waiting)
    OutboxEvent.objects.filter(pk__in=published, published_at__isnull=True).update(
        published_at=clock.now()
    )
    return len(published)


def _hand_over(events: Sequence[OutboxEvent]) -> list[int]:
    """Ids of the events that the broker took before the first failure."""
    taken: list[int] = []
    connection = app.connection_for_write()
    failures = (
        *connection.connection_errors,
        *connection.channel_errors,
        OperationalError,
        OSError,
    )
    try:
        producer = _producer(connection)
        for event in events:
            _publish(producer, event)
            taken.append(event.pk)
    except failures as failure:
        log.warning("%d events wait: %s", len(events) - len(taken), type(failure).__name__)
        connection.collect()  # unlike close, it does not wait for the broker's word
    else:
        connection.release()
    return taken


def _producer(connection: Connection) -> Producer:
    """One attempt to connect: opening a channel directly would try for ever, and sleep between."""
    connection.ensure_connection(max_retries=0)
    return Producer(connection.channel(), exchange=wire.exchange(), auto_declare=True)


def _publish(producer: Producer, event: OutboxEvent) -> None:
    producer.publish(
        wire.body(event),
        routing_key=event.type,
        content_type=wire.CONTENT_TYPE,
        content_encoding="utf-8",
        delivery_mode="persistent",
        message_id=str(event.event_id),
    )

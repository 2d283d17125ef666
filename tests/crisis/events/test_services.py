"""crisis/events/services.py: the outbox and its way out"""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from kombu import Connection

from config.celery import app
from crisis.events import wire
from crisis.events.models import OutboxEvent
from crisis.events.services import NewEvent, emit, emit_many, publish_waiting
from crisis.events.types import EventType

DATA = {"incident": 1, "person_ref": 7, "condition": "safe", "movement": "in_area"}


def tell(number: int = 1) -> None:
    with transaction.atomic():
        for ref in range(1, number + 1):
            emit(
                type=EventType.STANDING_CHANGED,
                subject="incident:1",
                data={**DATA, "person_ref": ref},
            )


@pytest.fixture
def partner() -> Iterator[Any]:
    """A partner's durable queue; call it for the messages that came."""
    with app.connection_for_read() as connection:
        queue = wire.partner_queue("test-partner")(connection.channel())
        queue.declare()

        def received() -> list[Any]:
            messages = []
            while message := queue.get(no_ack=True):
                messages.append(message)
            return messages

        yield received
        queue.delete()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word, as a frozen broker does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(params=["nobody listens", "nobody answers"])
def broker_away(
    request: pytest.FixtureRequest, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = silent_port if request.param == "nobody answers" else 9

    def connection(**_: object) -> Connection:
        return Connection(
            f"amqp://127.0.0.1:{port}//",
            connect_timeout=1,
            transport_options={"confirm_publish": True, "read_timeout": 1, "write_timeout": 1},
        )

    monkeypatch.setattr(app, "connection_for_write", connection)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        emit(type=EventType.STANDING_CHANGED, subject="incident:1", data=DATA)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("type_", "data"),
    [("cn.guihang.unheard", {}), (EventType.STANDING_CHANGED, {**DATA, "name": "王小明"})],
)
def test_an_event_not_in_the_table_is_a_bug(type_: str, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="guihang"):
        emit(type=type_, subject="incident:1", data=data)


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_its_transaction() -> None:
    with transaction.atomic():
        emit(type=EventType.STANDING_CHANGED, subject="incident:1", data=DATA)
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_many_events_keep_their_order(held_clock: object) -> None:
    from config.kernel import clock

    emit_many(
        NewEvent(EventType.STANDING_CHANGED, f"incident:{n}", DATA, clock.now()) for n in range(20)
    )
    subjects = list(OutboxEvent.objects.order_by("id").values_list("subject", flat=True))
    assert subjects == [f"incident:{n}" for n in range(20)]


@pytest.mark.django_db
def test_a_partner_receives_cloudevents(partner: Any, held_clock: object) -> None:
    tell()
    assert publish_waiting() == 1
    [message] = partner()
    assert message.content_type == "application/cloudevents+json"
    assert message.delivery_info["routing_key"] == EventType.STANDING_CHANGED
    row = OutboxEvent.objects.get()
    assert row.published_at is not None
    assert json.loads(message.body) == {
        "specversion": "1.0",
        "id": str(row.event_id),
        "source": settings.PUBLIC_URL,
        "type": "cn.guihang.standing.changed",
        "subject": "incident:1",
        "time": "2024-12-17T02:00:00Z",
        "mode": "drill",
        "sequence": f"{row.pk:019d}",
        "datacontenttype": "application/json",
        "data": {**DATA, "person_ref": 1},
    }


@pytest.mark.django_db
def test_each_event_is_published_once(partner: Any) -> None:
    tell(5)
    assert [publish_waiting(limit=3), publish_waiting(limit=3), publish_waiting()] == [3, 2, 0]
    refs = sorted(json.loads(m.body)["data"]["person_ref"] for m in partner())
    assert refs == [1, 2, 3, 4, 5]


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_away")
def test_a_broker_that_is_away_leaves_the_rows_and_returns_soon() -> None:
    tell(3)
    began = time.monotonic()
    assert publish_waiting() == 0
    assert time.monotonic() - began < 5
    assert OutboxEvent.objects.filter(published_at__isnull=True).count() == 3


@pytest.mark.django_db
def test_what_went_out_before_a_failure_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    from crisis.events import services

    tell(3)
    real, calls = services._publish, []

    def fail_at_the_third(producer: Any, event: OutboxEvent) -> None:
        calls.append(event.pk)
        if len(calls) == 3:
            raise ConnectionResetError
        real(producer, event)

    monkeypatch.setattr(services, "_publish", fail_at_the_third)
    assert publish_waiting() == 2
    assert list(OutboxEvent.objects.filter(published_at=None).values_list("pk", flat=True)) == [
        calls[2]
    ]

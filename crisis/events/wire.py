"""What a partner sees: CloudEvents 1.0, structured mode, on a topic exchange.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. Extensions:
`mode` says live or drill, so that nobody takes a drill for an emergency; `sequence`
(https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/sequence.md) orders events
where the broker does not.
"""

import json
from datetime import UTC, datetime

from django.conf import settings
from kombu import Exchange, Queue

from config import celeryconfig
from crisis.events.models import OutboxEvent

CONTENT_TYPE = "application/cloudevents+json"


def body(event: OutboxEvent) -> str:
    """The event as one JSON text."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": str(event.event_id),
            "source": settings.PUBLIC_URL,
            "type": event.type,
            "subject": event.subject,
            "time": _rfc3339(event.time),
            "mode": settings.MODE,
            "sequence": f"{event.pk:019d}",
            "datacontenttype": "application/json",
            "data": event.data,
        },
        ensure_ascii=False,
    )


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def exchange() -> Exchange:
    """The exchange that partners bind their queues to; the routing key is the event's type."""
    return Exchange(f"{settings.QUEUE_PREFIX}.events", type="topic", durable=True)


def partner_queue(name: str, *, binding: str = "#") -> Queue:
    """A durable queue of one partner: events wait in it while the partner is away."""
    return Queue(
        f"{settings.QUEUE_PREFIX}.events.{name}",
        exchange(),
        routing_key=binding,
        durable=True,
        queue_arguments=celeryconfig._queue_arguments,
    )


def passing_queue(name: str, *, binding: str = "#") -> Queue:
    """A queue that lives as long as its one reader."""
    return Queue(
        f"{settings.QUEUE_PREFIX}.events.{name}",
        exchange(),
        routing_key=binding,
        durable=False,
        exclusive=True,
        auto_delete=True,
    )

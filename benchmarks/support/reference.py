"""The reference: one task a recipient, the usual Celery design, tuned as well as we know how.

Tuned: connections to database and gateway are kept, without a health check at each task; 64
messages are prefetched; the wording is read once a process; rows are made by bulk_create; one
channel publishes everything while the worker works already; the outcome is one UPDATE of the
columns that change. Shared with the product: broker, quorum queue, confirms, late
acknowledgement, database, encryption, wording, gateway, as many worker processes.
"""

import os
import secrets
import time
from functools import cache

import django
import requests
from celery import Celery
from celery.signals import worker_init
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402

import config.celery  # noqa: E402 - its signals: logging, kept connections, the ready mark
from benchmarks.support import processes  # noqa: E402
from config.kernel import clock  # noqa: E402
from notifications.models import Batch, Delivery, DeliveryPerson, Wave  # noqa: E402
from notifications.states import BatchState, DeliveryState  # noqa: E402
from registry.models import ContactPoint  # noqa: E402

PREFETCH, ROWS = 64, 1000
QUEUE = f"{settings.QUEUE_PREFIX}.reference"
SEND_URL = f"{settings.TWILIO_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT}/Messages.json"

app = Celery("reference", set_as_current=False)
app.config_from_object("config.celeryconfig")
app.conf.update(
    task_queues=[
        Queue(
            QUEUE,
            Exchange(QUEUE, type="direct", durable=True),
            routing_key=QUEUE,
            queue_arguments=app.conf.task_queues[0].queue_arguments,
        )
    ],
    task_default_queue=QUEUE,
    task_default_exchange=QUEUE,
    task_default_exchange_type="direct",
    task_default_routing_key=QUEUE,
    worker_prefetch_multiplier=PREFETCH // processes.PROCESSES,
    worker_max_tasks_per_child=None,  # a thousand tasks are few here
)


# It refuses settings on which the product's promises rest; this one promises nothing.
worker_init.disconnect(config.celery._hold_at_start)
# A check of the kept connection at each task would be a third query to the two that are needed.
connection.settings_dict["CONN_HEALTH_CHECKS"] = False


@cache
def _session() -> requests.Session:
    """One a worker process: it is first asked for after the fork."""
    session = requests.Session()
    session.trust_env = False  # no search for proxies and passwords at every call
    session.auth = (settings.TWILIO_ACCOUNT, settings.TWILIO_TOKEN)
    return session


@cache
def _texts(wave_id: int) -> dict[str, str]:
    texts: dict[str, str] = Wave.objects.get(pk=wave_id).texts["sms"]
    return texts


@app.task(name="reference.send")
def send(delivery_id: int) -> None:
    """Hand one message over and write down what became of it."""
    delivery = Delivery.objects.get(pk=delivery_id)
    answer = _session().post(
        SEND_URL,
        data={
            "From": settings.TWILIO_SENDER,
            "StatusCallback": f"{settings.PUBLIC_URL}/webhooks/twilio/status?key={delivery.key}",
            "To": delivery.address,
            "Body": _texts(delivery.wave_id)[delivery.language],
        },
        timeout=10,
    )
    Delivery.objects.filter(pk=delivery_id).update(
        state=DeliveryState.ACCEPTED if answer.ok else DeliveryState.FAILED,
        provider_ref=answer.json().get("sid", ""),
        accepted_at=clock.now(),
        attempts=1,
    )


def run(gateway: processes.GatewayClient, *, count: int) -> float:
    """Alert `count` people; recipients a second, from the start to the last acceptance."""
    batch = _empty_batch()
    options = ("--queues", QUEUE)
    try:
        with processes.worker("benchmarks.support.reference", *options):
            gateway.forget()
            started_at = time.time()
            _publish(_write_deliveries(batch, count))
            counted = gateway.wait_for(count)
    finally:
        _delete_queue()
    return float(counted["accepted"] / (counted["last_at"] - started_at))


def _empty_batch() -> Batch:
    """A wave with the product's words; its one batch is done, so that nobody else takes it."""
    wave = Wave.objects.order_by("pk")[0]
    wave.pk, wave.code = None, "BENCH2"
    wave.save(force_insert=True)
    return Batch.objects.create(
        wave=wave,
        channel="sms",
        priority=wave.priority,
        state=BatchState.DONE,
        due_at=clock.real_now(),
    )


def _write_deliveries(batch: Batch, count: int) -> list[int]:
    contacts = list(ContactPoint.objects.select_related("person").order_by("pk")[:count])
    deliveries = Delivery.objects.bulk_create(
        [
            Delivery(
                wave_id=batch.wave_id,
                batch=batch,
                channel="sms",
                address=contact.address,
                address_index=contact.address_index,
                language=contact.person.language,
                key=secrets.token_hex(12),
            )
            for contact in contacts
        ],
        batch_size=ROWS,
    )
    pairs = zip(deliveries, contacts, strict=True)
    DeliveryPerson.objects.bulk_create(
        [DeliveryPerson(delivery=row, person_ref=contact.person_id) for row, contact in pairs],
        batch_size=ROWS,
    )
    return [delivery.pk for delivery in deliveries]


def _publish(delivery_ids: list[int]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for delivery_id in delivery_ids:
            send.apply_async((delivery_id,), producer=producer)


def _delete_queue() -> None:
    if not app.conf.broker_url.startswith(("amqp", "pyamqp")):
        return
    with app.connection_for_write() as broker:
        for queue in app.amqp.queues.values():
            queue.bind(broker.default_channel).delete()
            broker.default_channel.exchange_delete(queue.exchange.name)

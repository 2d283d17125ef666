"""A worker that is quickly back, and mends what a killed RabbitMQ may leave behind.

A quorum queue whose node dies within seconds of the queue's declaration is still listed after the
restart, and nothing answers behind it (measured with RabbitMQ 3.10; rabbitmq-server #9366 and
#11561 name the one remedy, to delete it and declare it again). Declaring it succeeds, consuming
from it breaks the connection with 541, and a worker would try for ever. A bell may be lost, so
here the queue is deleted; the worker's next connection declares it, and the sweep rings again.
"""

import logging
from functools import partial
from typing import Any

from amqp.exceptions import AMQPError, InternalError
from celery import Celery
from celery.worker import consumer
from kombu import Connection, Queue

log = logging.getLogger("guihang.broker")
# Deleting such a queue takes the broker 5 s.
PATIENCE_S = 15
RETRY_S = 3


class Consumer(consumer.Consumer):
    """Celery's own, named by the setting `worker_consumer`.

    Without the step that declares some thirty queues for delayed tasks whenever it connects:
    nothing here is delayed, and after a loss of all queues that step alone took 15 s (measured).
    """

    class Blueprint(consumer.Consumer.Blueprint):
        default_steps = [
            step
            for step in consumer.Consumer.Blueprint.default_steps
            if not str(step).endswith("DelayedDelivery")
        ]

    def ensure_connected(self, conn: Connection) -> Any:
        """Celery waits 2, 4, 6 … 30 s between its tries; alerts wait no longer than RETRY_S."""
        quick = {"interval_start": 1, "interval_step": 1, "interval_max": RETRY_S}
        conn.ensure_connection = partial(  # type: ignore[method-assign]
            conn.ensure_connection, **quick
        )
        return super().ensure_connected(conn)

    def on_connection_error_after_connected(self, exc: BaseException) -> None:
        super().on_connection_error_after_connected(exc)
        if isinstance(exc, InternalError):
            mend_queues(self.app)


def mend_queues(app: Celery) -> None:
    """Delete those of our queues behind which nothing answers."""
    for queue in app.amqp.queues.values():
        try:
            if not _answers(app, queue):
                log.error("queue %s does not answer: it is deleted and declared anew", queue.name)
                _with_channel(app, lambda channel, q=queue: channel.queue_delete(q.name))
        except (AMQPError, OSError) as failure:  # the next failure to connect brings us here again
            log.warning("queue %s is not mended: %s", queue.name, type(failure).__name__)


def _answers(app: Celery, queue: Queue) -> bool:
    try:
        _with_channel(app, lambda channel: channel.basic_consume(queue.name))
    except (InternalError, TimeoutError):
        return False
    return True


def _with_channel(app: Celery, deed: Any) -> None:
    """On a connection of its own, which the broker closes when it is angry."""
    options = {**app.conf.broker_transport_options, "read_timeout": PATIENCE_S}
    connection = Connection(
        app.conf.broker_url, connect_timeout=PATIENCE_S, transport_options=options
    )
    try:
        deed(connection.default_channel)
    finally:
        connection.collect()  # unlike close, it does not wait for the broker's word

"""A quorum queue whose node was killed as soon as it was declared, and that a worker mends."""

import pytest
from amqp.exceptions import InternalError
from celery import Celery
from kombu import Exchange, Queue

from config.consumer import mend_queues
from tests.support.servers import Rabbit, absent

pytestmark = [pytest.mark.faults, pytest.mark.long]
NAMES = ("urgent",)


@pytest.fixture
def rabbit(tmp_path):
    if missing := absent():
        pytest.skip(missing)
    server = Rabbit(tmp_path)
    server.start()
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture
def app(rabbit):
    made = Celery("mended", broker=rabbit.url, set_as_current=False)
    exchange = Exchange("work", type="topic", durable=True)
    made.conf.task_queues = [
        Queue(name, exchange, routing_key=name, queue_arguments={"x-queue-type": "quorum"})
        for name in NAMES
    ]
    return made


def declare_and_listen(app):
    connection = app.connection_for_write()
    try:
        for queue in app.amqp.queues.values():
            queue.bind(connection.default_channel).declare()
        for queue in app.amqp.queues.values():
            connection.default_channel.basic_consume(queue.name)
    finally:
        connection.collect()


def test_dead_queue_is_deleted_and_declared_anew(rabbit, app):
    declare_and_listen(app)
    rabbit.kill()
    rabbit.start()
    rabbit.wait_ready()
    with pytest.raises(InternalError):
        declare_and_listen(app)
    mend_queues(app)
    declare_and_listen(app)


def test_good_queue_is_left_alone(rabbit, app):
    declare_and_listen(app)
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        producer = connection.Producer(channel)
        producer.publish("a bell", exchange="work", routing_key="urgent")
    mend_queues(app)
    with app.connection_for_write() as connection:
        count = connection.default_channel.queue_declare("urgent", passive=True).message_count
    assert count == 1

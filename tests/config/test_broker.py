"""The embedded broker: whole messages, in order, to one reader each, and a folder that may go."""

import threading
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue
from kombu.transport.virtual.base import BrokerState

from config import broker
from config.broker import SCHEME, write_whole


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """`connect()`: a connection of its own to the same folder, as another process would have."""
    broker.offer()
    # kombu remembers for the whole process what was bound, whatever the folder.
    monkeypatch.setattr(broker.Transport, "global_state", BrokerState())
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    opened = []

    def open_one():
        connection = Connection(
            f"{SCHEME}://localhost//",
            transport_options={
                "data_folder_in": str(tmp_path / "messages"),
                "data_folder_out": str(tmp_path / "messages"),
                "control_folder": str(tmp_path / "control"),
                "polling_interval": 0.01,
            },
        )
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.release()


EXCHANGE = Exchange("work", type="topic")
URGENT = Queue("urgent", EXCHANGE, routing_key="urgent")
ORDINARY = Queue("ordinary", EXCHANGE, routing_key="ordinary")


def publish(connection, *bodies, queue=URGENT):
    producer = connection.Producer(serializer="json")
    for body in bodies:
        producer.publish(
            body, exchange=EXCHANGE, routing_key=queue.routing_key, declare=[URGENT, ORDINARY]
        )


def drain(connection, queue=URGENT, *, timeout=0.2):
    """Everything that waits in `queue`."""
    heard = []
    with connection.Consumer([queue], callbacks=[lambda body, message: heard.append(body)],
                             no_ack=True):  # fmt: skip
        try:
            while True:
                connection.drain_events(timeout=timeout)
        except TimeoutError:
            return heard


def test_messages_come_in_order_and_once(connect):
    publish(connect(), 1, 2, 3)
    assert drain(connect()) == [1, 2, 3]
    assert drain(connect()) == []


def test_queues_do_not_mix(connect):
    publish(connect(), "urgent")
    publish(connect(), "ordinary", queue=ORDINARY)
    assert drain(connect(), ORDINARY) == ["ordinary"]
    assert drain(connect()) == ["urgent"]


def test_folder_that_is_away_is_an_empty_one(connect, tmp_path):
    reader = connect()
    publish(reader, "before")
    messages, away = tmp_path / "messages", tmp_path / "away"
    assert drain(reader) == ["before"]
    messages.rename(away)
    assert drain(reader) == []
    away.rename(messages)
    publish(connect(), "after")
    assert drain(reader) == ["after"]


def test_reader_never_meets_half_a_message(tmp_path):
    target, text = tmp_path / "1.urgent.msg", "x" * 100_000
    stop = threading.Event()

    def write():
        while not stop.is_set():
            write_whole(target, text)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = {len(target.read_text()) for _ in range(300) if target.exists()}
    finally:
        stop.set()
        writer.join()
    assert seen <= {len(text)}
    assert [path.name for path in Path(tmp_path).iterdir() if path.suffix == ".msg"] == [
        "1.urgent.msg"
    ]


def test_two_that_bind_at_once_both_get_in(connect, tmp_path):
    queues = [Queue(f"q{n}", EXCHANGE, routing_key=f"q{n}") for n in range(12)]

    def bind(queue):
        with connect().channel() as channel:
            queue.bind(channel).declare()

    threads = [threading.Thread(target=bind, args=(queue,)) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish(connect(), "to all", queue=queues[7])
    with connect().channel() as channel:
        table = channel.get_table("work")
    assert {row[2] for row in table} >= {queue.name for queue in queues}

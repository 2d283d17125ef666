"""`manage.py events`: print the events as a partner would receive them."""

import json
import re
import signal
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from kombu import Connection, Consumer, Message, Queue
from kombu.exceptions import OperationalError

from config.celery import app
from crisis.events import wire

QUEUE_NAME = re.compile(r"[a-z0-9-]{1,40}\Z")


class Command(BaseCommand):
    help = "Print events as a partner would receive them, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queue", help="a durable queue of this name; default: one that ends with the command"
        )
        parser.add_argument(
            "--binding", default="#", help="topic pattern, such as cn.guihang.incident.*"
        )
        parser.add_argument(
            "--once", action="store_true", help="end when nothing has come for --wait"
        )
        parser.add_argument("--wait", type=float, default=2.0, metavar="SECONDS")
        parser.add_argument("--json", action="store_true", help="one CloudEvent a line")

    def handle(self, *args: Any, **options: Any) -> None:
        queue = _queue(options["queue"], options["binding"])
        connection = app.connection_for_read()
        failures = (*connection.connection_errors, OperationalError, OSError)
        try:
            with connection, _declared(connection, queue) as bound:
                self.stderr.write(f"listening on {bound.name} ({options['binding']})")
                self._print_all(connection, bound, options)
        except KeyboardInterrupt:
            self.stderr.write("ended")
        except failures as failure:
            raise CommandError(
                _("消息代理不可用：%(why)s") % {"why": type(failure).__name__}
            ) from failure

    def _print_all(self, connection: Connection, queue: Queue, options: dict[str, Any]) -> None:
        def show(message: Message) -> None:
            self.stdout.write(_line(message.body, as_json=options["json"]))
            self.stdout.flush()
            message.ack()

        with Consumer(queue.channel, [queue], on_message=show, auto_declare=False):
            while True:
                try:
                    connection.drain_events(timeout=options["wait"])
                except TimeoutError:
                    if options["once"]:
                        return
                if connection.supports_heartbeats:
                    connection.heartbeat_check()


def _queue(name: str | None, binding: str) -> Queue:
    if name is None:
        return wire.passing_queue(f"watch-{uuid.uuid4().hex[:8]}", binding=binding)
    if not QUEUE_NAME.match(name):
        raise CommandError("--queue takes lower-case letters, digits and hyphens, at most 40")
    return wire.partner_queue(name, binding=binding)


@contextmanager
def _declared(connection: Connection, queue: Queue) -> Iterator[Queue]:
    """The queue, declared and bound; a passing queue is removed again, also after SIGTERM.

    Brokers without a server do not know exclusive queues, hence the explicit removal.
    """
    connection.ensure_connection(max_retries=0)
    bound = queue(connection.channel())
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        bound.declare()
        yield bound
    finally:
        if queue.exclusive:
            bound.delete()
        signal.signal(signal.SIGTERM, before)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _line(body: bytes | str, *, as_json: bool) -> str:
    text = body.decode() if isinstance(body, bytes) else body
    if as_json:
        return text
    event = json.loads(text)
    data = " ".join(f"{name}={value}" for name, value in sorted(event["data"].items()))
    return f"{event['time']}  {event['mode']}  {event['type']}  {event['subject']}  {data}"

"""The embedded broker: kombu's file system transport, with writes that are whole or not there.

kombu's own opens the final name, then locks it, then writes: a reader that comes in between finds
an empty file and its worker dies of it. Here a file gets its final name when it is complete.
Why this broker at all: docs/decisions/embedded-broker.md.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

from config.kernel import progress

SCHEME = "folder"


class Channel(filesystem.Channel):
    def _put(  # type: ignore[override]  # kombu's own two bases disagree
        self, queue: str, payload: dict[str, Any], **_: Any
    ) -> None:
        """A new message of `queue`; names sort by age, because readers take the first."""
        name = f"{monotonic_ns() // 1000:020d}_{uuid.uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of `queue`. A folder that is away for a while is an empty one: kombu's
        own raises, the worker ends of it, and nobody hears when the folder is back. Every look is
        a turn of the worker's main loop, which has no other that could be seen."""
        progress.tick()
        try:
            return super()._get(queue)
        except FileNotFoundError:
            raise Empty from None

    def _size(self, queue: str) -> int:
        try:
            return int(super()._size(queue))
        except FileNotFoundError:
            return 0

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Add one binding to the exchange's file; two processes at once both get theirs in."""
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._exchange_locked(exchange):
            table = self.get_table(exchange)
            if binding not in table:
                write_whole(self._exchange_file(exchange), dumps([binding, *table]))

    @contextmanager
    def _exchange_locked(self, exchange: str) -> Iterator[None]:
        self.control_folder.mkdir(exist_ok=True)
        with self._exchange_file(exchange).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def write_whole(path: Path, text: str) -> None:
    """Write `path` so that nobody ever sees a part of it."""
    unfinished = path.parent / f".{uuid.uuid4()}"
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def offer() -> None:
    """Let kombu know the scheme `folder://`."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"

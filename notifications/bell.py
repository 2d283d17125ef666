"""The bell: tells workers that a batch waits. It may fail; the rows are what counts.

Publishing can hang for many seconds when a broker is frozen, so a thread of its own does it and
nobody waits for it. A bell that cannot be rung is logged and changes no row: the sweep notices
batches that nobody takes, and sends them itself.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial

from amqp.exceptions import AMQPError
from celery import current_app
from kombu.exceptions import KombuError

from notifications.states import Priority

log = logging.getLogger("guihang.bell")

SEND_BATCH = "notifications.send_batch"

# What a broker that is away, full, broken or refusing answers with. AMQPError is also what the
# server-less transports raise.
FAILURES = (KombuError, AMQPError, OSError)

Ring = Callable[[], object]


class _Ringer(threading.Thread):
    """Rings one bell after the other; a process has one, made at its first ring."""

    def __init__(self) -> None:
        super().__init__(name="bell", daemon=True)
        self.pid = os.getpid()
        self.waiting: queue.Queue[Ring] = queue.Queue()

    def run(self) -> None:
        while True:
            ring_once = self.waiting.get()
            try:
                ring_once()
            except FAILURES as failure:
                log.warning("bell not rung: %s", type(failure).__name__)
            finally:
                self.waiting.task_done()


_ringer: _Ringer | None = None
_lock = threading.Lock()


def _the_ringer() -> _Ringer:
    global _ringer
    with _lock:
        # A forked child needs its own, and one that died of a broker's oddity is replaced.
        if _ringer is None or _ringer.pid != os.getpid() or not _ringer.is_alive():
            _ringer = _Ringer()
            _ringer.start()
        return _ringer


def ring(batch_ids: Sequence[int], *, priority: int) -> None:
    """Tell a worker of each batch. Returns at once and never raises."""
    queue_key = "urgent" if priority <= Priority.CODE else "ordinary"
    for batch_id in batch_ids:
        call(partial(current_app.send_task, SEND_BATCH, (batch_id,), routing_key=queue_key))


def call(ring_once: Ring) -> None:
    """Have any publishing done by the bell's thread."""
    _the_ringer().waiting.put(ring_once)


def flush(timeout: float = 5.0) -> bool:
    """Wait until everything was rung or failed (commands, before they end)."""
    ringer = _the_ringer()
    done = threading.Event()
    ringer.waiting.put(done.set)
    return done.wait(timeout)

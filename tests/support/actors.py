"""Processes in slow motion: each works until its next commit, then waits for its turn.

An actor is a thread that shares the test's database connection and never runs while another
does. It stops before every statement that begins a transaction, and wherever `pause()` is called
outside one, so that whatever a test does meanwhile happens between two of its commits: other
actors, a retraction, hours, or its death.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

PATIENCE_S = 30.0
_here = threading.local()


class Died(BaseException):
    """The process was killed here. No `except Exception` sees it, and nothing is cleaned up but
    what a database does by itself: the open transaction is gone."""


class Actor:
    """`work` in slow motion. Made inside `stage()`."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work, self._connection = work, connections["default"]
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._dies, self.done = False, False
        thread = ThreadPoolExecutor(1)
        self._life = thread.submit(self._run)
        thread.shutdown(wait=False)

    def step(self) -> bool:
        """On to the next commit; whether it lives on."""
        self._turn.release()
        if not self._back.acquire(timeout=PATIENCE_S):
            raise TimeoutError("an actor does not come to its next commit")
        if self.done:
            self._life.result(PATIENCE_S)  # raises what it ended of
        return not self.done

    def die(self) -> None:
        """kill -9, where it stands."""
        self._dies = True
        self.step()

    def wait_for_turn(self) -> None:
        self._back.release()
        self._turn.acquire()
        if self._dies:
            raise Died

    def _run(self) -> None:
        connections["default"] = self._connection
        _here.actor = self
        self._turn.acquire()
        try:
            if not self._dies:
                self._work()
        except Died:
            return
        finally:
            self.done = True
            self._back.release()


def pause() -> None:
    """A place where a process may be stopped for long, or die. Nothing outside an actor."""
    actor = getattr(_here, "actor", None)
    if actor is not None:
        actor.wait_for_turn()


@contextmanager
def stage() -> Iterator[None]:
    """Actors may be made in here. Call inside the test's own transaction."""
    depth = len(connection.savepoint_ids)

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        ends = sql.startswith(("RELEASE", "ROLLBACK"))
        if len(connection.savepoint_ids) == depth and not ends:
            pause()
        return execute(sql, params, many, context)

    connection.inc_thread_sharing()
    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        connection.dec_thread_sharing()

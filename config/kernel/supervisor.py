"""One parent for processes: it starts them, starts again what died or was ended, leaves none.

It needs neither database nor broker. Who decides that a living process is stuck stands above it
(crisis/operations/watching.py); here is only how processes are started, ended and counted.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from config.kernel import progress
from config.kernel.processes import die_with_parent

log = logging.getLogger("guihang.supervisor")

STOP_SECONDS = 12.0
# A first death is answered at once; deaths within this many seconds of each other make the next
# start wait 1, 2, 4 … seconds, so that a process that cannot start does not eat the machine.
DEATHS_COUNT_FOR_S = 300.0
LONGEST_WAIT_S = 30.0


@dataclass(slots=True)
class Child:
    """`kind` is worker, sweep, web, …; `marks` whether it marks a board of progress."""

    name: str
    kind: str
    command: list[str]
    marks: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    board: progress.Board | None = None
    started_at: float = 0.0
    start_after: float = 0.0
    deaths: list[float] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def deaths_within(self, seconds: float) -> int:
        return sum(1 for t in self.deaths if t > time.monotonic() - seconds)


class Supervisor:
    """Use as a context manager, from one thread (a child dies with the thread that started it)."""

    def __init__(self, children: Sequence[Child], *, logs: Path | None = None) -> None:
        self.children = list(children)
        self.logs = logs  # without a folder, children write where we write
        self.boards = Path(settings.VAR_DIR) / "progress" / str(os.getpid())

    def __enter__(self) -> "Supervisor":
        for child in self.children:
            self._start(child)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            self.signal(child, signal.SIGTERM)
            # One that is stopped hears nothing until it may go on.
            self.signal(child, signal.SIGCONT)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            self._await_end(child, deadline)
        for board in self.boards.glob("*"):
            board.unlink(missing_ok=True)
        if self.boards.exists():
            self.boards.rmdir()

    def _await_end(self, child: Child, deadline: float) -> None:
        if child.process is None:
            return
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.signal(child, signal.SIGKILL)
            child.process.wait()

    def tend(self) -> list[Child]:
        """Start again what has died, and what is due after its pause. Returns those started."""
        now = time.monotonic()
        started = []
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, now)
            if child.process is None and now >= child.start_after:
                self._start(child)
                started.append(child)
        return started

    def kill(self, child: Child) -> None:
        """End a child and all that it forked, at once; `tend` starts it again without a pause
        when this is its first death in a while."""
        self.signal(child, signal.SIGKILL)
        if child.process is not None:
            child.process.wait()

    def signal(self, child: Child, number: signal.Signals) -> None:
        """SIGTERM goes to the process, which ends its own children; others to the whole group."""
        if child.process is None or child.process.poll() is not None:
            return
        if number == signal.SIGTERM:
            child.process.send_signal(number)
        else:
            os.killpg(child.process.pid, number)

    def log_tail(self, name: str, lines: int = 15) -> str:
        if self.logs is None:
            return ""
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def _note_death(self, child: Child, now: float) -> None:
        code = child.process.returncode if child.process else 0
        child.deaths = [*(t for t in child.deaths if t > now - DEATHS_COUNT_FOR_S), now]
        again = len(child.deaths) - 1
        child.start_after = now + (min(LONGEST_WAIT_S, 2.0 ** (again - 1)) if again else 0.0)
        child.process = None
        log.warning("%s ended with %s", child.name, code)

    def _start(self, child: Child) -> None:
        environment = os.environ | {"PYTHONUNBUFFERED": "1"} | child.environment
        environment.pop(progress.ENVIRONMENT, None)
        if child.marks:
            path = self.boards / child.name
            child.board = progress.Board.made_at(path)
            environment[progress.ENVIRONMENT] = str(path)
        output = self._output(child)
        try:
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops in order.
            child.process = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, *child.command],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        finally:
            if output is not None:
                os.close(output)
        child.started_at = time.monotonic()

    def _output(self, child: Child) -> int | None:
        if self.logs is None:
            return None
        self.logs.mkdir(parents=True, exist_ok=True)
        return os.open(
            self.logs / f"{child.name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )

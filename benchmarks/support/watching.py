"""One who watches the board: opens its pages as a browser would, and listens to its stream."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from benchmarks.support.load import percentile
from crisis.staff.models import User

READINGS = 9


def log_in(user: User) -> str:
    """The cookie of a session of this member of staff."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}"


@dataclass(frozen=True, slots=True)
class Answer:
    ms: float
    status: int
    size: int


def fetch(path: str, cookie: str, **headers: str) -> Answer:
    """One page over a connection of its own, timed to its last byte. Ends the benchmark unless it
    is answered 200."""
    connection = http.client.HTTPConnection(urlsplit(settings.PUBLIC_URL).netloc, timeout=300)
    began = time.perf_counter()
    try:
        connection.request("GET", path, headers={"Cookie": cookie, **headers})
        answer = connection.getresponse()
        size = len(answer.read())
    finally:
        connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return Answer((time.perf_counter() - began) * 1000, answer.status, size)


def typical(path: str, cookie: str, **headers: str) -> float:
    return round(median(fetch(path, cookie, **headers).ms for _ in range(READINGS)), 1)


def spread(name: str, values: list[float]) -> dict[str, float]:
    """{name}, the median, and {name}_p95."""
    values = sorted(values)
    if not values:
        raise SystemExit(f"no {name} was measured")
    return {name: round(median(values), 1), f"{name}_p95": round(percentile(values, 0.95), 1)}


@dataclass(frozen=True, slots=True)
class Push:
    at: float
    name: str
    size: int
    answered: int | None


class Listener(threading.Thread):
    """Hears the stream of one incident until it is told to stop."""

    def __init__(self, incident_id: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.path = f"/stream/incidents/{incident_id}/"
        self.cookie = cookie
        self.pushes: list[Push] = []
        self.first = threading.Event()
        self.over = False
        self.first_ms = 0.0

    def run(self) -> None:
        connection = http.client.HTTPConnection(urlsplit(settings.STREAM_URL).netloc, timeout=30)
        began = time.perf_counter()
        connection.request("GET", self.path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        lines: list[bytes] = []
        while not self.over and (line := answer.readline()):
            if line.strip():
                lines.append(line)
            elif lines:
                self._hear(lines, began)
                lines = []
        connection.close()

    def _hear(self, lines: list[bytes], began: float) -> None:
        said = dict(line.decode().rstrip("\n").partition(": ")[::2] for line in lines)
        if "data" not in said:
            return
        self.first_ms = self.first_ms or (time.perf_counter() - began) * 1000
        self.first.set()
        size = sum(map(len, lines)) + 1
        self.pushes.append(
            Push(time.time(), said.get("event", ""), size, answered(json.loads(said["data"])))
        )


def answered(data: dict[str, Any]) -> int | None:
    """How many have answered, where a push says so; as figures by path, or in one table."""
    figures: dict[str, Any] = data.get("set", data)
    found = figures.get("contact.answered", figures.get("contact", {}).get("answered"))
    return None if found is None else int(found)


class Opener(threading.Thread):
    """Opens a page twice a second while others work."""

    def __init__(self, path: str, cookie: str, *, open_page: Callable[..., Answer] = fetch) -> None:
        super().__init__(daemon=True)
        self.path, self.cookie, self.open_page = path, cookie, open_page
        self.opened: list[Answer] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.5):
            self.opened.append(self.open_page(self.path, self.cookie))

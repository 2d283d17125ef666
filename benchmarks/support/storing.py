"""How fast a reply is stored, against a bare view on the same server.

One gunicorn, started as the product starts it, serves both; rounds alternate, so that whatever
else the machine does meets both alike.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from benchmarks.support import bare_urls, load, processes, pushes
from config.kernel import bulk
from crisis.drills.place import port_of
from crisis.drills.supervisor import commands
from crisis.incidents.models import Incident
from notifications import tokens
from notifications.models import Delivery

CONNECTIONS = 50


@contextmanager
def web() -> Iterator[None]:
    """The web process as a drill's supervisor starts it."""
    port = port_of(settings.PUBLIC_URL)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with processes.running("web", *commands(0)["web"]):
        processes.wait_until(listens, "web")
        yield


@dataclass(frozen=True, slots=True)
class Answered:
    """What the client saw. `last_at` is in seconds since the epoch."""

    per_second: float
    p50_ms: float
    p99_ms: float
    last_at: float


def send(requests: Iterable[bytes]) -> Answered:
    """Send all requests over 50 connections. Ends the benchmark when one is not answered 200."""
    file = Path(settings.VAR_DIR) / "requests"
    load.write_requests(file, requests)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.support.load", str(file), "--port",
         str(port_of(settings.PUBLIC_URL)), "--connections", str(CONNECTIONS)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    if set(found["statuses"]) - {"200"}:
        log = Path(settings.VAR_DIR) / "web.log"
        sys.exit(f"answers: {found['statuses']}\n{log.read_text()[-2000:]}")
    rate = found["requests"] / found["seconds"]
    return Answered(rate, found["p50_ms"], found["p99_ms"], found["last_at"])


@dataclass(frozen=True, slots=True)
class Stored:
    """Medians over the rounds; `ratio` is the median of the rounds' own ratios."""

    ratio: float
    product: Answered
    bare: Answered


def run(*, rounds: int, requests: int) -> Stored:
    """`rounds` times `requests` replies and as many rows of the bare view, after a warm-up."""
    bare_urls.create_table()
    send(_sms(0, 200))
    send(_bare(200))
    pairs = []
    for number in range(1, rounds + 1):
        product = send(_sms(number, requests))
        bare = send(_bare(requests))
        pairs.append((product, bare))
    return Stored(
        ratio=median(product.per_second / bare.per_second for product, bare in pairs),
        product=_middle([product for product, _ in pairs]),
        bare=_middle([bare for _, bare in pairs]),
    )


def _middle(rounds: list[Answered]) -> Answered:
    return Answered(
        median(r.per_second for r in rounds),
        median(r.p50_ms for r in rounds),
        median(r.p99_ms for r in rounds),
        max(r.last_at for r in rounds),
    )


def _sms(round_: int, count: int) -> Iterator[bytes]:
    """Strangers write: what they say matches nobody and folds into nothing."""
    for number in range(count):
        yield pushes.sms(f"+86139{number:08d}", "1", f"SM{round_:08x}{number:024x}")


def _bare(count: int) -> Iterator[bytes]:
    """A body as long as an SMS's."""
    body = pushes.sms("+8613900000000", "1", "SM" + "0" * 32).partition(b"\r\n\r\n")[2]
    for _ in range(count):
        yield pushes.bare(bare_urls.PATH, body)


def wechat(count: int) -> Answered:
    """Messages of strangers, sealed."""
    numbers = range(count)
    return send(pushes.wechat(f"oBench{n:022d}", "1", f"9{n:017d}") for n in numbers)


def check_in(incident: Incident, count: int) -> Answered:
    """«平安» pressed on as many check-in pages: stored, told and folded before it is answered."""
    deliveries = Delivery.objects.filter(wave__source=incident.source).order_by("pk")
    linked = list(deliveries.values_list("pk", "key")[:count])
    hashes = [(pk, tokens.token_hash(tokens.token_for(key))) for pk, key in linked]
    bulk.update(Delivery, ("id", "token_hash"), hashes)  # as one that carries a link has it
    return send(pushes.check_in(tokens.token_for(key)) for _, key in linked)

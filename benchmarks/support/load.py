"""A lean client: sends prepared requests over kept connections and measures the answers.

    python -m benchmarks.support.load --port 8000 --connections 50 FILE

FILE holds whole HTTP requests, each after its length in four bytes. Every connection sends the
next as soon as it has its answer. The figures go to standard output as JSON: requests, seconds,
p50_ms, p99_ms, statuses and last_at (seconds since the epoch). It costs a tenth of what a server
in Python costs, so it is never what limits.
"""

import argparse
import asyncio
import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import uvloop

from config.kernel.processes import die_with_parent

LENGTH_BYTES = 4


def write_requests(path: Path, requests: Iterable[bytes]) -> int:
    """Write FILE; returns how many requests it holds."""
    count = 0
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(LENGTH_BYTES, "big") + request)
            count += 1
    return count


def read_requests(path: Path) -> Iterator[bytes]:
    whole, start = path.read_bytes(), 0
    while start < len(whole):
        stop = start + LENGTH_BYTES + int.from_bytes(whole[start : start + LENGTH_BYTES], "big")
        yield whole[start + LENGTH_BYTES : stop]
        start = stop


class Tally:
    """What came back. Status 0 is a connection that ended without an answer."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = iter(requests)
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.last_at = 0.0

    def answered(self, status: int, latency: float) -> None:
        self.statuses[status] += 1
        self.latencies.append(latency)
        self.last_at = time.time()


class Guest(asyncio.Protocol):
    """One connection: one request at a time, until there is none left. `over` is set then, or
    when the server ends the connection."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.buffer = b""
        self.sent_at = 0.0
        self.over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.send_next()

    def send_next(self) -> None:
        request = next(self.tally.requests, None)
        if request is None:
            self.transport.close()
            self.finish(True)
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < length_of(head):
            return
        self.buffer = b""
        self.tally.answered(int(head[9:12]), time.perf_counter() - self.sent_at)
        self.sent_at = 0.0
        if b"\r\nConnection: close" in head:
            self.finish(False)
            return
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if self.sent_at and not self.over.done():
            self.tally.answered(0, time.perf_counter() - self.sent_at)
        self.finish(False)

    def finish(self, all_sent: bool) -> None:
        if not self.over.done():
            self.over.set_result(all_sent)


def length_of(head: bytes) -> int:
    start = head.lower().find(b"\r\ncontent-length:")
    return int(head[start + 17 :].partition(b"\r\n")[0]) if start >= 0 else 0


async def run(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    tally = Tally(requests)
    started = time.perf_counter()
    await asyncio.gather(*(_keep_asking(port, tally) for _ in range(connections)))
    seconds = time.perf_counter() - started
    ordered = sorted(tally.latencies)
    return {
        "requests": len(ordered),
        "seconds": seconds,
        "p50_ms": round(percentile(ordered, 0.50) * 1000, 2),
        "p99_ms": round(percentile(ordered, 0.99) * 1000, 2),
        "statuses": tally.statuses,
        "last_at": tally.last_at,
    }


async def _keep_asking(port: int, tally: Tally) -> None:
    """A connection that the server ends is opened again, as a provider's would be."""
    all_sent = False
    while not all_sent:
        _, guest = await asyncio.get_running_loop().create_connection(
            lambda: Guest(tally), "127.0.0.1", port
        )
        all_sent = await guest.over


def percentile(ordered: list[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    die_with_parent()
    requests = list(read_requests(arguments.file))
    print(json.dumps(uvloop.run(run(arguments.port, arguments.connections, requests))))


if __name__ == "__main__":
    main()

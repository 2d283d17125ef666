"""The benchmark of replies and receipts runs, in small, and its client counts what it sees."""

import asyncio
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from benchmarks.support import load
from tests.support.processes import ROOT

PEOPLE = 60
SMALL = ("--people", str(PEOPLE), "--rounds", "1", "--requests", "40")
RATES = {
    "stored_ratio", "stored_per_s", "bare_per_s", "p50_ms", "p99_ms", "bare_p99_ms",
    "wechat_per_s", "check_in_per_s", "answers_per_s", "backlog_fold_s", "receipts_s",
}  # fmt: skip


@pytest.mark.bench
def test_figures_are_whole_and_true(tmp_path):
    target = tmp_path / "replies.json"
    command = [sys.executable, "tools/bench.py", "replies", "--json", str(target), *SMALL]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert found["database"] == connection.vendor
    assert found["answers"] == PEOPLE
    assert found["folded_after_last_s"] >= 0
    assert (found["receipts"], found["receipts_pushed"]) == (PEOPLE * 3, PEOPLE * 9)
    assert found["receipts_equal"] is True
    assert all(found[key] > 0 for key in RATES)
    assert ("PostgreSQL only" in done.stdout) == (connection.vendor == "sqlite")


REQUEST = b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"


async def answer(reader, writer):
    """Answers two requests on a connection, in pieces, the second 503, and ends it."""
    for status, more in ((b"200 OK", b""), (b"503 Service Unavailable", b"Connection: close\r\n")):
        await reader.readexactly(len(REQUEST))
        head = b"HTTP/1.1 " + status + b"\r\n" + more + b"Content-Length: 4\r\n\r\n"
        for piece in (head, b"do", b"ne"):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def count(requests):
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        return await load.run(server.sockets[0].getsockname()[1], 2, requests)


def test_client_sends_each_request_once_over_connections_that_end(tmp_path):
    file = tmp_path / "requests"
    assert load.write_requests(file, [REQUEST] * 8) == 8
    # In a thread of its own: a browser test before this one may have left a loop running here.
    with ThreadPoolExecutor(1) as thread:
        found = thread.submit(asyncio.run, count(list(load.read_requests(file)))).result()
    assert found["requests"] == 8
    assert found["statuses"] == {200: 4, 503: 4}
    assert found["p99_ms"] >= found["p50_ms"] > 0


def test_percentile_is_a_value_that_was_measured():
    assert load.percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert load.percentile(list(map(float, range(1, 201))), 0.99) == 198.0
    assert load.percentile([7.0], 0.99) == 7.0

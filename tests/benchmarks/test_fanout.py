"""The benchmark runs, in small, on whatever database and broker this suite runs on."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from benchmarks.support.gateway import Connection, Ledger
from benchmarks.support.pusher import Push, Pusher
from notifications.gateways.base import WebhookRequest
from notifications.gateways.twilio import TwilioGateway
from tests.support.processes import ROOT

PEOPLE = 200
SMALL = ("--people", str(PEOPLE), "--reference", "20", "--bare", "200")
KEYS = {
    "rate_per_s", "reference_per_s", "bare_per_s", "ratio_to_reference", "ratio_to_bare",
    "first_handover_s", "worker_rss_mib",
}  # fmt: skip


@pytest.mark.bench
def test_figures_are_whole_and_true(tmp_path):
    target = tmp_path / "fanout.json"
    command = [sys.executable, "tools/bench.py", "fanout", "--json", str(target), *SMALL]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert found["recipients"] == PEOPLE
    assert (found["duplicates"], found["lost"]) == (0, 0)
    assert found["database"] == connection.vendor
    assert found["broker"] == settings.CELERY_BROKER_URL.partition(":")[0]
    assert all(found[key] > 0 for key in KEYS)
    assert "ratio_to_reference" in done.stdout


@pytest.mark.bench
def test_receipts_flow_while_messages_leave_and_none_is_lost(tmp_path):
    target = tmp_path / "receipts.json"
    command = [sys.executable, "-m", "benchmarks.fanout", "--receipts", "--people", "60",
               "--json", str(target)]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"GUIHANG_VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = json.loads(target.read_text())
    assert (found["lost"], found["duplicates"], found["receipts_lost"]) == (0, 0, 0)
    assert found["receipts_per_s"] > 0


def test_receipt_is_signed_as_the_product_verifies_it(settings):
    settings.TWILIO_TOKEN = "t" * 32
    pusher = Pusher(settings.TWILIO_TOKEN, 1)
    callback = f"{settings.PUBLIC_URL}/webhooks/twilio/status?key=abc"
    head, _, body = pusher.request(Push(callback, "SM1", "+8613800000001")).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    push = WebhookRequest("POST", callback, headers, {"key": "abc"}, body)
    gateway = TwilioGateway()
    assert gateway.verify(push)
    [seen] = gateway.parse(gateway.body_to_keep(push))
    assert (seen.key, seen.provider_ref, seen.status) == ("abc", "SM1", "delivered")


class Wire:
    """What the gateway writes to its guest."""

    def __init__(self):
        self.written = b""

    def write(self, data):
        self.written += data


@pytest.fixture
def guest():
    connection = Connection(Ledger(), "AC0", latency_s=0.0)
    connection.connection_made(Wire())
    return connection


def message(address, account="AC0"):
    body = f"From=%2B15005550006&To={address}&Body=hello"
    head = f"POST /2010-04-01/Accounts/{account}/Messages.json HTTP/1.1"
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_gateway_counts_what_comes_twice_to_one_address(guest):
    for address in ("%2B8613800000001", "%2B8613800000002", "%2B8613800000001"):
        guest.data_received(message(address))
    assert guest.ledger.count()["accepted"] == 3
    assert guest.ledger.count()["addresses"] == 2
    assert guest.transport.written.count(b"201 Created") == 3


def test_gateway_puts_pieces_together_and_takes_requests_apart(guest):
    whole = message("%2B8613800000001") + message("%2B8613800000002")
    for start in range(0, len(whole), 7):
        guest.data_received(whole[start : start + 7])
    assert guest.ledger.count()["addresses"] == 2


def test_gateway_takes_nothing_for_another_account(guest):
    guest.data_received(message("%2B8613800000001", account="AC1"))
    assert guest.ledger.count()["accepted"] == 0
    assert guest.transport.written.startswith(b"HTTP/1.1 404")


def test_gateway_forgets_when_it_is_told_to(guest):
    guest.data_received(message("%2B8613800000001"))
    guest.data_received(b"POST /forget HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert guest.ledger.count()["accepted"] == 0

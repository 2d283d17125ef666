import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from notifications.emulator.options import Knobs
from tests.support.emulator import Emulator, Hooks, emulator_process
from tests.support.processes import ROOT, until
from tests.support.twilio_call import send

TO = "+8613800138000"
PATH = "/phones/%2B8613800138000"
TEXT = "【驻瓦努阿图使馆】回复1平安 <b>2</b>需要帮助。核验码K7M4Q2"


# -- The record ----------------------------------------------------------------------------


def test_every_acceptance_is_one_line_and_repeats_are_marked(emulator: Emulator):
    for _ in range(2):
        send(emulator, TO, TEXT)
    first, second = emulator.lines("accepted")
    assert (first["channel"], first["to"], first["text"]) == ("sms", TO, TEXT)
    assert (first["code"], first["dup"], second["dup"]) == ("K7M4Q2", False, True)
    stats = emulator.stats()
    assert (stats["accepted"]["sms"], stats["duplicates"]) == (2, 1)


def test_record_is_added_to_by_the_next_emulator(tmp_path: Path):
    for _ in range(2):
        with emulator_process(tmp_path) as emulator:
            send(emulator, TO, TEXT)
    assert len(emulator.lines("accepted")) == 2


def test_record_holds_what_a_killed_emulator_accepted(emulator: Emulator):
    send(emulator, TO, TEXT)
    emulator.process.kill()
    emulator.process.wait()
    assert len(emulator.lines("accepted")) == 1


# -- Receipts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("knobs", "count"),
    [({"lost_receipts": 1}, 0), ({"repeated_receipts": 1}, 2), ({"early_receipts": 1}, 2)],
)
def test_receipts_go_astray(emulator: Emulator, hooks: Hooks, knobs: dict[str, int], count: int):
    emulator.turn(**knobs)
    send(emulator, TO, TEXT, f"{hooks.url}/webhooks/twilio/status")
    before_answer = len(hooks.seen)
    until(lambda: emulator.stats()["pending"] == 0)
    assert len(hooks.under("/webhooks/twilio/status")) == count
    if "early_receipts" in knobs:
        assert before_answer >= 1


def test_push_is_repeated_until_it_is_taken(emulator: Emulator, hooks: Hooks):
    hooks.fails = 1
    send(emulator, TO, TEXT, f"{hooks.url}/webhooks/twilio/status")
    hooks.wait("/webhooks/twilio/status", 2)
    until(lambda: emulator.stats().get("receipts") == 1)


def test_nothing_beyond_this_machine_is_called(emulator: Emulator):
    send(emulator, TO, TEXT, "https://example.com/status")
    until(lambda: emulator.stats().get("receipts_failed") == 1)


def test_key_is_recognised_where_the_knob_says_so(emulator: Emulator, hooks: Hooks):
    emulator.turn(honour_key="all")
    answers = [send(emulator, TO, TEXT, f"{hooks.url}/webhooks/twilio/status?key=k") for _ in "12"]
    assert answers[0].json()["sid"] == answers[1].json()["sid"]
    assert len(emulator.lines("accepted")) == 1


# -- Knobs ----------------------------------------------------------------------------------


def test_unknown_or_senseless_knob_is_refused(emulator: Emulator):
    for knobs in ({"nothing": 1}, {"latency_ms": "much"}, {"refused": -1}, {"honour_key": "so"}):
        answer = requests.post(f"{emulator.url}/knobs", json=knobs, timeout=10)
        assert answer.status_code == 400
    assert requests.post(f"{emulator.url}/knobs", json=[1], timeout=10).status_code == 400


def test_knobs_turn_all_or_none():
    knobs = Knobs()
    with pytest.raises(ValueError, match="nothing"):
        knobs.turn({"outage": True, "nothing": 1})
    assert not knobs.outage


def test_knobs_are_turned_on_the_page_too(emulator: Emulator):
    assert emulator.post("/knobs", latency_ms="7", outage="1").status_code == 303
    shown = emulator.get("/knobs").json()
    assert (shown["latency_ms"], shown["outage"]) == (7, True)
    assert "latency_ms" in emulator.get("/knobs", accept="text/html").text


def test_another_site_cannot_press_buttons(emulator: Emulator):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = requests.post(
        f"{emulator.url}/knobs", data={"outage": "1"}, headers=headers, timeout=10
    )
    assert answer.status_code == 403


# -- Phones ---------------------------------------------------------------------------------


def test_phone_shows_its_messages_and_never_runs_them(emulator: Emulator):
    send(emulator, TO, TEXT)
    page = emulator.get(PATH, accept="text/html")
    assert "&lt;b&gt;2&lt;/b&gt;" in page.text
    assert "<b>2</b>" not in page.text
    listed = emulator.get("/phones?q=K7M4Q2", accept="text/html").text
    assert f"href='{PATH}'" in listed
    assert PATH not in emulator.get("/phones?q=nobody", accept="text/html").text


def test_tapped_answer_reaches_the_application(emulator: Emulator, hooks: Hooks):
    answer = emulator.post(f"{PATH}/answer", text="2")
    assert urlsplit(answer.headers["Location"]).path == PATH
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {"taken": ["1"]}
    (push,) = hooks.under("/webhooks/twilio/inbound")
    assert parse_qs(push.body.decode())["From"] == [TO]


def test_unknown_page_and_act_are_not_found(emulator: Emulator):
    assert emulator.get("/nothing").status_code == 404
    assert emulator.post(f"{PATH}/dance").status_code == 404
    assert emulator.post(f"{PATH}/position", latitude="1").status_code == 404


# -- The process ----------------------------------------------------------------------------


def test_request_without_a_length_or_too_long_is_turned_away(emulator: Emulator):
    port = urlsplit(emulator.url).port
    for head, status in (
        ("Transfer-Encoding: chunked", b"411"),
        ("Content-Length: 99999999", b"413"),
        (f"X: {'x' * 40_000}", b"431"),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"POST /knobs HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
            raw.sendall(b"" if status == b"431" else b"\r\n")
            assert status in raw.recv(100)


def test_requests_in_one_packet_are_answered_in_order(emulator: Emulator):
    port = urlsplit(emulator.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"GET /stats HTTP/1.1\r\n\r\nGET /nothing HTTP/1.1\r\n\r\n")
        received = b""
        while b"</html>" not in received:
            received += raw.recv(65536)
    assert received.index(b"200 OK") < received.index(b"404 Not Found")


def test_emulator_ends_on_sigterm(emulator: Emulator):
    emulator.process.send_signal(signal.SIGTERM)
    assert emulator.process.wait(10) == 0


def test_emulator_ends_with_its_parent(tmp_path: Path):
    program = (
        "import os,subprocess,sys\n"
        "p=subprocess.Popen([sys.executable,'-m','notifications.emulator','--port','0','--log',"
        f"{str(tmp_path / 'e.jsonl')!r},'--parent',str(os.getpid())],stdout=subprocess.PIPE)\n"
        "print(p.pid, p.stdout.readline().decode().strip(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pid, ready = parent.stdout.readline().split(" ", 1)
    assert "ready" in json.loads(ready)
    parent.kill()
    parent.communicate()
    until(lambda: not runs(int(pid)), seconds=10, what="the emulator's end")


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_taken_port_is_said_plainly(emulator: Emulator, tmp_path: Path):
    port = str(urlsplit(emulator.url).port)
    command = ["-m", "notifications.emulator", "--port", port, "--log", str(tmp_path / "x.jsonl")]
    other = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert other.returncode == 1
    assert f"port {port}" in other.stderr


def test_emulator_imports_neither_django_nor_our_tables():
    program = (
        "import sys, notifications.emulator.server, notifications.emulator.__main__\n"
        "ours = ('django', 'registry', 'crisis', 'config')\n"
        "print([n for n in sys.modules if n.split('.')[0] in ours"
        " or n.startswith('notifications.models')])"
    )
    environment = {"PATH": os.environ["PATH"]}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[]"

"""A real emulator process, and a small server that keeps what it pushes."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from notifications.gateways.base import WebhookRequest
from tests.support.processes import ROOT, until

FIXTURES = ROOT.parent / "shared" / "fixtures"
# Everybody is reachable and nobody answers, unless a test says otherwise.
QUIET = {"unreachable": "0", "people": "0", "strangers": "0", "receipt_seconds": "0"}


@dataclass
class Hooks:
    """Stands where the application's webhooks are; `fails` is how often it answers 503 first."""

    url: str = ""
    seen: list[WebhookRequest] = field(default_factory=list)
    fails: int = 0

    def under(self, path: str) -> list[WebhookRequest]:
        return [push for push in self.seen if urlsplit(push.url).path.startswith(path)]

    def wait(self, path: str, count: int = 1) -> list[WebhookRequest]:
        until(lambda: len(self.under(path)) >= count, what=f"{count} pushes to {path}")
        return self.under(path)

    def keep(self, push: WebhookRequest) -> int:
        self.seen.append(push)
        self.fails -= 1
        return 503 if self.fails >= 0 else 200


def _handler(hooks: Hooks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            url = hooks.url + self.path
            status = hooks.keep(WebhookRequest(self.command, url, dict(self.headers), query, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _take  # noqa: N815 - the names http.server calls

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


@contextmanager
def hooks_server() -> Iterator[Hooks]:
    hooks = Hooks()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hooks))
    server.daemon_threads = True
    hooks.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Emulator:
    url: str
    record: Path
    process: subprocess.Popen[str]

    def get(self, path: str, accept: str = "application/json") -> requests.Response:
        return requests.get(self.url + path, headers={"Accept": accept}, timeout=10)

    def post(self, path: str, **form: str) -> requests.Response:
        """A form as a browser sends it; redirects are not followed."""
        return requests.post(self.url + path, data=form, timeout=10, allow_redirects=False)

    def stats(self) -> dict[str, Any]:
        return self.get("/stats").json()

    def turn(self, **knobs: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/knobs", json=knobs, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def lines(self, what: str) -> list[dict[str, Any]]:
        records = (json.loads(line) for line in self.record.read_text().splitlines())
        return [record for record in records if record["what"] == what]


@contextmanager
def emulator_process(
    folder: Path,
    *,
    app_url: str = "http://127.0.0.1:9",
    arguments: tuple[str, ...] = (),
    **knobs: object,
) -> Iterator[Emulator]:
    """An emulator on a free port, with the gateway credentials of the test environment."""
    turned = QUIET | {name: str(value) for name, value in knobs.items()}
    pairs = [part for name, value in turned.items() for part in ("--knob", f"{name}={value}")]
    record = folder / "emulator.jsonl"
    places = ["--port", "0", "--log", str(record), "--app-url", app_url, "--public-url", app_url]
    process = subprocess.Popen(
        [sys.executable, "-m", "notifications.emulator", *places, *pairs, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        ready = process.stdout.readline()
        yield Emulator(json.loads(ready)["ready"], record, process)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()

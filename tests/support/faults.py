"""Waves among real processes, counted at the emulator's own log; and a broker to be cut off."""

import json
import socket
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from notifications.models import Delivery, Wave
from notifications.services.recipients import add_recipients
from notifications.states import TERMINAL, DeliveryState
from tests.support.processes import Stage, until
from tests.support.waves import lease_over, make_wave, number, recipient

# A slow and quiet provider: there is time to kill somebody in mid-wave, and nobody answers.
PROVIDER = {
    "latency_ms": 250, "people": 0, "strangers": 0, "unreachable": 0, "lost_receipts": 1,
}  # fmt: skip
WINDOW = 16
SMALL = {
    "GUIHANG_SEND_WINDOW": str(WINDOW),
    "GUIHANG_BATCH_SIZE": "100",
    "GUIHANG_IN_DOUBT_SECONDS": "1",
}
SETTLED = [*TERMINAL, DeliveryState.ACCEPTED]


class Scene:
    """One wave and the processes that send it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.environment.update(SMALL)

    def wave(self, count: int, *, channel: str = "sms") -> Wave:
        wave = make_wave()
        name = (lambda n: f"oFault{n:022d}") if channel == "wechat" else number
        people = range(1, count + 1)
        add_recipients(
            wave=wave,
            recipients=[recipient(name(n), persons=((n, True),), channel=channel) for n in people],
        )
        return wave

    def lines(self, what: str) -> list[dict[str, Any]]:
        if not self.stage.record.exists():
            return []
        # The last line may be half written, and end within a character.
        whole = self.stage.record.read_bytes().rpartition(b"\n")[0].decode()
        records = (json.loads(line) for line in whole.splitlines())
        return [record for record in records if record["what"] == what]

    def accepted(self) -> Counter[str]:
        return Counter(line["to"] for line in self.lines("accepted"))

    def wait_accepted(self, count: int) -> None:
        until(lambda: self.accepted().total() >= count, what=f"{count} acceptances")

    def wait_settled(self, wave: Wave, *, seconds: float = 60, dead_holders: bool = True) -> None:
        """`dead_holders`: do not wait for leases of the dead to run out in real time."""

        def settled() -> bool:
            return not Delivery.objects.filter(wave=wave).exclude(state__in=SETTLED).exists()

        if dead_holders:
            lease_over(wave)
        until(settled, seconds=seconds, what="the wave's end")

    def assert_nothing_lost(self, wave: Wave, *, repeats: int) -> int:
        """Every frozen address was accepted; at most `repeats` twice, each of those flagged.
        Returns the number of repeats."""
        rows = {d.address: d for d in Delivery.objects.filter(wave=wave)}
        accepted = self.accepted()
        assert sorted(set(rows) - set(accepted)) == []
        assert {row.state for row in rows.values()} <= {"accepted", "delivered"}
        again = {address for address, times in accepted.items() if times > 1}
        assert all(rows[address].possible_duplicate for address in again)
        assert max(accepted.values()) <= 2
        assert len(again) <= repeats
        return len(again)


class Cable:
    """A TCP connection to the broker. Cut, what was open breaks and nothing new comes."""

    is_silent = False  # a worker says that it lost its broker

    def __init__(self, host: str, port: int) -> None:
        self.target, self.port = (host, port), 0
        self.mend()

    def mend(self) -> None:
        self.server = socket.create_server(("127.0.0.1", self.port))
        self.port = self.server.getsockname()[1]
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, args=(self.server,), daemon=True).start()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):  # the server was closed: the cable is cut
            while True:
                near, _ = server.accept()
                far = socket.create_connection(self.target)
                self.ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    def cut(self) -> None:
        for end in [self.server, *self.ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Folder:
    """The embedded broker's messages, which can be taken away and put back."""

    is_silent = True  # to a worker it looks empty: tests/config/test_broker.py

    def __init__(self, messages: Path) -> None:
        self.messages, self.away = messages, messages.with_name("away")

    def cut(self) -> None:
        self.messages.rename(self.away)

    def mend(self) -> None:
        self.away.rename(self.messages)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)

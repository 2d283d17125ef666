"""A provider that pushes replies while everything behind the webhook dies.

It does what providers do: a push that is not answered with 200 is pushed again. What was answered
with 200 is written down here, outside the system, and must be found in it afterwards.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.db import connections
from django.db.utils import InterfaceError, OperationalError

from config.kernel import clock
from notifications.gateways.twilio import signature
from notifications.models import Delivery, Inbound, Reply
from notifications.services.recipients import add_recipients
from notifications.states import DeliveryState
from tests.support.private import Place
from tests.support.processes import listens, signal_group, until
from tests.support.pushes import INBOUND, reply_form
from tests.support.waves import make_wave, number, recipient

HANDS, AGAIN_S = 8, 0.2
KILL = 9


class Answers:
    def __init__(self, place: Place, *, seed: int) -> None:
        self.place, self.stage = place, place.stage
        self.dice = random.Random(seed)
        self.taken: set[str] = set()
        self.again: list[int] = []
        self.last_fault = 0.0

    def begin(self, *, people: int) -> None:
        """An alert that `people` got, a web server and the sweep that understands."""
        self.people, wave = people, make_wave()
        rows = [recipient(number(n), persons=((n, True),)) for n in range(people)]
        add_recipients(wave=wave, recipients=rows)
        Delivery.objects.update(called_at=clock.now(), state=DeliveryState.ACCEPTED)
        wave.batches.update(state="done")
        options = ["--bind", f"127.0.0.1:{self.stage.web_port}", "--workers", "2", "--threads", "4"]
        self._keep("web", "-m", "gunicorn", "config.wsgi", *options)
        self._keep("sweep", "manage.py", "sweep")
        until(lambda: listens(self.stage.web_port), what="the web server")

    def burn(self, count: int, faults: Sequence[str]) -> dict[str, Any]:
        """`count` replies, the faults spread over them, and the books when all is understood."""
        marks = sorted(self.dice.uniform(0.02, 0.95) * count for _ in faults)
        order = list(faults)
        self.dice.shuffle(order)
        with ThreadPoolExecutor(HANDS) as hands:
            pushes = [hands.submit(self._push, number) for number in range(count)]
            for mark, fault in zip(marks, order, strict=True):
                until(lambda m=mark: len(self.taken) >= m, seconds=120, what=f"replies to {fault}")
                self._strike(fault)
            for push in pushes:
                push.result()
        until(self._heard, seconds=120, what="the inbox's end")
        return self._books(count, Counter(faults))

    def _strike(self, fault: str) -> None:
        if fault == "stop_database":
            self.place.postgres.stop_at_once()
        elif fault == "kill_broker":
            self.place.rabbit.kill()
        else:
            signal_group(self.stage.processes[fault.removeprefix("kill_")], KILL)
        self.last_fault = time.monotonic()

    def _push(self, n: int) -> None:
        """One reply, again and again until the application says that it has it."""
        sid = f"SI{n:032x}"
        form = reply_form(number(n % self.people), "1", sid)
        signed = signature(
            settings.TWILIO_TOKEN.encode(), self.stage.web_url + INBOUND, list(form.items())
        )
        while not self._answered(form, signed):
            self.again.append(n)
            Event().wait(AGAIN_S)
        self.taken.add(sid)

    def _answered(self, form: dict[str, str], signed: str) -> bool:
        try:
            answer = requests.post(
                self.stage.web_url + INBOUND,
                data=urlencode(form),
                headers={
                    "X-Twilio-Signature": signed,
                    "Content-Type": "application/x-www-form-urlencoded",
                },
                timeout=15,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200

    def _heard(self) -> bool:
        try:
            return not Inbound.objects.filter(worked_at=None).exists()
        except (OperationalError, InterfaceError):
            connections["default"].close()
            return False

    def _books(self, count: int, struck: Counter[str]) -> dict[str, Any]:
        ids = {event_id.partition(".")[0] for event_id in self._column("event_id")}
        replies = Reply.objects.values_list("inbound__event_id", flat=True)
        heard = {event_id.partition(".")[0] for event_id in replies}
        return {
            "sent": count,
            "acknowledged": len(self.taken),
            "pushed_again": len(self.again),
            "web_kills": struck["kill_web"],
            "database_stops": struck["stop_database"],
            "broker_kills": struck["kill_broker"],
            "sweep_kills": struck["kill_sweep"],
            "lost": len(self.taken - ids),
            "unheard": len(self.taken - heard),
            "twice": len(list(replies)) - len(heard),
            "recovery_seconds": round(time.monotonic() - self.last_fault, 1),
        }

    def _column(self, name: str) -> list[str]:
        return list(Inbound.objects.values_list(name, flat=True))

    def _keep(self, name: str, *arguments: str) -> None:
        self.place.keeper.keep(
            name,
            lambda: self.stage.start(name, *arguments),
            lambda: self.stage.processes[name].poll() is None,
        )

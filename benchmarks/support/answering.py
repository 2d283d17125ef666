"""An incident whose people have been alerted, and what they answer."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from django.conf import settings
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from benchmarks.support import people, pushes
from config.kernel import bulk, clock, encryption
from crisis.incidents.models import Incident
from crisis.incidents.services import declare_incident, expand_incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Contact
from notifications.gateways import gateway_named
from notifications.models import Attempt, Batch, Delivery, Inbound
from notifications.services import inbox, telling
from notifications.states import BatchState, DeliveryState, Outcome

ROWS = 5_000
# What people write, by share; like the emulator's, without its silent ones.
WORDS = ("1", "平安", "2", "3", "4", "我们都平安", "你们是谁", "路断了，出不去")
SHARES = (60, 12, 8, 8, 6, 2, 2, 2)
# What waits this long without a step forward will not come.
PATIENCE_S = 60.0


def alerted_incident(scene: people.Scene, count: int, key: str) -> Incident:
    """Declared and expanded by the product; the hand-over, which another benchmark measures, is
    written as a worker would have left it, and told."""
    incident = declare_incident(
        draft=people.draft(scene), officer=scene.officer, declaration_key=key,
        confirmed_count=count, another_than=list(Incident.objects.values_list("pk", flat=True)),
    )  # fmt: skip
    expand_incident(incident.pk)
    hand_over(incident)
    while telling.tell_outcomes():
        continue
    return incident


def hand_over(incident: Incident) -> None:
    """Every delivery accepted at its first call, under the reference `SM` and its number."""
    now = clock.real_now()
    deliveries = Delivery.objects.filter(wave__source=incident.source)
    deliveries.update(
        state=DeliveryState.ACCEPTED, epoch=1, attempts=1, gateway="twilio", called_at=now,
        accepted_at=now, provider_ref=Concat(Value("SM"), Cast("pk", CharField())),
    )  # fmt: skip
    ids = list(deliveries.order_by("pk").values_list("pk", flat=True))
    columns = ("delivery", "epoch", "gateway", "outcome", "http_status", "provider_ref",
               "provider_code", "at")  # fmt: skip
    for start in range(0, len(ids), ROWS):
        rows = [
            (pk, 1, "twilio", Outcome.ACCEPTED.value, 201, f"SM{pk}", "", now)
            for pk in ids[start : start + ROWS]
        ]
        bulk.insert(Attempt, columns, rows)
    waves = {"wave__source": incident.source}
    Batch.objects.filter(**waves).update(state=BatchState.DONE, untold=True)


def words(count: int) -> list[str]:
    return Random(2).choices(WORDS, SHARES, k=count)


def answers(count: int, run: int) -> Iterator[bytes]:
    """One signed SMS from each of `count` people."""
    for number, text in enumerate(words(count)):
        yield pushes.sms(people.phone(number), text, f"SMa{run:07x}{number:024x}")


def store(forms: Iterator[tuple[str, str]]) -> None:
    """Keep pushes of Twilio, given as (event id, body), as the webhook keeps them."""
    now, rows = clock.now(), []
    for event_id, body in forms:
        rows.append(("twilio", event_id, encryption.seal(body, inbox.BODY_PURPOSE), now, ""))
        if len(rows) == ROWS:
            bulk.insert(Inbound, inbox.COLUMNS, rows)
            rows = []
    bulk.insert(Inbound, inbox.COLUMNS, rows)


def stored_answers(count: int, run: int) -> Iterator[tuple[str, str]]:
    gateway = gateway_named("twilio")
    for request in answers(count, run):
        body = request.partition(b"\r\n\r\n")[2].decode()
        yield gateway.event_id(body), body


def answered(incident: Incident) -> int:
    return Standing.objects.filter(incident=incident, contact=Contact.ANSWERED).count()


def wait_until_answered(incident: Incident, count: int) -> float:
    """When (seconds since the epoch) `count` standings say that their person has answered."""
    return wait_for(lambda: answered(incident), count, "standings that have an answer")


def wait_for(count: Callable[[], int], wanted: int, what: str) -> float:
    """The moment at which `count()` reached `wanted`. Ends the benchmark when it stands still."""
    seen, since = -1, time.monotonic()
    while (found := count()) < wanted:
        if found != seen:
            seen, since = found, time.monotonic()
        if time.monotonic() - since > PATIENCE_S:
            log = Path(settings.VAR_DIR) / "sweep.log"
            raise SystemExit(f"{found} of {wanted} {what}\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
    return time.time()

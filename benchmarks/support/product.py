"""The product as it runs: declare, expand and hand over, by real workers."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.support import people, processes
from crisis.incidents.models import Incident
from crisis.incidents.services import declare_incident
from notifications.models import Delivery, Wave
from notifications.states import DeliveryState

OVERTAKE_S = 60.0
QUIET_S = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds count from the officer's confirmation."""

    recipients: int
    seconds: float
    seconds_to_first: float
    seconds_to_declare: float
    duplicates: int
    lost: int
    cpu_us: dict[str, float]
    counted: dict[str, Any]

    @property
    def per_second(self) -> float:
        return (self.recipients - self.lost) / self.seconds

    @property
    def per_second_once_begun(self) -> float:
        return (self.recipients - self.lost) / (self.seconds - self.seconds_to_first)


def run(
    scene: people.Scene,
    gateway: processes.GatewayClient,
    worker: processes.Process,
    *,
    count: int,
) -> Run:
    """Declare for `count` people and wait until the last message was accepted."""
    gateway.forget()
    before = _cpu_s(gateway, worker)
    confirmed_at = time.time()
    declare(scene, count=count)
    declared_at = time.time()
    counted = gateway.wait_for(count)
    after = _cpu_s(gateway, worker)
    return Run(
        cpu_us={who: round((after[who] - before[who]) / count * 1e6, 1) for who in after},
        recipients=count,
        seconds=counted["last_at"] - confirmed_at,
        seconds_to_first=counted["first_at"] - confirmed_at,
        seconds_to_declare=declared_at - confirmed_at,
        duplicates=counted["accepted"] - counted["addresses"],
        lost=count - counted["addresses"],
        counted=counted,
    )


def settle_receipts(gateway: processes.GatewayClient, run: Run) -> dict[str, float]:
    """Wait until every receipt was pushed and understood; what became of them. «By the last
    message» is how many were taken when the last message left, or within a second of it."""
    by_last = run.counted["receipts_pushed"]
    started = time.time()
    _wait_for(lambda: gateway.count()["receipts_pushed"], run.recipients)
    counted = gateway.count()
    seconds = counted["receipts_last_at"] - run.counted["first_at"]
    delivered = Delivery.objects.filter(state=DeliveryState.DELIVERED)
    found = _wait_for(delivered.count, run.recipients)
    return {
        "receipts_by_last_message": by_last,
        "receipts_per_s": round(counted["receipts_pushed"] / seconds),
        "receipts_refused": counted["receipts_refused"],
        "receipts_settled_after_s": round(time.time() - started, 2),
        "receipts_lost": run.recipients - found,
    }


def _wait_for(count: Callable[[], int], wanted: int) -> int:
    """Until `count()` reaches `wanted`, or stands still for QUIET_S: what it came to."""
    seen, since = -1, time.monotonic()
    while (found := count()) < wanted and time.monotonic() - since < QUIET_S:
        if found != seen:
            seen, since = found, time.monotonic()
        time.sleep(0.1)
    return found


def declare(scene: people.Scene, *, count: int, level: str = "red", marked: bool = False) -> None:
    declare_incident(
        draft=people.draft(scene, level=level, marked=marked),
        officer=scene.officer,
        declaration_key=str(uuid.uuid4()),
        confirmed_count=count,
        another_than=list(Incident.objects.values_list("pk", flat=True)),
    )


def _cpu_s(gateway: processes.GatewayClient, worker: processes.Process) -> dict[str, float]:
    """Seconds of processor time used so far, by what used them."""
    return {
        "worker": processes.cpu_s([worker.pid, *processes.children_of(worker.pid)]),
        "postgresql": processes.cpu_s(processes.backends()),
        "gateway": processes.cpu_s([gateway.pid]),
        "declaring": time.process_time(),
    }


def overtake(
    scene: people.Scene, gateway: processes.GatewayClient, *, many: int, few: int
) -> dict[str, float]:
    """Declare an ordinary incident for `many`, and a red one for `few` while it runs."""
    gateway.forget()
    declare(scene, count=many, level="yellow")
    while gateway.count()["accepted"] < many // 20:
        time.sleep(0.05)
    confirmed_at = time.time()
    ahead = gateway.count()["accepted"]
    declare(scene, count=few, marked=True)
    while (counted := gateway.count())["marked"] < few:
        if time.time() - confirmed_at > OVERTAKE_S:
            break
        time.sleep(0.02)
    return {
        "overtake_first_s": round(counted["marked_first_at"] - confirmed_at, 3),
        "overtake_last_s": round(counted["marked_last_at"] - confirmed_at, 3),
        "overtake_red": counted["marked"],
        "overtake_ordinary_before": ahead,
        "overtake_ordinary_after": counted["accepted"] - counted["marked"],
    }


def texts() -> list[str]:
    """The wordings that the product sent, one for each language."""
    return list(Wave.objects.order_by("pk")[0].texts["sms"].values())

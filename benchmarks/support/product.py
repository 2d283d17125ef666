"""The product as it runs: declare, expand and hand over, by real workers."""

import time
import uuid
from dataclasses import dataclass

from benchmarks.support import people, processes
from crisis.incidents.services import declare_incident
from notifications.models import Wave


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds count from the officer's confirmation."""

    recipients: int
    seconds: float
    seconds_to_first: float
    seconds_to_declare: float
    duplicates: int
    lost: int

    @property
    def per_second(self) -> float:
        return (self.recipients - self.lost) / self.seconds


def run(scene: people.Scene, gateway: processes.GatewayClient, *, count: int) -> Run:
    """Declare for `count` people and wait until the last message was accepted."""
    gateway.forget()
    confirmed_at = time.time()
    declare_incident(
        draft=people.draft(scene),
        officer=scene.officer,
        declaration_key=str(uuid.uuid4()),
        confirmed_count=count,
    )
    declared_at = time.time()
    counted = gateway.wait_for(count)
    return Run(
        recipients=count,
        seconds=counted["last_at"] - confirmed_at,
        seconds_to_first=counted["first_at"] - confirmed_at,
        seconds_to_declare=declared_at - confirmed_at,
        duplicates=counted["accepted"] - counted["addresses"],
        lost=count - counted["addresses"],
    )


def texts() -> list[str]:
    """The wordings that the product sent, one for each language."""
    return list(Wave.objects.order_by("pk")[0].texts["sms"].values())

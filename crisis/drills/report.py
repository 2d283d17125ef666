"""The figures of a drill. Duplicates and losses are counted from the emulator's own log."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Max, Min

from config.kernel import clock
from crisis.drills.running import Sealed
from crisis.incidents.models import Incident
from crisis.rollcall.selectors import counts
from notifications import selectors
from notifications.models import Delivery
from notifications.states import HANDED_OVER, DeliveryState
from registry.models import Person

FACETS = ("condition", "movement", "contact")
Key = tuple[str, str]


def figures(
    incident: Incident, *, log: Path, sealed: Sealed | None, confirmed_at: datetime
) -> dict[str, Any]:
    """The drill's result, ready for JSON. Seconds are real ones, from the confirmation."""
    facets = counts(incident).as_dict()
    deliveries = Delivery.objects.filter(wave__source=incident.source)
    states = Counter(deliveries.values_list("state", flat=True))
    accepted, refused = read_log(log)
    first, last = _handover_seconds(deliveries, confirmed_at)
    return {
        "people": Person.objects.count(),
        "in_audience": facets["in_audience"],
        "unaddressed": facets["unaddressed"],
        "deliveries": deliveries.count(),
        "handed_over": sum(states[state] for state in HANDED_OVER),
        "delivered": states[DeliveryState.DELIVERED],
        "failed": states[DeliveryState.FAILED] + states[DeliveryState.UNDELIVERED],
        "replies": selectors.replies_of(incident.source).count(),
        "unmatched_replies": selectors.unmatched_replies().count(),
        "standings": {name: facets[name] for name in FACETS},
        "duplicates": sum(count - 1 for count in accepted.values()),
        "lost": len(lost(deliveries, accepted, refused)),
        "seconds_to_first_handover": first,
        "seconds_to_last_handover": last,
        "manifest": {
            "rows": sealed.manifest.entries.count() if sealed else 0,
            "files": [str(file) for file in sealed.files] if sealed else [],
        },
    }


def read_log(log: Path) -> tuple[Counter[Key], set[str]]:
    """Acceptances counted by (wave code, address), and the keys of refused deliveries. A page to
    the duty roster has no code: its words tell it from others."""
    accepted: Counter[Key] = Counter()
    refused: set[str] = set()
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["what"] == "accepted":
                accepted[record["code"] or record["text"], record["to"]] += 1
            elif record["what"] == "refused":
                refused.add(record["key"])
    return accepted, refused


def lost(deliveries: Any, accepted: Counter[Key], refused: set[str]) -> list[int]:
    """Frozen addresses without acceptance, refusal or retraction."""
    rows = deliveries.filter(wave__retracted_at=None).select_related("wave")
    return [
        row.pk
        for row in rows.iterator()
        if not accepted[row.wave.code, row.address] and row.key not in refused
    ]


def _handover_seconds(deliveries: Any, confirmed_at: datetime) -> tuple[float | None, float | None]:
    """First and last hand-over of the first wave, in real seconds after the confirmation."""
    wave = deliveries.order_by("wave").values_list("wave", flat=True).first()
    found = deliveries.filter(wave=wave).aggregate(
        first=Min("accepted_at"), last=Max("accepted_at")
    )
    first, last = (
        round((found[name] - confirmed_at).total_seconds() / clock.speed(), 3)
        if found[name]
        else None
        for name in ("first", "last")
    )
    return first, last

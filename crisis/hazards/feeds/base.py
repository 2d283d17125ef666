"""What every feed yields."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crisis.hazards.models import HazardKind


@dataclass(frozen=True, slots=True)
class Report:
    """One event as one agency reported it.

    `aliases` are other ids under which the same feed may name this event. Degrees are WGS-84,
    times are UTC, `depth_km` is positive downwards (an event above sea level is negative).
    `reported_at` is the agency's own time of its last change.
    """

    feed: str
    external_id: str
    aliases: frozenset[str]
    kind: HazardKind
    place: str
    latitude: float
    longitude: float
    magnitude: float | None
    depth_km: float | None
    tsunami: bool
    occurred_at: datetime
    reported_at: datetime
    raw: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """What could be read of one document, and a sentence for each part that could not."""

    reports: list[Report] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

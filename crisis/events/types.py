"""Every type of event that partners are told, and what its data may hold.

Data are references, counts and codes, never personal data: `emit` refuses any other field, so a
name or a number cannot slip out by a careless call. Partners read docs/events.md.
"""

from enum import StrEnum


class EventType(StrEnum):
    """The CloudEvents `type`, which is the routing key too."""

    INCIDENT_DECLARED = "cn.guihang.incident.declared"
    INCIDENT_WIDENED = "cn.guihang.incident.widened"
    INCIDENT_RESHAPED = "cn.guihang.incident.reshaped"
    INCIDENT_OUTAGE = "cn.guihang.incident.outage"
    INCIDENT_STOOD_DOWN = "cn.guihang.incident.stood_down"
    WAVE_CREATED = "cn.guihang.wave.created"
    WAVE_RETRACTED = "cn.guihang.wave.retracted"
    STANDING_CHANGED = "cn.guihang.standing.changed"
    MANIFEST_SEALED = "cn.guihang.manifest.sealed"


# `wave` and `retraction` are public verification codes 核验码, not row ids.
FIELDS: dict[EventType, frozenset[str]] = {
    EventType.INCIDENT_DECLARED: frozenset(
        {"incident", "post", "hazard", "level", "countries", "audience", "certain"}
    ),
    EventType.INCIDENT_WIDENED: frozenset({"incident", "countries", "added", "audience"}),
    EventType.INCIDENT_RESHAPED: frozenset(
        {"incident", "countries", "added", "released", "audience"}
    ),
    EventType.INCIDENT_OUTAGE: frozenset({"incident", "countries", "people", "over"}),
    EventType.INCIDENT_STOOD_DOWN: frozenset({"incident"}),
    EventType.WAVE_CREATED: frozenset({"incident", "wave", "kind", "priority", "recipients"}),
    EventType.WAVE_RETRACTED: frozenset({"incident", "wave", "retraction"}),
    EventType.STANDING_CHANGED: frozenset(
        {"incident", "person_ref", "condition", "movement", "contact", "spoken_for"}
    ),
    EventType.MANIFEST_SEALED: frozenset(
        {"incident", "manifest", "version", "people", "content_hash"}
    ),
}

"""Every type of event that partners are told, and what its data may hold.

Data are references, counts and codes, never personal data: `emit` refuses any other field, so a
name or a number cannot slip out by a careless call. Partners read docs/events.md.
"""

INCIDENT_DECLARED = "cn.guihang.incident.declared"
INCIDENT_STOOD_DOWN = "cn.guihang.incident.stood_down"
WAVE_CREATED = "cn.guihang.wave.created"
WAVE_RETRACTED = "cn.guihang.wave.retracted"
STANDING_CHANGED = "cn.guihang.standing.changed"
MANIFEST_SEALED = "cn.guihang.manifest.sealed"

_INCIDENT = frozenset(
    {"incident", "post", "hazard", "response_level", "countries", "audience", "certain"}
)
_WAVE = frozenset({"incident", "wave", "kind", "priority", "code", "recipients"})

FIELDS: dict[str, frozenset[str]] = {
    INCIDENT_DECLARED: _INCIDENT,
    INCIDENT_STOOD_DOWN: _INCIDENT,
    WAVE_CREATED: _WAVE,
    WAVE_RETRACTED: _WAVE,
    STANDING_CHANGED: frozenset({"incident", "person_ref", "condition", "movement", "contact"}),
    MANIFEST_SEALED: frozenset({"incident", "manifest", "version", "people", "content_hash"}),
}

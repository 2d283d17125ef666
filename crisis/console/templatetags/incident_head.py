"""The head of every page of an incident: what it is, what it says now, and what can be done."""

from typing import Any

from django import template

from crisis.incidents.ground import grounds_now
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import IncidentState
from notifications.models import Wave
from notifications.selectors import deliveries_of_wave
from notifications.states import HANDED_OVER, WaveKind

register = template.Library()


@register.inclusion_tag("console/_incident_head.html", takes_context=True)
def incident_head(context: dict[str, Any], incident: Incident) -> dict[str, Any]:
    """Reads by itself what it shows, so that no page can leave the way back out."""
    alert = alert_wave(incident)
    is_open = incident.state == IncidentState.DECLARED
    found: dict[str, Any] = {
        name: context[name] for name in ("can", "mode", "request", "csrf_token") if name in context
    }
    found |= {
        "room": context.get("room"),
        "incident": incident,
        "is_open": is_open,
        "alert": alert,
        "warns": alert is not None and alert.kind != WaveKind.ALL_CLEAR,
        "grounds": grounds_now(incident),
        "outage": incident.outages.filter(ended_at=None).first(),
        "mainshock": incident.follows,
    }
    if alert and found["can"]["declare"]:
        found["got_it"], whole = _reached(context, alert)
        found["on_the_way"] = whole - found["got_it"]
    return found


def _reached(context: dict[str, Any], alert: Wave) -> tuple[int, int]:
    """(handed over, all) of the alert's messages, from what the page has counted already if it
    has: they are as many as the people, or more."""
    counted = (context.get("live") or {}).get("waves", {}).get(str(alert.pk))
    if counted:
        return counted["handed_over"], counted["total"]
    states = deliveries_of_wave(alert)
    return sum(n for state, n in states.items() if state in HANDED_OVER), sum(states.values())

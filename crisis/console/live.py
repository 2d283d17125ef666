"""What the incident page counts, in one form for the first page, the stream and the panel."""

from collections import defaultdict
from typing import Any

from django.db.models import Count

from crisis.incidents.models import Incident
from crisis.rollcall.selectors import counts
from notifications.models import Delivery, Wave
from notifications.states import HANDED_OVER, DeliveryState

UNFINISHED = frozenset({DeliveryState.PENDING, DeliveryState.CALLING, DeliveryState.IN_DOUBT})
MOVED = ("left_area", "evacuating", "evacuated")


def live_counts(incident: Incident) -> dict[str, Any]:
    """The roll call's counts, the head figures, and each wave's progress."""
    figures: dict[str, Any] = counts(incident).as_dict()
    figures["head"] = head_figures(figures)
    figures["waves"] = wave_progress(incident)
    return figures


def head_figures(figures: dict[str, Any]) -> dict[str, int]:
    """What the duty head asks for first: inside, reached, safe, help, silent, moved."""
    condition, contact = figures["condition"], figures["contact"]
    return {
        "inside": figures["in_audience"],
        "reached": figures["in_audience"] - contact.get("not_contacted", 0),
        "safe": condition.get("safe", 0),
        "help": condition.get("needs_help", 0) + condition.get("injured", 0),
        "silent": figures["silent"],
        "moved": sum(figures["movement"].get(value, 0) for value in MOVED),
    }


def wave_progress(incident: Incident) -> dict[str, dict[str, Any]]:
    """By wave id (text, as JSON keys are): total, finished, handed over, and state by channel."""
    table: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    rows = (
        Delivery.objects.filter(wave__source=incident.source)
        .order_by()
        .values_list("wave_id", "channel", "state")
        .annotate(n=Count("pk"))
    )
    for wave_id, channel, state, n in rows:
        table[wave_id].append((channel, state, n))
    waves = Wave.objects.filter(source=incident.source).values_list("pk", flat=True)
    return {str(pk): _progress(table[pk]) for pk in waves}


def _progress(rows: list[tuple[str, str, int]]) -> dict[str, Any]:
    channels: dict[str, dict[str, int]] = defaultdict(dict)
    states: dict[str, int] = defaultdict(int)
    for channel, state, n in rows:
        channels[channel][state] = n
        states[state] += n
    total = sum(states.values())
    waiting = sum(states[state] for state in UNFINISHED)
    return {
        "total": total,
        "waiting": waiting,
        "finished": total - waiting,
        "handed_over": sum(states[state] for state in HANDED_OVER),
        "channels": dict(channels),
    }

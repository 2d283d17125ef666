"""What the incident's board shows, in one form for the first page, the stream and who polls."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from config.kernel import clock
from crisis.console.clocks import SECONDS, both
from crisis.console.selectors import newest_events
from crisis.console.waves import wave_progress
from crisis.incidents.models import Incident
from crisis.rollcall.models import HeadCount
from crisis.rollcall.selectors import count_people, estimates, left_out
from crisis.selfreports.selectors import unnamed_heads

MOVED = ("left_area", "evacuating", "evacuated")
EVENTS_SHOWN = 15
Figures = dict[str, Any]


def live_counts(incident: Incident, waves: dict[str, dict[str, Any]] | None = None) -> Figures:
    """The roll call's counts, the head figures, each wave's progress, who is thought to be there.

    `waves` are those of `wave_progress` where they were counted a moment ago: messages are many.
    """
    waves = wave_progress(incident) if waves is None else waves
    figures: Figures = count_people(incident, deliveries=_by_channel(waves.values())).as_dict()
    figures["left_out"] = left_out(incident)
    figures["head"] = head_figures(figures)
    figures["waves"] = waves
    figures["presence"] = presence(incident, figures)
    return figures


def head_figures(figures: Figures) -> dict[str, int]:
    """What the duty head asks for first: inside, reached, safe, help, silent, moved. Whoever the
    area leaves out is not inside; a call for help counts wherever they are."""
    condition, contact = figures["condition"], figures["contact"]
    out = figures["left_out"]
    return {
        "inside": figures["in_audience"] - out["people"],
        "reached": figures["in_audience"] - contact.get("not_contacted", 0) - out["reached"],
        "safe": condition.get("safe", 0) - out["safe"],
        "help": condition.get("needs_help", 0) + condition.get("injured", 0),
        "silent": figures["silent"] - out["silent"],
        "moved": sum(figures["movement"].get(value, 0) for value in MOVED),
    }


def presence(incident: Incident, figures: Figures) -> dict[str, int | None]:
    """Registered, self-reported with those whom a report only counts, and estimated (None where
    nobody has said)."""
    newest = estimates(incident).first()
    return {
        "registered": figures["in_audience"],
        "self_reported": figures["self_reported"]["people"] + unnamed_heads(incident),
        "estimated": newest.people if newest else None,
    }


def _by_channel(waves: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for wave in waves:
        for channel, states in wave["channels"].items():
            totals[channel].update(states)
    return {channel: dict(states) for channel, states in sorted(totals.items())}


def marks(incident: Incident) -> dict[str, str]:
    """What tells a page that one of its parts has to be fetched again, because more changed than
    numbers: `marks.waves` and so on in the figures."""
    waiting = incident.announcements.filter(wave=None, discarded_at=None)
    widenings = incident.widenings.filter(widened_at=None, discarded_at=None)
    reshapings = incident.reshapings.filter(reshaped_at=None, discarded_at=None)
    waits = (waiting, widenings, reshapings)
    rows = [found.values_list("pk", flat=True) for found in waits]
    notices = ["-".join(map(str, sorted(found))) for found in rows]
    heads = HeadCount.objects.filter(incident=incident).order_by("-pk").values_list("pk", flat=True)
    newest = estimates(incident).values_list("pk", flat=True).first()
    return {
        "notices": f"{incident.state}/{'/'.join(notices)}",
        "heads": str(heads.first() or ""),
        "estimate": str(newest or ""),
    }


def flat(figures: Mapping[str, Any], path: str = "") -> Figures:
    """{"condition": {"safe": 3}} → {"condition.safe": 3}: what a page's `data-count` names."""
    found: Figures = {}
    for key, value in figures.items():
        name = f"{path}{key}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{name}.")
        else:
            found[name] = value
    return found


def board_figures(incident: Incident, waves: dict[str, dict[str, Any]] | None = None) -> Figures:
    """Everything that is pushed, flat. Its size depends on how many waves there are, and not on
    how many people."""
    figures = live_counts(incident, waves)
    shapes = [f"{pk}:{','.join(row['channels'])}" for pk, row in figures["waves"].items()]
    figures["marks"] = marks(incident) | {"waves": ";".join(shapes)}
    return flat(figures)


def newest(incident: Incident, *, limit: int = EVENTS_SHOWN) -> list[dict[str, Any]]:
    """The newest lines of the log as they are pushed, the newest first."""
    told = []
    for event in newest_events(incident, limit):
        there, beijing = both(event.learned_at, incident.post.time_zone, SECONDS)
        told.append({
            "id": event.pk, "person": event.person_ref, "kind": event.kind,
            "source": event.source, "at": there, "beijing": beijing,
            "name": event.person.name if event.person else "",
        })  # fmt: skip
    return told


def read_clock(incident: Incident) -> list[str]:
    """The moment of reading, there and in Beijing: how old figures are is said by their page."""
    return list(both(clock.now(), incident.post.time_zone, SECONDS))


def nameless(event: Mapping[str, Any]) -> dict[str, Any]:
    """The same for who may see no names."""
    return {key: value for key, value in event.items() if key != "name"}

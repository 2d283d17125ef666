"""The live board: its figures, its parts, the map's clusters, the wall, the estimate."""

import math
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.console.clusters import MAX_ZOOM, Sight, clusters, places_of
from crisis.console.forms.board import EstimateForm
from crisis.console.live import (
    EVENTS_SHOWN,
    board_figures,
    live_counts,
    nameless,
    newest,
    read_clock,
)
from crisis.console.plotting import plot
from crisis.console.selectors import visible_incident
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.rollcall.groups import newest_heads, summed
from crisis.rollcall.selectors import estimates
from crisis.rollcall.services import estimate_presence
from crisis.rollcall.states import Condition, Contact, EventKind, Movement, Source
from crisis.rollcall.tallies import answers_by_minute
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from notifications.selectors import waves_of
from notifications.states import DeliveryState, WaveKind

FACETS = {"condition": Condition, "movement": Movement, "contact": Contact}
# The parts of the board that a page may fetch again by themselves.
PARTS = ("notices", "waves", "heads", "plot", "presence", "running")


def board_context(incident: Incident) -> dict[str, Any]:
    """What the board's templates show besides the figures."""
    return {
        "facets": [(name, choices.choices) for name, choices in FACETS.items()],
        "events": newest(incident),
        "events_shown": EVENTS_SHOWN,
        "kind_labels": dict(EventKind.choices),
        "source_labels": dict(Source.choices),
        "stream": f"{settings.STREAM_URL}/stream/incidents/{incident.pk}/"
        if incident.declared_at
        else "",
        **notices_context(incident),
        **waves_context(incident),
        **heads_context(incident),
        **plot_context(incident),
        **presence_context(incident),
    }


def notices_context(incident: Incident) -> dict[str, Any]:
    unsent = incident.announcements.filter(wave=None, discarded_at=None)
    more = incident.widenings.filter(widened_at=None, discarded_at=None)
    return {
        "waiting": unsent.select_related("submitted_by"),
        "reshaping_waits": incident.reshapings.filter(
            reshaped_at=None, discarded_at=None
        ).select_related("submitted_by"),
        "widening_waits": more.select_related("submitted_by"),
    }


def waves_context(incident: Incident) -> dict[str, Any]:
    waves = waves_of(incident.source)
    return {
        "waves": waves.exclude(kind=WaveKind.CONTACT).select_related("ended_by").order_by("-id"),
        "contacted": waves.filter(kind=WaveKind.CONTACT).count(),
        "alert": alert_wave(incident),
        "delivery_states": DeliveryState.choices,
    }


def heads_context(incident: Incident) -> dict[str, Any]:
    heads = newest_heads(incident)
    return {"heads": heads, "heads_in_all": summed(heads)}


def plot_context(incident: Incident) -> dict[str, Any]:
    now = clock.now()
    start = incident.declared_at or now
    return {"plot": plot(answers_by_minute(incident), start=start, until=now)}


def presence_context(incident: Incident) -> dict[str, Any]:
    return {"estimate": estimates(incident).first()}


_CONTEXTS = {
    "notices": notices_context,
    "waves": waves_context,
    "heads": heads_context,
    "plot": plot_context,
    "presence": presence_context,
    "running": waves_context,
}


@requires(Capability.VIEW_INCIDENT)
def part(request: StaffRequest, pk: int, part: str) -> HttpResponse:
    """One part of the board, when more than its numbers changed."""
    incident = visible_incident(request.user, pk)
    if part not in PARTS:
        raise Http404
    context = {"incident": incident, **_CONTEXTS[part](incident)}
    if part in ("waves", "presence", "running"):
        context["live"] = live_counts(incident)
    if part == "presence":
        context["form"] = EstimateForm(None, incident=incident)
    return render(request, f"console/_board_{part}.html", context)


@requires(Capability.VIEW_INCIDENT)
def live(request: StaffRequest, pk: int) -> JsonResponse:
    """What the stream sends first, for a page that has no stream."""
    incident = visible_incident(request.user, pk)
    lines = newest(incident)
    named = request.user.can(Capability.VIEW_PERSON) and request.GET.get("names") != "no"
    said = {
        "at": read_clock(incident),
        "set": board_figures(incident),
        "events": lines if named else [nameless(line) for line in lines],
    }
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


@requires(Capability.VIEW_INCIDENT)
def points(request: StaffRequest, pk: int) -> JsonResponse:
    """Clusters of the people in sight; single people, with their number, for who may see them."""
    incident = visible_incident(request.user, pk)
    sight = read_sight(request)
    if sight is None:
        return JsonResponse({"clusters": [], "error": "bad_sight"}, status=400)
    places = places_of(incident)
    single = request.user.can(Capability.VIEW_PERSON) and request.GET.get("names") != "no"
    said = {
        "clusters": clusters(places, sight, single=single),
        "placed": len(places.persons),
        "nowhere": places.nowhere,
    }
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


def read_sight(request: StaffRequest) -> Sight | None:
    """From `zoom`, `west`, `south`, `east`, `north`; None where one is missing or no number."""
    try:
        zoom = round(float(request.GET["zoom"]))
        west, south, east, north = (
            float(request.GET[name]) for name in ("west", "south", "east", "north")
        )
    except (KeyError, ValueError, OverflowError):
        return None
    if not all(map(math.isfinite, (west, south, east, north))) or west > east or south > north:
        return None
    return Sight(min(max(zoom, 0), MAX_ZOOM), west, south, east, north)


@requires(Capability.VIEW_INCIDENT)
def wall(request: StaffRequest, pk: int) -> HttpResponse:
    """The board for a screen that nobody touches: dark, large, without names."""
    incident = visible_incident(request.user, pk)
    if not incident.declared_at:
        raise Http404
    context = {
        "incident": incident,
        "live": live_counts(incident),
        "at": read_clock(incident),
        "points": f"{reverse('console:incident-points', args=[pk])}?names=no",
        **board_context(incident),
    }
    context["events"] = [nameless(line) for line in context["events"]]
    return render(request, "console/wall.html", context)


@require_POST
@requires(Capability.RECORD)
def estimate(request: StaffRequest, pk: int) -> HttpResponse:
    """How many the post believes are there."""
    incident = visible_incident(request.user, pk)
    form = EstimateForm(request.POST, incident=incident)
    if form.is_valid():
        try:
            estimate_presence(incident=incident, officer=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.extra.get("field"), str(error))
        else:
            messages.success(request, _("已记录在场人数估计。"))
            return redirect("console:incident", pk)
    context = {"incident": incident, "room": "estimate", "form": form}
    context |= presence_context(incident) | {"live": live_counts(incident)}
    return render(request, "console/estimate.html", context, status=400)

"""接收与安置: what comes to a place, who arrived, and who stays there.

The officers of the post that receives work here too, whoever's the incident is: a place is taken
from `place_for`, which knows both.
"""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.arrivals import services
from crisis.arrivals.models import Stay
from crisis.arrivals.selectors import (
    arrival_for,
    expected_at,
    has_list,
    here,
    lone_minors,
    place_for,
    places_for,
)
from crisis.arrivals.states import Province
from crisis.console.arrivals import coming, stay_lines
from crisis.console.forms.arrivals import (
    ArrivedForm,
    PlaceForm,
    ReleaseForm,
    StrangerForm,
)
from crisis.console.selectors import visible_incident
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of
from crisis.transports.models import Place, Transport

LEFT_SHOWN = 100
NOWHERE = {("", "")}


@requires(Capability.VIEW_PERSON)
def havens(request: StaffRequest) -> HttpResponse:
    """Every place where one of the user's posts receives, or whose incident is theirs."""
    context = {"places": _with_counts(request, {}), "section": "havens"}
    return render(request, "console/havens.html", context)


@requires(Capability.VIEW_PERSON)
def of_incident(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    context = {
        "incident": incident,
        "room": "evacuation",
        "part": "havens",
        "places": _with_counts(request, {"operation__incident": incident}),
    }
    return render(request, "console/incident_havens.html", context)


def _with_counts(request: StaffRequest, which: dict[str, Any]) -> list[Place]:
    rows = places_for(request.user).filter(**which).order_by("operation", "kind", "pk")
    staying = Count("stays", filter=Q(stays__left_at=None), distinct=True)
    arrived = Count("arrived", filter=Q(arrived__undone_at=None), distinct=True)
    return list(rows.annotate(staying=staying, arrived_people=arrived))


@requires(Capability.VIEW_PERSON)
def haven(request: StaffRequest, pk: int) -> HttpResponse:
    return _haven(request, place_for(request.user, pk))


def _haven(request: StaffRequest, place: Place, **forms: PlaceForm) -> HttpResponse:
    """The page of a place; a form that was refused is shown as it was typed."""
    stays = list(here(place))
    alone = lone_minors(place, clock.now())
    gone = place.stays.exclude(left_at=None).select_related("walk_in", "onward", "left_by")
    context = room(request, place) | {
        "keeps_list": has_list(place),
        "coming": coming(expected_at(place)),
        "stays": stay_lines(place, stays, alone),
        "gone": stay_lines(place, list(gone.order_by("-left_at")[:LEFT_SHOWN]), ()),
        "gone_count": gone.count(),
        "alone": len(alone),
        "free": max(place.beds - len(stays), 0),
        "provinces": sorted(
            {(stay.province, stay.get_province_display()) for stay in stays if stay.province}
        ),
        "over": max(len(stays) - place.beds, 0) if place.beds else 0,
        "arrived_form": forms.get("arrived") or ArrivedForm(place=place, whos=frozenset()),
        "stranger": forms.get("stranger")
        or StrangerForm(place=place, initial={"key": get_random_string(20)}),
        "release": forms.get("release") or ReleaseForm(place=place),
    }
    audit.record(
        actor=request.user.username,
        act="arrival.listed",
        subject=f"place:{place.pk}",
        incident=place.operation.incident_id,
        people=len(stays),
    )
    status = 400 if any(form.errors for form in forms.values()) else 200
    return render(request, "console/haven.html", context, status=status)


@requires(Capability.VIEW_PERSON)
def printed(request: StaffRequest, pk: int) -> HttpResponse:
    """The list on paper: everybody who stays there, by bed, or (`?province=`) those of one
    province for whoever takes them over. The look is on record."""
    place = place_for(request.user, pk)
    province = request.GET.get("province", "")
    rows = here(place).order_by("bed", "since", "pk")
    if province in Province.values:
        rows = rows.filter(province=province)
    stays = list(rows)
    audit.record(
        actor=request.user.username,
        act="stay.printed",
        subject=f"place:{pk}",
        people=len(stays),
        province=province,
    )
    context = {
        "place": place,
        "incident": place.operation.incident,
        "now": clock.now(),
        "printer": request.user,
        "province": Province(province).label if province in Province.values else "",
        "stays": stay_lines(place, stays, lone_minors(place, clock.now())),
    }
    return render(request, "console/haven_print.html", context)


def room(request: StaffRequest, place: Place) -> dict[str, Any]:
    """The incident's own post stands in its room; who only receives sees the place alone."""
    incident = place.operation.incident
    own = posts_of(request.user).filter(pk=incident.post_id).exists()
    base = "console/evacuation_base.html" if own else "console/haven_base.html"
    context = {"place": place, "base": base, "of": incident, "now": clock.now()}
    if own:
        return context | {"incident": incident, "room": "evacuation", "part": "havens"}
    return context | {"section": "havens"}


@require_POST
@requires(Capability.RECORD)
def arrived(request: StaffRequest, pk: int, transport: int) -> HttpResponse:
    """Those ticked of one transport."""
    place = place_for(request.user, pk)
    brought = get_object_or_404(Transport, pk=transport, destination=place)
    expected = next((one for one in expected_at(place) if one.transport == brought), None)
    if expected is None:
        raise Http404
    form = ArrivedForm(request.POST, place=place, whos=expected.aboard | expected.listed)
    if form.is_valid():
        whos = expected.aboard if "all" in request.POST else form.cleaned_data["who"]
        try:
            done = services.record_arrivals(
                place=place,
                transport=brought,
                person_refs=[who.ref for who in whos if not who.walk_in],
                walk_ins=[who.ref for who in whos if who.walk_in],
                officer=request.user,
                at=form.moment(),
            )
        except DomainError as error:
            raise_closed(error)
            form.refuse(error)
        else:
            messages.success(request, _("已记录 %(n)d 人抵达。") % {"n": len(done.arrivals)})
            return redirect("console:haven", pk)
    return _haven(request, place, arrived=form)


def raise_closed(error: DomainError) -> None:
    """What the user may not do is no matter of a form."""
    if error.status in (403, 404) and error.code in ("forbidden", "not_found"):
        raise error


@require_POST
@requires(Capability.RECORD)
def stranger(request: StaffRequest, pk: int) -> HttpResponse:
    place = place_for(request.user, pk)
    form = StrangerForm(request.POST, place=place)
    if form.is_valid():
        try:
            arrival = services.record_stranger(
                place=place,
                transport=form.cleaned_data["transport"],
                stranger=form.stranger(),
                officer=request.user,
                at=form.moment(),
            )
        except DomainError as error:
            raise_closed(error)
            form.refuse(error)
        else:
            messages.success(
                request,
                _("证件与名册中的人相符，已记为其抵达。")
                if arrival.person_ref
                else _("已登记，待撤离组与登记册匹配。"),
            )
            return redirect("console:haven", pk)
    return _haven(request, place, stranger=form)


@require_POST
@requires(Capability.RECORD)
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    arrival = arrival_for(request.user, pk)
    told = services.undo_arrival(arrival=arrival, officer=request.user)
    messages.success(request, _("抵达记录已撤销。"))
    if told:
        messages.warning(request, _("其家人已收到抵达消息，请尽快致电更正。"))
    return redirect("console:haven", arrival.place_id)


@require_POST
@requires(Capability.RECORD)
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """Those ticked leave together."""
    place = place_for(request.user, pk)
    wanted = [int(text) for text in request.POST.getlist("stay") if text.isdigit()]
    stays = list(here(place).filter(pk__in=wanted))
    form = ReleaseForm(request.POST, place=place)
    if form.is_valid():
        if not stays:
            form.add_error(None, _("请先勾选离开的人。"))
        elif released(request, stays, form):
            return redirect("console:haven", pk)
    return _haven(request, place, release=form)


def released(request: StaffRequest, stays: list[Stay], form: ReleaseForm) -> bool:
    try:
        left = services.release(stays=stays, draft=form.draft(), officer=request.user)
    except DomainError as error:
        raise_closed(error)
        form.refuse(error)
        return False
    messages.success(request, _("已登记 %(n)d 人离开。") % {"n": len(left)})
    return True

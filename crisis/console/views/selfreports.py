"""自助报备: the reports of an incident, the likely ones first; who is who; the poster."""

import base64
import io
from collections.abc import Callable
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from config.kernel import audit, legal
from config.kernel.errors import DomainError
from crisis.cases.selectors import cases_of_person
from crisis.console.selectors import visible_incident, visible_people
from crisis.console.selfreports import Who, rows_in, rows_of, rows_waiting
from crisis.console.views.duplicates import side_by_side
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.rollcall.selectors import counts, estimates
from crisis.selfreports import services
from crisis.selfreports.models import SelfReport
from crisis.selfreports.selectors import (
    form_of,
    heard_again,
    presence,
    report_of,
    words_of_incident,
)
from crisis.selfreports.states import ReportState, SetAsideReason
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from registry.models import Person
from registry.services.merging import not_the_same

A_PAGE = 25
LISTS = ("waiting", "held", "decided", "set_aside")


@requires(Capability.VIEW_PERSON)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request.user, pk)
    shown = request.GET.get("show", "waiting")
    if shown not in LISTS:
        raise Http404
    page: Page[Any]
    if shown == "waiting":
        page = Paginator(rows_waiting(request.user, incident), A_PAGE).get_page(_page(request))
    else:
        reports = rows_in(request.user, incident, shown)
        page = Paginator(reports, A_PAGE).get_page(_page(request))
        page.object_list = rows_of(request.user, incident, list(page.object_list))
    audit.record(
        actor=request.user.username,
        act="selfreport.listed",
        subject=incident.source,
        found=page.paginator.count,
        basis=legal.IN_AN_INCIDENT,
    )
    context = _room(incident) | {
        "page": page,
        "shown": shown,
        "again": heard_again(incident) if shown == "set_aside" else set(),
    }
    return render(request, "console/selfreports.html", context)


def _page(request: StaffRequest) -> str:
    return request.GET.get("page", "1")


def _room(incident: Incident) -> dict[str, Any]:
    estimate = estimates(incident).first()
    return {
        "incident": incident,
        "room": "selfreports",
        "presence": presence(incident),
        "registered": counts(incident).in_audience,
        "estimate": estimate,
        "form": form_of(incident),
        "address": _address(incident),
    }


def _address(incident: Incident) -> str:
    form = form_of(incident)
    if form is None:
        return ""
    return settings.PUBLIC_URL + reverse("citizens:self-report", args=[form.code])


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int, report: int) -> HttpResponse:
    """One report beside whom its people may be; POST decides one thing."""
    incident = visible_incident(request.user, pk)
    found = report_of(incident, report)
    if request.method == "POST":
        return _decide(request, incident, found)
    (row,) = rows_of(request.user, incident, [found])
    for who in row.people:
        for one in (who.person, *(match.person for match in who.matches)):
            audit.record(
                actor=request.user.username,
                act="person.viewed",
                subject=f"person:{one.pk}",
                incident=incident.pk,
                basis=legal.IN_AN_INCIDENT,
            )
    leader = next((who.person.pk for who in row.people if who.leads), None)
    held = SelfReport.objects.filter(incident=incident, state=ReportState.HELD)
    context = _room(incident) | {
        "row": row,
        "report": found,
        "tables": [(who, _table(incident, who)) for who in row.people],
        "reasons": SetAsideReason.choices,
        "cases": cases_of_person(leader).filter(incident=incident) if leader else (),
        "of_source": held.filter(client=bytes(found.client)).count(),
    }
    return render(request, "console/selfreport.html", context)


def _table(incident: Incident, who: Who) -> list[tuple[str, str, list[tuple[str, bool]]]]:
    """(fact, of who reports, [(of a candidate, whether the two differ)]); facts nobody has are
    left out."""
    columns = [side_by_side(who.person, match.person) for match in who.matches]
    lines = []
    for n, line in enumerate(columns[0] if columns else ()):
        others = [column[n] for column in columns]
        if line.left or any(other.right for other in others):
            cells = [(o.right, bool(o.left and o.right and o.differs)) for o in others]
            lines.append((line.label, line.left, cells))
    return lines


def _decide(request: StaffRequest, incident: Incident, report: SelfReport) -> HttpResponse:
    act, _dash, rest = request.POST.get("act", "").partition(":")
    acts: dict[str, Callable[[StaffRequest, SelfReport, str], str]] = {
        "match": _match,
        "part": _part,
        "apart": _apart,
        "verify": _verify,
        "unverify": _unverify,
        "aside": _aside,
        "back": _back,
        "admit": _admit,
    }
    try:
        if act not in acts:
            raise DomainError("unknown_act", _("没有这个操作。"))
        messages.success(request, acts[act](request, report, rest))
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, str(error))
    return redirect("console:selfreport", incident.pk, report.pk)


def _numbers(text: str) -> list[int]:
    parts = text.split("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise Http404
    return [int(part) for part in parts]


def _pair(text: str) -> tuple[int, int]:
    numbers = _numbers(text)
    if len(numbers) != 2:
        raise Http404
    return numbers[0], numbers[1]


def _match(request: StaffRequest, report: SelfReport, text: str) -> str:
    person, other = _pair(text)
    to = get_object_or_404(visible_people(request.user), pk=other)
    services.match_person(report=report, person_ref=person, to=to, officer=request.user)
    return _("已合并到 #%(n)s，点名只计一次。可以撤销。") % {"n": other}


def _part(request: StaffRequest, report: SelfReport, text: str) -> str:
    services.undo_match(report=report, person_ref=_numbers(text)[0], officer=request.user)
    return _("合并已撤销，报备恢复为未核实。")


def _apart(request: StaffRequest, report: SelfReport, text: str) -> str:
    person, other = _pair(text)
    people = visible_people(request.user)
    if not request.user.can(Capability.REGISTER):
        raise DomainError("forbidden", _("您的角色无权执行此操作。"), status=403)
    one = get_object_or_404(Person, pk=person, pk__in=report.people.values("person_ref"))
    not_the_same(one=one, other=get_object_or_404(people, pk=other), by=request.user.username)
    return _("已记为两个人，不再提示。")


def _verify(request: StaffRequest, report: SelfReport, text: str) -> str:
    services.verify_person(report=report, person_ref=_numbers(text)[0], officer=request.user)
    return _("已核实为登记册中没有的人。")


def _unverify(request: StaffRequest, report: SelfReport, text: str) -> str:
    services.undo_verification(report=report, person_ref=_numbers(text)[0], officer=request.user)
    return _("核实已撤回。")


def _aside(request: StaffRequest, report: SelfReport, _text: str) -> str:
    reason = request.POST.get("reason", "")
    services.set_aside(report=report, reason=reason, officer=request.user)
    return _("已搁置，不再计入；内容保留，可以恢复。求助个案不随之结案。")


def _back(request: StaffRequest, report: SelfReport, _text: str) -> str:
    services.take_back(report=report, officer=request.user)
    return _("已恢复计入。")


def _admit(request: StaffRequest, report: SelfReport, text: str) -> str:
    done = services.admit_report(
        report=report, officer=request.user, all_of_source=text == "source"
    )
    return _("已计入 %(n)s 份报备。") % {"n": done}


# -- The poster --------------------------------------------------------------------------------


@requires(Capability.VIEW_INCIDENT)
def poster(request: StaffRequest, pk: int) -> HttpResponse:
    """A sheet to print and put up: the code, the short address, in both languages."""
    incident = visible_incident(request.user, pk)
    if (form := form_of(incident)) is None:
        raise Http404
    alert = alert_wave(incident)
    context = {
        "incident": incident,
        "form": form,
        "address": _address(incident),
        "picture": _qr(_address(incident)),
        "english": words_of_incident(incident, "en"),
        "alert": alert,
        "texts": alert.texts["sms"] if alert else {},
    }
    return render(request, "console/selfreport_poster.html", context)


def _qr(address: str) -> str:
    """The address as a picture that stands in the page; well readable across a room and soiled."""
    picture = io.BytesIO()
    segno.make(address, micro=False, error="q").save(picture, kind="png", scale=12, border=4)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()

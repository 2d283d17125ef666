"""The people of an incident: a list to scroll through, and a roll call on paper."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from config.kernel import audit, clock
from crisis.console.forms.roster import RosterFilter
from crisis.console.live import live_counts
from crisis.console.roll import read_place, rows_after, sheets
from crisis.console.selectors import visible_incident, with_names
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability

ROWS_A_CHUNK = 40
ROWS_A_SHEET = 18


def roster_context(request: StaffRequest, incident: Incident) -> dict[str, Any]:
    """One chunk of the people inside, filtered by facet or by name; `after` says from where. A name
    comes by POST, so that none stands in an address, and its `after` with it."""
    form = RosterFilter(request.GET, name=request.POST.get("name", ""))
    found = request.POST if form.name else request.GET
    after = read_place(found.get("after", ""))
    rows, following = rows_after(form.apply(inside(incident)), after, ROWS_A_CHUNK)
    query = request.GET.copy()
    query.pop("after", None)
    return {
        "rows": with_names(rows),
        "filter": form,
        "here": after,
        "following": following,
        "filters": query.urlencode(),
    }


def inside(incident: Incident) -> QuerySet[Standing]:
    return Standing.objects.counted().filter(incident=incident)


@requires(Capability.VIEW_PERSON)
def roster(request: StaffRequest, pk: int) -> HttpResponse:
    """The list as a page of its own; for htmx the next rows alone."""
    incident = visible_incident(request.user, pk)
    context: dict[str, Any] = {"incident": incident, "room": "people"}
    context |= roster_context(request, incident)
    if request.headers.get("HX-Request"):
        return render(request, "console/_roster_rows.html", context)
    context["count"] = context["filter"].count(incident)
    return render(request, "console/roster.html", context)


@requires(Capability.VIEW_PERSON)
def printed(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A roll call for when the power goes: everybody the filter lets through, with their phones,
    on numbered sheets with boxes to tick. It is streamed: there may be 100,000."""
    incident = visible_incident(request.user, pk)
    form = RosterFilter(request.GET)
    standings = form.apply(inside(incident))
    people = standings.count()
    by_name = request.GET.get("order") == "name"
    audit.record(
        actor=request.user.username,
        act="rollcall.printed",
        subject=incident.source,
        people=people,
        filters={name: value for name, value in form.cleaned_data.items() if value},
    )
    context = {
        "incident": incident,
        "live": live_counts(incident),
        "now": clock.now(),
        "people": people,
        "sheets": -(-people // ROWS_A_SHEET),
        "by_name": by_name,
        "filter": form,
        "filters": request.GET.urlencode(),
        "asked": form.asked(),
        "printer": request.user,
    }
    head = render_to_string("console/print_head.html", context, request)
    pages = sheets(standings, size=ROWS_A_SHEET, by_name=by_name)
    body = paper(head, pages, context, get_language() or "zh-hans")
    response = StreamingHttpResponse(body, content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def paper(
    head: str, pages: Iterator[list[Standing]], context: dict[str, Any], language: str
) -> Iterator[str]:
    """The page's beginning, each sheet, its end. It is written after the view has returned, when
    the request's language is no longer the thread's."""
    yield head
    for number, rows in enumerate(pages, 1):
        with override(language):
            sheet = {"rows": rows, "number": number, "first": (number - 1) * ROWS_A_SHEET}
            yield render_to_string("console/_print_sheet.html", context | sheet)
    yield "</main></body></html>"

"""自行撤离: parties on their way by themselves, for the post that knows them and the one that
waits."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.console.forms.operation import (
    CrossedForm,
    DelayForm,
    FilingForm,
    at_zone,
    wall_clock,
)
from crisis.console.views.places import room
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation, SelfEvacuation
from crisis.transports.selectors import (
    arriving_for,
    expected_for,
    filing_for,
    filings_of,
    operation_for,
    parties_of,
)
from crisis.transports.services import (
    delay_filing,
    file_for,
    record_crossing,
    take_back_crossing,
    withdraw_filing,
)

MOST_SHOWN = 500


@requires(Capability.VIEW_PERSON)
def listed(request: StaffRequest, pk: int) -> HttpResponse:
    """Parties of one operation; POST files one that an officer was told of."""
    operation = operation_for(request.user, pk)
    blank = {"key": str(uuid.uuid4())}
    return _page(request, operation, FilingForm(operation=operation, initial=blank))


@require_POST
@requires(Capability.VIEW_PERSON)
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """Planners and officers may both write one down; the service asks for either."""
    operation = operation_for(request.user, pk)
    form = FilingForm(request.POST, operation=operation)
    if form.is_valid():
        try:
            file_for(
                operation=operation,
                draft=form.draft(),
                key=form.cleaned_data["key"],
                officer=request.user,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记，接收的使领馆可以看到。"))
            return redirect("console:leavers", pk)
    return _page(request, operation, form)


def _page(request: StaffRequest, operation: EvacuationOperation, form: FilingForm) -> HttpResponse:
    form.mark_invalid()
    rows = shown(request.user, filings_of(operation), f"operation:{operation.pk}")
    context = room(operation, "leavers", rows=rows, form=form)
    return render(request, "console/leavers.html", context, status=400 if form.errors else 200)


def shown(user: User, filings: QuerySet[SelfEvacuation], subject: str) -> list[dict[str, Any]]:
    """Parties with their names, whoever is overdue first; the look is on record."""
    rows = sorted(filings[:MOST_SHOWN], key=lambda one: (not one.is_live, one.expected_at))
    parties = parties_of(rows)
    people = sum(len(party) for party in parties.values())
    if people:
        audit.record(
            actor=user.username, act="selfevacuation.listed", subject=subject, people=people
        )
    now = clock.now()
    return [
        {
            "filing": one,
            "party": parties[one.pk],
            "late": one.is_live and one.expected_at < now,
            "crossed": CrossedForm(
                auto_id=f"crossed-{one.pk}-%s", initial={"at": wall_clock(now, one.zone)}
            ),
            "delay": DelayForm(auto_id=f"delay-{one.pk}-%s"),
        }
        for one in rows
    ]


# -- The post that waits -------------------------------------------------------------------------


@requires(Capability.VIEW_PERSON)
def expected(request: StaffRequest) -> HttpResponse:
    """Everybody who is due at the user's posts, whichever post's incident it is."""
    user = request.user
    context = {
        "section": "expected",
        "rows": shown(user, expected_for(user), "expected"),
        "transports": arriving_for(user),
    }
    return render(request, "console/expected.html", context)


# -- What became of them -------------------------------------------------------------------------

_Find = Callable[..., SelfEvacuation]


@require_POST
@requires(Capability.VIEW_PERSON)
def act(request: StaffRequest, pk: int, filing: int) -> HttpResponse:
    """An act of the incident's own post; `act` is the pressed button."""
    row = filing_for(operation_for(request.user, pk), filing)
    _done(request, row)
    return redirect("console:leavers", pk)


@require_POST
@requires(Capability.RECORD)
def act_of_receiver(request: StaffRequest, pk: int) -> HttpResponse:
    """The same by the post that waits."""
    row = get_object_or_404(expected_for(request.user), pk=pk)
    _done(request, row)
    return redirect("console:expected")


def _done(request: StaffRequest, row: SelfEvacuation) -> None:
    try:
        said = _act(request, row)
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, said)


def _act(request: StaffRequest, row: SelfEvacuation) -> str:
    """What was done, in words. Raises DomainError."""
    user, wanted = request.user, request.POST.get("act", "")
    if wanted == "crossed":
        form = _valid(CrossedForm(request.POST))
        record_crossing(filing=row, at=at_zone(form["at"], row.zone), officer=user)
        return _("已记录抵达。")
    if wanted == "delay":
        form = _valid(DelayForm(request.POST))
        moment = at_zone(form["expected_at"], row.zone)
        delay_filing(filing=row, expected_at=moment, route=form["route"], user=user)
        return _("已更新预计到达时间。")
    if wanted == "take_back":
        take_back_crossing(filing=row, officer=user)
        return _("已撤销抵达记录。")
    if wanted == "withdraw":
        withdraw_filing(filing=row, user=user)
        return _("报备已撤回。")
    raise DomainError("unknown_act", _("没有这个操作。"))


def _valid(form: CrossedForm | DelayForm) -> dict[str, Any]:
    if not form.is_valid():
        raise DomainError("bad_time", _("请填写日期和时间。"))
    return form.cleaned_data

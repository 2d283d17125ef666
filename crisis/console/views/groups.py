"""Groups in the officer's jurisdiction: confirming, members, liaisons, closing."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.console.forms.groups import GroupForm, MemberForm
from crisis.console.selectors import visible_group, visible_groups, visible_people
from crisis.console.views.advisories import served_by
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from registry.models import Group, Person
from registry.selectors.groups import join_code, members_of, with_sizes
from registry.services import groups as services

GROUPS_A_PAGE = 50
CHANGES: dict[str, Callable[..., object]] = {
    "appoint": services.appoint_liaison,
    "dismiss": services.dismiss_liaison,
    "end": services.end_membership,
}


@requires(Capability.VIEW_PERSON)
def overview(request: StaffRequest) -> HttpResponse:
    """Groups that wait for an officer first. POST opens one, confirmed at once."""
    may = request.user.can(Capability.REGISTER)
    data = request.POST if request.method == "POST" and may else None
    form = GroupForm(data, countries=served_by(request.user))
    if data is not None and form.is_valid():
        try:
            group = services.open_group(draft=form.draft(), by=_by(request))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("团组已建立。"))
            return redirect("console:group", group.pk)
    context = {"section": "groups", "form": form, "page": _page(request, listed(request))}
    return render(request, "console/groups.html", context, status=400 if form.errors else 200)


def listed(request: StaffRequest) -> QuerySet[Group]:
    """Open groups by default; `?closed=1` shows the others."""
    closed = request.GET.get("closed") == "1"
    groups = with_sizes(visible_groups(request.user).filter(closed_at__isnull=not closed))
    return groups.order_by(F("confirmed_at").desc(nulls_first=True), "name", "pk")


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, visible_group(request.user, pk), MemberForm())


@require_POST
@requires(Capability.REGISTER)
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    group = visible_group(request.user, pk)
    return _done(
        request,
        group,
        lambda: services.confirm_group(group=group, by=_by(request)),
        _("团组已核实，其联络员可以代成员报告。"),
    )


@require_POST
@requires(Capability.REGISTER)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    group = visible_group(request.user, pk)
    return _done(
        request,
        group,
        lambda: services.close_group(group=group, by=_by(request)),
        _("团组已结束。"),
    )


@require_POST
@requires(Capability.REGISTER)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Take in somebody of this officer's people, by their number."""
    group, form = visible_group(request.user, pk), MemberForm(request.POST)
    if form.is_valid():
        person = visible_people(request.user).filter(pk=form.cleaned_data["person"]).first()
        try:
            if person is None:
                raise DomainError("not_found", _("您的领区内没有此编号的登记人。"), status=404)
            services.add_member(group=group, person=person, by=_by(request))
        except DomainError as error:
            form.add_error("person", str(error))
        else:
            messages.success(request, _("已加入团组。"))
            return redirect("console:group", pk)
    return _show(request, group, form)


@require_POST
@requires(Capability.REGISTER)
def change(request: StaffRequest, pk: int, person: int) -> HttpResponse:
    """Appoint or dismiss a liaison, or let a member go, by the button that was pressed."""
    group = visible_group(request.user, pk)
    member = get_object_or_404(Person, pk__in=members_of(group).values("person"), pk=person)
    act = CHANGES.get(request.POST.get("act", ""))
    if act is None:
        raise DomainError("unknown_act", _("没有这个操作。"))
    return _done(
        request, group, lambda: act(group=group, person=member, by=_by(request)), _("已更改。")
    )


def _by(request: StaffRequest) -> services.Acting:
    return services.officer(request.user.username)


def _done(
    request: StaffRequest, group: Group, act: Callable[[], object], said: str
) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("console:group", group.pk)


def _show(request: StaffRequest, group: Group, form: MemberForm) -> HttpResponse:
    members = members_of(group)
    audit.record(actor=request.user.username, act="group.viewed", subject=f"group:{group.pk}")
    context = {
        "section": "groups",
        "group": group,
        "form": form,
        "page": _page(request, members),
        "liaisons": members.filter(part="liaison"),
        "code": join_code(group),
    }
    return render(request, "console/group.html", context, status=400 if form.errors else 200)


def _page(request: StaffRequest, rows: QuerySet) -> object:
    return Paginator(rows, GROUPS_A_PAGE).get_page(request.GET.get("page"))

"""Advisories: what is in force, issuing, withdrawing, and what was said before."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.advisories.models import Advisory
from crisis.advisories.selectors import in_force_everywhere
from crisis.advisories.services import issue_advisory, withdraw_advisory
from crisis.console.forms.advisories import BEIJING, AdvisoryForm
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of
from registry.models import Jurisdiction

HISTORY_A_PAGE = 30


@requires(Capability.ENTER)
def in_force(request: StaffRequest) -> HttpResponse:
    """Advisories are public: every member of staff reads those of all countries."""
    now = clock.now().astimezone(BEIJING).replace(tzinfo=None)
    form = AdvisoryForm(served=served_by(request.user), initial={"starts_at": now})
    return show(request, form)


@require_POST
@requires(Capability.ISSUE_ADVISORY)
def issue(request: StaffRequest) -> HttpResponse:
    form = AdvisoryForm(request.POST, served=served_by(request.user))
    if not form.is_valid():
        return show(request, form)
    try:
        issue_advisory(advisory=form.advisory(), officer=request.user)
    except DomainError as error:
        form.refuse(error)
        return show(request, form)
    messages.success(request, _("安全提醒已发布。"))
    return redirect("console:advisories")


@require_POST
@requires(Capability.ISSUE_ADVISORY)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    withdraw_advisory(advisory=get_object_or_404(Advisory, pk=pk), officer=request.user)
    messages.success(request, _("安全提醒已撤销，历史保留。"))
    return redirect("console:advisories")


def served_by(user: User) -> list[str]:
    """The countries for which this user may speak."""
    served = Jurisdiction.objects.filter(post__in=posts_of(user))
    return sorted(set(served.values_list("country", flat=True)))


def show(request: StaffRequest, form: AdvisoryForm) -> HttpResponse:
    history = Advisory.objects.select_related("issued_by").order_by("-issued_at", "-pk")
    context = {
        "section": "advisories",
        "form": form,
        "served": served_by(request.user),
        "in_force": in_force_everywhere(clock.now()),
        "page": Paginator(history, HISTORY_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "console/advisories.html", context, status=400 if form.errors else 200)

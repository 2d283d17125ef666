"""Advisories: what is in force, issuing, withdrawing, and what was said before."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.kernel import clock
from crisis.advisories.models import Advisory
from crisis.console.forms.advisories import AdvisoryForm
from crisis.staff.guards import requires
from crisis.staff.roles import Capability

HISTORY_A_PAGE = 30


@requires(Capability.ENTER)
def in_force(request: HttpRequest) -> HttpResponse:
    return show(request, AdvisoryForm())


def show(request: HttpRequest, form: AdvisoryForm) -> HttpResponse:
    history = Advisory.objects.select_related("issued_by").order_by("-issued_at", "-pk")
    now = clock.now()
    valid = Advisory.objects.filter(
        starts_at__lte=now, expires_at__gt=now, withdrawn_at__isnull=True
    )
    context = {
        "section": "advisories",
        "form": form,
        "in_force": valid.order_by("-level", "country"),
        "page": Paginator(history, HISTORY_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "console/advisories.html", context, status=400 if form.errors else 200)


issue = withdraw = in_force

"""交接班: handing open cases over, and taking them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.selectors import by_urgency, hand_over_for, hand_overs_for, live_cases
from crisis.cases.services import accept_hand_over, make_hand_over, withdraw_hand_over
from crisis.console.forms.cases import LONG, HandOverForm
from crisis.console.selectors import with_who
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.models import User
from crisis.staff.roles import CAPABILITIES, Capability
from crisis.staff.selectors import posts_of

SHOWN = 20


@requires(Capability.RECORD)
def overview(request: StaffRequest) -> HttpResponse:
    """What waits for somebody, and a new one: words for the whole, and for each case if need be."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = make_hand_over(**data, officer=request.user, words=_words(request))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已交班，等待接班人确认。"))
            return redirect("console:hand-over", made.pk)
    cases: list[Any] = with_who(list(by_urgency(live_cases(request.user).exclude(post=None))))
    for case in cases:
        case.words = request.POST.get(f"words-{case.pk}", "")
    context = {
        "section": "cases",
        "form": form,
        "cases": cases,
        "hand_overs": hand_overs_for(request.user)[:SHOWN],
        "now": clock.now(),
        "speed": clock.speed(),
    }
    status = 400 if form.errors else 200
    return render(request, "console/case_hand_overs.html", context, status=status)


def _form(request: StaffRequest) -> HandOverForm:
    posts = posts_of(request.user)
    roles = [role for role, held in CAPABILITIES.items() if Capability.RECORD in held]
    staff = User.objects.filter(is_active=True, role__in=roles, posts__in=posts)
    return HandOverForm(
        request.POST if request.method == "POST" else None,
        posts=posts,
        staff=staff.exclude(pk=request.user.pk).distinct().order_by("username"),
    )


def _words(request: StaffRequest) -> dict[int, str]:
    """`words-7`: what is to be known of case 7."""
    found = {}
    for name in request.POST:
        number, text = name.removeprefix("words-"), request.POST.get(name, "")
        if name != number and number.isdigit() and text.strip():
            found[int(number)] = text[:LONG]
    return found


@requires(Capability.RECORD)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    found = hand_over_for(request.user, pk)
    audit.record(
        actor=request.user.username, act="case.hand_over_viewed", subject=f"handover:{found.pk}"
    )
    words = dict(found.rows.values_list("case", "summary"))
    cases: list[Any] = with_who(list(by_urgency(Case.objects.filter(pk__in=words))))
    for case in cases:
        case.words = words[case.pk]
    mine = found.waits and found.from_user_id != request.user.pk
    context = {
        "section": "cases",
        "hand_over": found,
        "cases": cases,
        "may_accept": mine and found.to_user_id in (None, request.user.pk),
        "may_withdraw": found.waits and found.from_user_id == request.user.pk,
        "now": clock.now(),
        "speed": clock.speed(),
    }
    return render(request, "console/case_hand_over.html", context)


@require_POST
@requires(Capability.RECORD)
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    found = hand_over_for(request.user, pk)
    taken = accept_hand_over(hand_over=found, officer=request.user)
    messages.success(request, _("已接班，%(count)s 件个案由您经办。") % {"count": taken})
    return redirect("console:cases")


@require_POST
@requires(Capability.RECORD)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    withdraw_hand_over(hand_over=hand_over_for(request.user, pk), officer=request.user)
    messages.success(request, _("交班已撤回。"))
    return redirect("console:hand-overs")

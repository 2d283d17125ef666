"""意愿与席位: who waits, what was offered, and acts on several parties at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.console.forms.operation import wall_clock
from crisis.console.forms.seats import OfferForm, ReasonForm
from crisis.console.seats import names_of, offer_rows, planned, waiting_rows, ways_of
from crisis.console.views.places import room
from crisis.seats.models import Offer, Party
from crisis.seats.selectors import (
    counts,
    offers_of,
    travellers_of,
    waiting,
    waiting_parties,
)
from crisis.seats.services import (
    answer_offer,
    gather_travellers,
    join_parties,
    make_offers,
    withdraw_offer,
)
from crisis.seats.states import LIVE_OFFERS, OfferState, Wish
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from crisis.transports.models import EvacuationOperation, Journey
from crisis.transports.selectors import operation_for, transport_for
from crisis.transports.services.journeys import journey_of

A_PAGE = 50
LISTS = ("waiting", "offers", "held", "staying", "gone", "all")
USUAL_TIME = timedelta(hours=2)


@requires(Capability.VIEW_PERSON)
def overview(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, operation_for(request.user, pk))


def _show(
    request: StaffRequest,
    operation: EvacuationOperation,
    form: OfferForm | None = None,
    join: ReasonForm | None = None,
) -> HttpResponse:
    """`chosen` are the parties ticked when a form was refused: nothing typed is lost."""
    shown = request.GET.get("show", "waiting")
    if shown not in LISTS:
        raise Http404
    context = room(
        operation,
        "seats",
        shown=shown,
        counts=counts(operation),
        offered=_offered(operation),
        planned=planned(operation) if shown == "waiting" else [],
        form=form or _form(operation),
        join=join or ReasonForm(),
        chosen=request.POST.getlist("party"),
        **_page(request, operation, shown),
    )
    audit.record(
        actor=request.user.username,
        act="seat.listed",
        subject=operation.incident.source,
        list=shown,
        shown=len(context["rows"]),
    )
    is_refused = bool((form and form.errors) or (join and join.errors))
    return render(request, "console/seats.html", context, status=400 if is_refused else 200)


def _page(request: StaffRequest, operation: EvacuationOperation, shown: str) -> dict[str, Any]:
    number = request.GET.get("page", "1")
    if shown == "waiting":
        parties = Paginator(waiting_parties(operation), A_PAGE).get_page(number)
        return {"page": parties, "rows": waiting_rows(waiting(parties.object_list))}
    if shown == "offers":
        offers = Paginator(offers_of(operation), A_PAGE).get_page(number)
        return {"page": offers, "rows": offer_rows(list(offers.object_list))}
    people = travellers_of(request.user, operation).order_by("party__number", "pk")
    if shown == "held":
        people = people.filter(wish=Wish.GOING).exclude(kept_back="")
    elif shown != "all":
        people = people.filter(wish=shown)
    page = Paginator(people, A_PAGE).get_page(number)
    rows = list(page.object_list)
    names = names_of(rows)
    return {"page": page, "rows": [(one, names[one.person_ref]) for one in rows]}


def _offered(operation: EvacuationOperation) -> dict[str, int]:
    live = operation.offers.filter(state__in=LIVE_OFFERS)
    unclear = operation.offers.exclude(unclear_at=None) | operation.offers.exclude(late_at=None)
    return {
        "offered": live.filter(state=OfferState.OFFERED).count(),
        "confirmed": live.filter(state=OfferState.CONFIRMED).count(),
        "to_call": unclear.exclude(state=OfferState.CONFIRMED).count(),
    }


def _form(operation: EvacuationOperation, *data: Any) -> OfferForm:
    zone = operation.incident.post.time_zone
    form = OfferForm(ways_of(operation), zone, *data)
    form.initial["deadline_at"] = wall_clock(clock.now() + USUAL_TIME, zone)
    return form


@require_POST
@requires(Capability.SEAT)
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    """Places for the ticked parties, or for all of one journey of the adopted plan."""
    operation = operation_for(request.user, pk)
    form = _form(operation, request.POST)
    if form.is_valid():
        try:
            offers = make_offers(
                parties=_parties(operation, request.POST.getlist("party")),
                journey=_journey(operation, form.transports),
                deadline_at=form.deadline,
                officer=request.user,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            done = _("已向 %(n)s 个同行组发出席位邀约。") % {"n": len(offers)}
            messages.success(request, done)
            return redirect("console:seats", pk)
    form.mark_invalid()
    return _show(request, operation, form=form)


def _parties(operation: EvacuationOperation, chosen: Sequence[str]) -> list[Party]:
    numbers = [int(part) for text in chosen for part in text.split(",") if part.isdecimal()]
    return list(Party.objects.filter(operation=operation, pk__in=numbers))


def _journey(operation: EvacuationOperation, transports: Sequence[int]) -> Journey:
    legs = [transport_for(operation, number) for number in transports]
    return journey_of(operation=operation, transports=legs)


@require_POST
@requires(Capability.SEAT)
def join(request: StaffRequest, pk: int) -> HttpResponse:
    operation = operation_for(request.user, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            kept = join_parties(
                parties=_parties(operation, request.POST.getlist("party")),
                officer=request.user,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已并入同行组 %(n)s。") % {"n": kept.number})
            return redirect("console:seats", pk)
    form.mark_invalid()
    return _show(request, operation, join=form)


@require_POST
@requires(Capability.SEAT)
def gather(request: StaffRequest, pk: int) -> HttpResponse:
    """Now, and not with the next turn of the sweep."""
    changed = gather_travellers(operation=operation_for(request.user, pk))
    messages.success(request, _("已按点名更新，%(n)s 人有变化。") % {"n": changed})
    return redirect("console:seats", pk)


@require_POST
@requires(Capability.SEAT)
def decide(request: StaffRequest, pk: int, offer: int) -> HttpResponse:
    """What became of one offer: the pressed button says it."""
    operation = operation_for(request.user, pk)
    row = get_object_or_404(Offer.objects.select_related("party"), operation=operation, pk=offer)
    act = request.POST.get("act", "")
    form = ReasonForm(request.POST)
    try:
        if act in ("take", "give_up"):
            answer_offer(offer=row, takes=act == "take", officer=request.user)
        elif act == "withdraw" and form.is_valid():
            withdraw_offer(offer=row, officer=request.user, reason=form.cleaned_data["reason"])
        else:
            raise DomainError("reason_needed", _("请写明理由。"))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = {"number": row.party.number, "state": row.get_state_display()}
        messages.success(request, _("同行组 %(number)s：%(state)s。") % said)
    return _back(request, pk)


def _back(request: StaffRequest, pk: int) -> HttpResponse:
    person = request.POST.get("person", "")
    if person.isdecimal():
        return redirect("console:seats-person", pk, int(person))
    return redirect("console:seats", pk)

"""安置: one person's stay, their guardian, and how they leave."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.arrivals import services
from crisis.arrivals.models import Stay
from crisis.arrivals.selectors import lone_minors, party_here, stay_for
from crisis.console.arrivals import stay_lines
from crisis.console.forms.arrivals import GuardianForm, PlaceForm, ReleaseForm, StayForm
from crisis.console.views.arrivals import raise_closed, released, room
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    return _stay(request, stay_for(request.user, pk))


def _stay(request: StaffRequest, row: Stay, **forms: PlaceForm) -> HttpResponse:
    place, now = row.place, clock.now()
    party = party_here(row)
    guardian = getattr(row, "guardian", None)
    typed = {name: getattr(row, name) for name in StayForm.base_fields}
    known = (
        {name: getattr(guardian, name) for name in GuardianForm.base_fields} if guardian else None
    )
    audit.record(actor=request.user.username, act="stay.viewed", subject=f"stay:{row.pk}")
    context = room(request, place) | {
        "line": stay_lines(place, [row], lone_minors(place, now))[0],
        "party": stay_lines(place, party[1:], ()),
        "guardian": guardian,
        "form": forms.get("form") or StayForm(place=place, initial=typed),
        "guardian_form": forms.get("guardian") or GuardianForm(place=place, initial=known),
        "release": forms.get("release") or ReleaseForm(place=place, initial=typed),
    }
    status = 400 if any(form.errors for form in forms.values()) else 200
    return render(request, "console/stay.html", context, status=status)


@require_POST
@requires(Capability.RECORD)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    row = stay_for(request.user, pk)
    form = StayForm(request.POST, place=row.place)
    if form.is_valid():
        try:
            services.change_stay(stay=row, draft=form.draft(), officer=request.user)
        except DomainError as error:
            raise_closed(error)
            form.refuse(error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("console:stay", pk)
    return _stay(request, row, form=form)


@require_POST
@requires(Capability.RECORD)
def guardian(request: StaffRequest, pk: int) -> HttpResponse:
    row = stay_for(request.user, pk)
    form = GuardianForm(request.POST, place=row.place)
    if form.is_valid():
        try:
            services.name_guardian(stay=row, draft=form.draft(), officer=request.user)
        except DomainError as error:
            raise_closed(error)
            form.refuse(error)
        else:
            messages.success(request, _("已指定监护人。"))
            return redirect("console:stay", pk)
    return _stay(request, row, guardian=form)


@require_POST
@requires(Capability.RECORD)
def leave(request: StaffRequest, pk: int) -> HttpResponse:
    """This person, with those of the party who are ticked."""
    row = stay_for(request.user, pk)
    with_them = {int(text) for text in request.POST.getlist("stay") if text.isdigit()}
    stays = [row, *(one for one in party_here(row)[1:] if one.pk in with_them)]
    form = ReleaseForm(request.POST, place=row.place)
    if form.is_valid() and released(request, stays, form):
        return redirect("console:haven", row.place_id)
    return _stay(request, row, release=form)


@require_POST
@requires(Capability.RECORD)
def readmit(request: StaffRequest, pk: int) -> HttpResponse:
    row = stay_for(request.user, pk)
    if services.readmit(stay=row, officer=request.user):
        messages.success(request, _("已撤销离开，此人仍在这里。"))
    else:
        messages.error(request, _("此人已在别处登记，不能撤销。"))
    return redirect("console:stay", pk)


@require_POST
@requires(Capability.RECORD)
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    row = stay_for(request.user, pk)
    services.note_consent(stay=row, officer=request.user)
    messages.success(request, _("已记录同意，将用短信告知其紧急联系人。"))
    return redirect("console:stay", pk)

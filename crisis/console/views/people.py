"""Registered people: finding one, and what is known of one. Every look is audited."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from config.kernel import audit, clock
from crisis.console.forms.people import PersonSearch
from crisis.console.selectors import visible_incidents, visible_people
from crisis.rollcall.models import Standing
from crisis.staff.guards import StaffRequest, requires
from crisis.staff.roles import Capability
from registry.models import Person
from registry.selectors.duplicates import duplicates_of
from registry.selectors.merging import merges_of
from registry.whereabouts.reasons import explain

PEOPLE_SHOWN = 100


@requires(Capability.VIEW_PERSON)
def search(request: StaffRequest) -> HttpResponse:
    form = PersonSearch(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"section": "people", "form": form, "limit": PEOPLE_SHOWN}
    if request.method == "POST" and form.is_valid():
        found = list(form.apply(visible_people(request.user))[: PEOPLE_SHOWN + 1])
        actor = request.user.username
        audit.record(actor=actor, act="person.searched", by=form.kinds(), found=len(found))
        context |= {"found": found[:PEOPLE_SHOWN], "more": len(found) > PEOPLE_SHOWN}
    return render(request, "console/people.html", context, status=400 if form.errors else 200)


@requires(Capability.VIEW_PERSON)
def show(request: StaffRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(visible_people(request.user), pk=pk)
    audit.record(actor=request.user.username, act="person.viewed", subject=f"person:{pk}")
    incidents = visible_incidents(request.user)
    seen = visible_people(request.user)
    context = known_of(person) | {
        "section": "people",
        "merges": merges_of(pk),
        "alike": [
            pair
            for pair in duplicates_of(person)
            if seen.filter(pk__in=(pair.low, pair.high)).count() == len((pair.low, pair.high))
        ],
        "standings": Standing.objects.filter(incident__in=incidents, person_ref=pk).select_related(
            "incident"
        ),
    }
    return render(request, "console/person.html", context)


def known_of(person: Person | None) -> dict[str, Any]:
    """The registry's facts about one person, for the two pages that show them."""
    if person is None:
        return {"person": None}
    family = Person.objects.none()
    if person.household_id:
        family = Person.objects.filter(household=person.household_id, left_at=None)
        family = family.exclude(pk=person.pk)
    return {
        "person": person,
        "contacts": person.contact_points.order_by("retired_at", "preference", "pk"),
        "emergency": person.emergency_contacts.all(),
        "because": explain(person.pk, at=clock.now()),
        "places": person.whereabouts.order_by("-recorded_at"),
        "family": family,
    }

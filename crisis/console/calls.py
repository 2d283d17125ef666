"""What the pages of the call list show: the list, and everything an officer on the line needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from config.kernel import clock
from crisis.calls.models import Call, CallAttempt
from crisis.calls.script import Script, script_for
from crisis.calls.selectors import (
    Candidate,
    attempts_of,
    is_to_be_found,
    last_outcomes,
    newest_outcomes,
    offered,
    open_call_of,
    waiting_counts,
)
from crisis.calls.services.undoing import may_undo
from crisis.calls.states import Outcome, Tier
from crisis.console.forms.calls import AGAIN_IN, KEYED
from crisis.console.selectors import with_names
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.states import Contact
from crisis.staff.models import User
from notifications.models import DeliveryPerson, Reply
from notifications.selectors import contacted_persons
from registry.ages import age_on
from registry.models import EmergencyContact, Person
from registry.selectors.calling import liaison_phones, phones_to_call, same_household
from registry.whereabouts.reasons import explain

SHOWN = 50
OUTCOMES_SHOWN = 12
BEIJING = "Asia/Shanghai"


def list_context(incident: Incident, user: User) -> dict[str, Any]:
    """The list's page: counts, the next in order, who is on the line, what was keyed last."""
    rows: list[Candidate] = with_names(offered(incident, limit=SHOWN))
    counts = waiting_counts(incident)
    outcomes = with_names(newest_outcomes(incident, OUTCOMES_SHOWN))
    return {
        "incident": incident,
        "room": "calls",
        "rows": rows,
        "tiles": [(tier.label, counts[tier.name.lower()], tier) for tier in Tier],
        "later": counts["later"],
        "on_the_line": counts["on_the_line"],
        "mine": open_call_of(user),
        "outcomes": outcomes,
        "undoable": _undoable(outcomes, user),
        "is_open": incident.state == IncidentState.DECLARED,
        "beijing": BEIJING,
    }


def _undoable(outcomes: Sequence[Any], user: User) -> Call | None:
    """The officer's newest call, while what was keyed may still be taken back."""
    own = [row for row in outcomes if row.officer_id == user.pk]
    if not own or own[0].undone or own[0].outcome == Outcome.UNDONE:
        return None
    return own[0].call if may_undo([own[0]]) else None


@dataclass(slots=True)
class Member:
    """One person on the call. `ticked`: covered unless the officer says otherwise."""

    standing: Standing
    person: Person | None
    age: int | None
    ticked: bool

    @property
    def found(self) -> bool:
        """Heard meanwhile: by another way, or by a colleague."""
        return not (self.standing.possible_help or is_to_be_found(self.standing))


def call_context(call: Call) -> dict[str, Any]:
    """One call's page."""
    incident, today = call.incident, clock.now().date()
    members = _members(call, today)
    lead = members[0].person if members else None
    refs = [member.standing.person_ref for member in members]
    covering = DeliveryPerson.objects.filter(
        person_ref__in=refs, delivery__wave__source=incident.source
    )
    return {
        "incident": incident,
        "room": "calls",
        "call": call,
        "members": members,
        "lead": lead,
        "phones": _phones(call),
        "scripts": _scripts(call, members),
        "because": explain(lead.pk, at=clock.now()) if lead else None,
        "attempts": with_names(list(attempts_of(incident, refs))),
        "outcomes": last_outcomes(call),
        "log": RollCallEvent.objects.filter(incident=incident, person_ref__in=refs).order_by("-id")[
            :30
        ],
        "links": covering.select_related("delivery__wave").order_by("-delivery_id")[:30],
        "replies": Reply.objects.filter(delivery__in=covering.values("delivery"))[:20],
        "keys": list(enumerate(KEYED, start=1)),
        "times": _times(),
        "now": clock.now(),
        "beijing": BEIJING,
        **_next_steps(call, members),
    }


def _members(call: Call, today: Any) -> list[Member]:
    standings = {
        row.person_ref: row
        for row in Standing.objects.filter(incident=call.incident, person_ref__in=call.people)
    }
    people = Person.objects.in_bulk(call.people)
    at_home = same_household(call.lead_ref, call.people) | {call.lead_ref}
    return [
        Member(
            standings[ref],
            people.get(ref),
            age_on(people[ref].birth_date, today) if ref in people else None,
            ticked=ref in at_home,
        )
        for ref in call.people
        if ref in standings
    ]


def _phones(call: Call) -> list[Any]:
    """The lead's own numbers first, then the family's, each once."""
    rows: list[Any] = phones_to_call(call.people)
    names = {pk: person.name for pk, person in Person.objects.in_bulk(call.people).items()}
    rows.sort(key=lambda phone: call.lead_ref not in phone.owners)
    return [
        {"phone": phone, "whose": [names.get(owner, f"#{owner}") for owner in phone.owners]}
        for phone in rows
    ]


def _scripts(call: Call, members: Sequence[Member]) -> list[Script]:
    """Both languages, the person's own first."""
    names = [member.person.name if member.person else "" for member in members]
    both = script_for(
        call.incident,
        name=names[0] if names else "",
        family=[name for name in names[1:] if name],
        hotline=settings.HOTLINE,
        drill=settings.MODE == "drill",
    )
    lead = members[0].person if members else None
    first = lead.language if lead else "zh-hans"
    return sorted(both.values(), key=lambda script: script.language != first)


def _times() -> list[tuple[int, datetime]]:
    return [(minutes, clock.now() + timedelta(minutes=minutes)) for minutes in AGAIN_IN]


def _next_steps(call: Call, members: Sequence[Member]) -> dict[str, Any]:
    """Whom else to ask. Emergency contacts are shown only once an officer has released them."""
    lead = call.lead_ref
    standing = members[0].standing if members else None
    released = lead in contacted_persons(call.incident.source)
    contacts = EmergencyContact.objects.filter(person=lead).order_by("pk")
    home = Person.objects.filter(pk=lead, household__isnull=False).values("household")
    others = Person.objects.filter(household__in=home, left_at=None).exclude(pk__in=call.people)
    family = {person.pk: person.name for person in others}
    return {
        "liaisons": liaison_phones(lead),
        "elsewhere": [
            {"name": "、".join(family[owner] for owner in phone.owners), "number": phone.number}
            for phone in phones_to_call(family)
        ],
        "emergency": list(contacts) if released else [],
        "released": released,
        "may_release": not released
        and standing is not None
        and standing.contact != Contact.ANSWERED
        and call.incident.state == IncidentState.DECLARED
        and contacts.exists(),
    }


def lease_context(call: Call, *, held: bool) -> dict[str, Any]:
    """What the page hears each minute: whether the call is still this officer's, and whether the
    people on it were heard in another way."""
    standings = list(Standing.objects.filter(incident=call.incident, person_ref__in=call.people))
    heard = [row for row in standings if not (row.possible_help or is_to_be_found(row))]
    others = CallAttempt.objects.filter(
        incident=call.incident, person_ref__in=call.people, at__gte=call.opened_at
    ).exclude(officer=call.officer_id)
    return {
        "call": call,
        "incident": call.incident,
        "held": held,
        "heard": with_names(heard),
        "colleague": others.select_related("officer").order_by("-pk").first(),
    }

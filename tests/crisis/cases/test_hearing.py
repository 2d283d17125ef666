"""Calls for help in the roll call become cases; closing a case tells the roll call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case
from crisis.cases.selectors import live_case_of
from crisis.cases.services import close_case, record_contact
from crisis.cases.states import EventKind, Origin, Outcome
from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import Condition, Source
from crisis.rollcall.states import EventKind as RollCallKind
from notifications.models import Reply
from notifications.services.links import LinkAnswer, delivery_of_token, record_link_reply
from notifications.services.replies import match_reply
from notifications.states import Meaning, ReplyState
from registry.models import Person
from tests.support.scene import declare, link_of, port_vila

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(held_clock: object, db: None) -> dict[str, Person]:
    return port_vila()


@pytest.fixture
def incident(post: Any, officer: Any, people: object) -> Incident:
    return declare(post, officer, people=6)


def press_help(person: Person, **position: float) -> Reply:
    token = link_of(person).strip("/").partition("/")[2]
    return record_link_reply(
        delivery=delivery_of_token(token), answer=LinkAnswer(meaning=Meaning.NEEDS_HELP, **position)
    )


def test_press_on_the_check_in_page_opens_one_case_for_the_family(
    incident: Incident, people: dict[str, Person]
) -> None:
    reply = press_help(people["chen"], latitude=-17.74, longitude=168.31)
    case = Case.objects.get()
    assert (case.origin, case.origin_key) == (Origin.BUTTON, f"reply:{reply.pk}")
    assert (case.incident, case.post, case.raised_at) == (incident, incident.post, clock.now())
    assert case.latitude == -17.74
    family = {people["chen"].pk, people["chen_wife"].pk}
    assert set(case.persons.values_list("person_ref", flat=True)) == family
    press_help(people["chen"])
    assert Case.objects.get().events.filter(kind=EventKind.CALLED_AGAIN).count() == 1


def test_reply_that_an_officer_matches_late_has_waited_since_it_came(
    incident: Incident, people: dict[str, Person], held_clock: Any
) -> None:
    came = clock.now()
    reply = Reply.objects.create(
        via="sms", address="+6785550177", text="2 救命", meaning=Meaning.NEEDS_HELP,
        state=ReplyState.UNMATCHED, answered_at=came, received_at=came,
    )  # fmt: skip
    held_clock(3600)
    match_reply(reply=reply, source=incident.source, person_ref=people["silent"].pk, by="officer")
    case = Case.objects.get()
    assert (case.raised_at, case.due_at) == (came, came + timedelta(minutes=15))
    assert (case.contact, case.event) == ("+6785550177", "2 救命")


def test_what_an_officer_and_a_liaison_say_of_each_is_a_case_each(
    incident: Incident, people: dict[str, Person], officer: Any
) -> None:
    record_status(
        incident=incident,
        person_ref=people["wang"].pk,
        kind=RollCallKind.NEEDS_HELP,
        officer=officer,
        note="电话中求助",
    )
    case = Case.objects.get()
    assert (case.origin, case.opened_by, case.event) == (Origin.OFFICER, "officer", "电话中求助")
    two = [
        Entry(people[name].pk, RollCallKind.NEEDS_HELP, clock.now(), "liaison:9")
        for name in ("li", "smith")
    ]
    for _again in range(2):
        write_log(incident_id=incident.pk, entries=two, source=Source.LIAISON)
    assert Case.objects.filter(origin=Origin.LIAISON).count() == 2


def standing(incident: Incident, person: Person) -> Standing:
    return Standing.objects.get(incident=incident, person_ref=person.pk)


def test_closing_settles_the_call_in_the_roll_call_and_nothing_else(
    incident: Incident, people: dict[str, Person], officer: Any, held_clock: Any
) -> None:
    press_help(people["chen"])
    record_status(
        incident=incident,
        person_ref=people["chen_wife"].pk,
        kind=RollCallKind.INJURED,
        officer=officer,
    )
    held_clock(60)
    case = record_contact(case=Case.objects.get(), officer=officer)
    close_case(case=case, officer=officer, outcome=Outcome.HELPED, note="已送至使馆")
    assert standing(incident, people["chen"]).condition == Condition.SAFE
    assert standing(incident, people["chen_wife"]).condition == Condition.INJURED
    lines = RollCallEvent.objects.filter(kind=RollCallKind.HELP_CLOSED)
    assert list(lines.values_list("person_ref", flat=True)) == [people["chen"].pk]
    assert live_case_of([people["chen"].pk], incident) is None


def test_nobody_is_helped_whom_nobody_spoke_with(
    incident: Incident, people: dict[str, Person], officer: Any
) -> None:
    press_help(people["wang"])
    case = Case.objects.get()
    with pytest.raises(DomainError) as refused:
        close_case(case=case, officer=officer, outcome=Outcome.HELPED, note="应该没事")
    assert refused.value.code == "no_contact"
    assert standing(incident, people["wang"]).condition == Condition.NEEDS_HELP
    close_case(case=case, officer=officer, outcome=Outcome.UNFOUNDED, note="号码不存在")
    assert standing(incident, people["wang"]).condition == Condition.NEEDS_HELP


def test_call_after_the_contact_keeps_the_case_from_being_closed_as_helped(
    incident: Incident, people: dict[str, Person], officer: Any, held_clock: Callable[..., None]
) -> None:
    press_help(people["wang"])
    case = record_contact(case=Case.objects.get(), officer=officer)
    held_clock(60)
    press_help(people["wang"])
    with pytest.raises(DomainError) as refused:
        close_case(case=case, officer=officer, outcome=Outcome.NOT_NEEDED, note="本人称没事")
    assert refused.value.code == "no_contact"

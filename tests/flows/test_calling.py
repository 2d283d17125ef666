"""Declare, answer, call, case, stand down: nobody is left silent, and one matter is one case."""

import pytest
from django.urls import reverse

from config.kernel import audit, sweep
from crisis.calls.models import CallEntry
from crisis.calls.selectors import offered
from crisis.calls.services import record_outcome, take_next, undo_outcome
from crisis.calls.services.outcomes import Result
from crisis.calls.states import Outcome, Verdict
from crisis.cases.models import Case
from crisis.cases.services import close_case
from crisis.cases.states import Outcome as Ending
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import RollCallEvent
from crisis.rollcall.selectors import counts
from notifications.models import Wave
from notifications.services import sending
from tests.support.pushes import INBOUND, push, reply_form
from tests.support.refusals import refused
from tests.support.scene import declare, port_vila, settle
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    for module in ("sending", "recovery"):
        monkeypatch.setattr(f"notifications.services.{module}.gateway_for", lambda _: scripted)
    return scripted


def hand_over():
    for wave in Wave.objects.all():
        for pk in due_now(wave):
            sending.send_batch(pk)
    sweep.settle()


def key(call, officer, outcome, **more):
    record_outcome(call=call, officer=officer, result=Result(outcome=outcome, **more))


def test_from_the_alert_to_the_last_silent_person(
    held_clock, gateway, client, post, officer, second_officer
):
    people = port_vila()
    clinic = settle("钱座机", phone="+67822345")
    incident = declare(post, officer, people=7)
    hand_over()

    # Two answer; one of them in words that no rule can read.
    push(client, INBOUND, reply_form("+6785550101", "我们还在山上"))
    sweep.settle()
    first = offered(incident, limit=9)
    assert first[0].person_ref == people["wang"].pk
    assert {row.person_ref for row in first[1:]} == {people["silent"].pk, clinic.pk}

    # An officer reads the words and judges; a colleague who was slower is told.
    held_clock(5)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    seen = RollCallEvent.objects.filter(kind="possible_help").latest("pk").pk
    address = reverse("console:triage-judge", args=[incident.pk, people["wang"].pk])
    client.post(address, {"verdict": Verdict.SAFE, "seen": seen})
    client.force_login(second_officer, backend="django.contrib.auth.backends.ModelBackend")
    told = client.post(address, {"verdict": Verdict.NEEDS_HELP, "seen": seen}, follow=True)
    assert "officer 已于" in told.text

    # Two officers call two people at once. One mis-keys, and takes it back.
    calls = {who: take_next(incident=incident, officer=who) for who in (officer, second_officer)}
    assert {call.lead_ref for call in calls.values()} == {people["silent"].pk, clinic.pk}
    call = next(call for call in calls.values() if call.lead_ref == people["silent"].pk)
    other = next(call for call in calls.values() if call.lead_ref == clinic.pk)
    key(call, call.officer, Outcome.SAFE)
    undo_outcome(call=call, officer=call.officer)
    key(call, call.officer, Outcome.NEEDS_HELP, place="市场二楼", note="被困")
    key(other, other.officer, Outcome.NO_ANSWER)
    case = Case.objects.get()
    assert (case.place, case.person_ref) == ("市场二楼", people["silent"].pk)

    # An hour later the ladder has ended, and whoever never answered is on the list.
    held_clock(3600)
    hand_over()
    waiting = {row.person_ref for row in offered(incident, limit=9)}
    assert waiting == {
        clinic.pk, *(people[name].pk for name in ("li", "chen", "chen_wife", "smith")),
    }  # fmt: skip
    while call := take_next(incident=incident, officer=officer):
        key(call, officer, Outcome.SAFE)
    found = counts(incident)
    assert (found.condition["safe"], found.condition["needs_help"]) == (6, 1)
    assert found.silent == 0

    # Help was given; the incident ends, and with it the calling.
    held_clock(600)
    close_case(case=case, officer=officer, outcome=Ending.HELPED, note="已送至集合点")
    assert counts(incident).condition["safe"] == 7
    stand_down_incident(incident=incident, officer=officer)
    incident.refresh_from_db()
    with refused("wrong_state"):
        take_next(incident=incident, officer=officer)
    sweep.settle()
    assert not CallEntry.objects.filter(call__isnull=False).exists()
    assert audit.first_broken() is None

"""At 03:00 one officer is not enough: nothing leaves before the second has seen the same."""

import pytest
from django.urls import reverse

from config.kernel import audit, sweep
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.evacuation.services import draft_manifest
from crisis.incidents.models import Incident
from crisis.incidents.preview import preview_incident
from crisis.incidents.services import (
    approve_incident,
    declare_incident,
    retract_incident_wave,
    stand_down_incident,
)
from crisis.rollcall.selectors import counts
from notifications.models import Wave
from notifications.services import sending
from tests.support.pushes import INBOUND, push, reply_form
from tests.support.scene import draft, port_vila
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db
WANG = "+6785550101"


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


def test_second_officer_declares_and_the_first_takes_back(
    held_clock, settings, gateway, client, post, officer, second_officer, planner
):
    settings.TWO_PERSON_THRESHOLD = 5
    people = port_vila()
    wanted = draft(post)
    preview = preview_incident(draft=wanted, officer=officer)
    assert preview.needs_second_officer

    incident = declare_incident(
        draft=wanted, officer=officer, declaration_key="night", confirmed_count=6
    )
    hand_over()
    assert gateway.calls == []
    with pytest.raises(DomainError):
        approve_incident(
            incident=incident,
            officer=officer,
            content_hash=preview.content_hash,
            confirmed_count=6,
        )

    seen = preview_incident(draft=wanted, officer=second_officer)
    incident = approve_incident(
        incident=incident,
        officer=second_officer,
        content_hash=seen.content_hash,
        confirmed_count=seen.total,
    )
    sweep.settle()  # writes the deliveries
    hand_over()
    assert len(gateway.calls) == 5
    assert counts(incident).contact["alerted"] == 5

    held_clock(120)
    answer = push(client, INBOUND, reply_form(WANG, "2 腿受伤走不动"))
    assert answer.status_code == 200
    sweep.settle()
    found = counts(incident)
    assert (found.condition["needs_help"], found.contact["answered"]) == (1, 1)
    manifest = draft_manifest(incident=incident, planner=planner)
    assert manifest.entries.get().person_ref == people["wang"].pk

    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("console:incident", args=[incident.pk]))
    assert page.status_code == 200

    wave = Wave.objects.get(kind="initial")
    retraction = retract_incident_wave(incident=incident, wave=wave, officer=officer)
    hand_over()
    told = {call.address for call in gateway.calls[5:]}
    assert told == {delivery.address for delivery in wave.deliveries.all()}
    assert len(gateway.calls) == 10
    assert wave.code in str(retraction.texts["sms"]["zh-hans"])

    stand_down_incident(incident=Incident.objects.get(), officer=second_officer)
    acts = [entry.act for entry in AuditEntry.objects.order_by("number")]
    story = ["incident.submit", "incident.approve", "wave.retract", "incident.stand_down"]
    assert [act for act in acts if act in story] == story
    assert audit.first_broken() is None

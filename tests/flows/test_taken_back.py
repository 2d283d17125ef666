"""A false alarm: half have the alert when an officer takes it back from the page they are on."""

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import sweep
from crisis.incidents.selectors import alert_wave
from crisis.rollcall.selectors import counts
from notifications.models import Delivery, Wave
from notifications.services import sending
from tests.support.pushes import INBOUND, push, reply_form
from tests.support.scene import declare, port_vila
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    monkeypatch.setattr("notifications.services.sending.gateway_for", lambda _: scripted)
    return scripted


@pytest.fixture
def room(officer):
    client = Client()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_over(*waves):
    for wave in waves:
        for pk in due_now(wave):
            sending.send_batch(pk)
    sweep.settle()


def addresses(deliveries):
    return set(deliveries.values_list("address_index", flat=True))


def test_only_who_may_have_got_it_hears_that_it_was_false(
    held_clock, gateway, client, room, post, officer
):
    people = port_vila()
    incident = declare(post, officer, people=6)
    alert = alert_wave(incident)
    first = due_now(alert)[0]
    sending.send_batch(first)
    sweep.settle()
    sent = Delivery.objects.filter(wave=alert)
    told = addresses(sent.filter(state="accepted"))
    assert told
    assert told != addresses(sent)

    # The officer reads one person's page; the way back stands there too, and asks for the code.
    page = room.get(reverse("console:incident-person", args=[incident.pk, people["wang"].pk]))
    take_back = reverse("console:wave-retract", args=[incident.pk, alert.pk])
    assert f'action="{take_back}"' in page.content.decode()
    held_clock(30)
    assert room.post(take_back, {"code": "AAAAAA"}).status_code == 400
    assert room.post(take_back, {"code": alert.code}).status_code == 302

    # What waited never leaves; who got it, and nobody else, gets the correction.
    hand_over(*Wave.objects.order_by("pk"))
    correction = Wave.objects.get(kind="retraction")
    assert set(sent.values_list("state", flat=True)) == {"accepted", "cancelled"}
    corrected = Delivery.objects.filter(wave=correction)
    assert addresses(corrected) == told
    assert not corrected.exclude(state="accepted").exists()

    # Whoever checks the code is told, and whoever still calls for help is heard.
    shown = client.get(reverse("public:verify"), {"code": alert.code}).content.decode()
    assert "已撤回" in shown
    assert correction.code in shown
    held_clock(60)
    push(client, INBOUND, reply_form("+6785550101", "2"))
    sweep.settle()
    assert counts(incident).condition["needs_help"] >= 1

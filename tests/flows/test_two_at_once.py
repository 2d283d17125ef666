"""The same shock wakes two officers, and both press the button in the same second."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from config.kernel import audit
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.services import declare_incident
from notifications.models import Wave
from tests.support.scene import draft, port_vila

PAIRS = 6


def in_one_instant(acts):
    """Each in a thread and a connection of its own, all begun together; what each came to."""
    gate = threading.Barrier(len(acts))

    def begin(act):
        gate.wait()
        try:
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_declare_at_once_one_declares(held_clock, post, officer, second_officer):
    port_vila()
    wanted = draft(post)

    def declaring(by, key):
        return lambda: declare_incident(
            draft=wanted, officer=by, declaration_key=key, confirmed_count=6
        )

    found = in_one_instant(
        [
            declaring(by, f"{by.username} {n}")
            for n in range(PAIRS)
            for by in (officer, second_officer)
        ]
    )
    [first] = [outcome for outcome in found if isinstance(outcome, Incident)]
    told = [outcome for outcome in found if isinstance(outcome, DomainError)]
    assert len(told) == 2 * PAIRS - 1
    assert {(refusal.code, refusal.extra["incident"]) for refusal in told} == {
        ("already_declared", first.pk)
    }
    assert (Incident.objects.count(), Wave.objects.count()) == (1, 1)
    assert sum(AudienceSlice.objects.values_list("size", flat=True)) == 6
    assert AuditEntry.objects.filter(act="incident.declare").count() == 1
    assert audit.first_broken() is None


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_incident(held_clock, post, officer):
    port_vila()
    wanted = draft(post)
    found = in_one_instant(
        [
            lambda: declare_incident(
                draft=wanted, officer=officer, declaration_key="one", confirmed_count=6
            )
        ]
        * 4
    )
    assert {outcome.pk for outcome in found} == {Incident.objects.get().pk}


@pytest.mark.django_db
def test_second_officer_is_led_into_the_firsts_incident_and_approves_it_there(
    held_clock, settings, client, post, officer, second_officer
):
    settings.TWO_PERSON_THRESHOLD = 5
    port_vila()
    form = {
        "post": post.pk, "title": "维拉港地震", "hazard": "earthquake", "response_level": "red",
        "local_time": "2024-12-17T12:47", "latitude": "-17.6914", "longitude": "168.0842",
        "radius_km": "100", "template": "earthquake_tsunami", "place": "维拉港",
        "place_en": "Port Vila", "magnitude": "7.3", "event": "地震", "event_en": "earthquake",
        "confirmed_count": "6",
    }  # fmt: skip
    confirm = reverse("console:declare-confirm")
    sign_in(client, officer)
    client.post(confirm, form)
    incident = Incident.objects.get()

    sign_in(client, second_officer)
    shown = client.post(reverse("console:declare"), form).text
    assert "可能是同一事件" in shown
    assert f'name="another_than" value="{incident.pk}"' in shown
    page = client.post(confirm, form | {"title": "强震"}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("console:incident", args=[incident.pk])
    assert "officer 已于 12-17 13:00 为同一事件提交“维拉港地震”" in page.text
    assert Incident.objects.count() == 1

    approval = {"content_hash": incident.content_hash, "confirmed_count": "6"}
    client.post(reverse("console:incident-approve", args=[incident.pk]), approval)
    incident.refresh_from_db()
    assert (incident.state, incident.approved_by) == ("declared", second_officer)

    page = client.post(confirm, form | {"title": "强余震", "another_than": incident.pk})
    other = Incident.objects.exclude(pk=incident.pk).get()
    assert page.url == reverse("console:incident", args=[other.pk])
    assert AuditEntry.objects.get(act="incident.another").detail["than"] == [incident.pk]


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

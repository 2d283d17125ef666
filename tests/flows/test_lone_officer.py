"""03:00: one post is silent, one officer is awake next door, and somebody has called for help."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import audit, clock, sweep
from config.kernel.models import AuditEntry
from crisis.cases.models import Case
from crisis.operations.models import Page
from crisis.staff.duty import Contact, assign_duty
from crisis.staff.models import Cover, Neighbour
from notifications.models import Wave
from notifications.services import sending
from tests.support import scene
from tests.support.pushes import INBOUND, push, reply_form
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db
WANG, HERE, HEAD, THERE = "+6785550101", "+6785550191", "+6785550192", "+6795550193"


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    for place in ("notifications.services.sending", "crisis.operations.paging"):
        monkeypatch.setattr(f"{place}.gateway_for", lambda _: scripted)
    return scripted


@pytest.fixture
def suva(outsider):
    client = Client()
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    return client


def on_duty(user, post, phone, from_hours=-1.0):
    begins_at = clock.now() + timedelta(hours=from_hours)
    ends_at = begins_at + timedelta(hours=8)
    assign_duty(
        user=user, post=post, begins_at=begins_at, ends_at=ends_at, contact=Contact(phone),
        actor="test",
    )  # fmt: skip


def hand_over():
    for wave in Wave.objects.all():
        for pk in due_now(wave):
            sending.send_batch(pk)
    sweep.settle()


def nobody_answers(minutes=5):
    """Pages are counted in real time: they lie further back, and the sweep looks."""
    by = timedelta(minutes=minutes)
    for row in Page.objects.exclude(step_at=None):
        Page.objects.filter(pk=row.pk).update(at=row.at - by, step_at=row.step_at - by)
    sweep.settle()


def text(response):
    return response.content.decode()


def test_silent_post_is_taken_over_acted_for_and_given_back(
    held_clock, gateway, client, suva, post, other_post, officer, duty_head, outsider
):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    room = reverse("console:incident", args=[incident.pk])
    Neighbour.objects.create(post=post, neighbour=other_post)
    on_duty(officer, post, HERE)
    on_duty(duty_head, post, HEAD, from_hours=-30)
    on_duty(outsider, other_post, THERE)
    hand_over()

    # Somebody calls for help; the desk sleeps, the head sleeps, next door a phone rings.
    push(client, INBOUND, reply_form(WANG, "2"))
    sweep.settle()
    page = Page.objects.get(post=post)
    called = [call.address for call in gateway.calls[5:]]
    assert set(called) == {HERE, HEAD}  # of a red request the head hears at once
    case = Case.objects.get()
    assert suva.get(room).status_code == suva.get(f"/cases/{case.pk}/").status_code == 404
    take = reverse("console:take-over", args=[post.pk])
    assert "才能接管" in text(suva.get("/duty/"))
    suva.post(take, {"hours": 6})
    assert not Cover.objects.exists()
    nobody_answers()
    nobody_answers()
    assert gateway.calls[-1].address == THERE

    # The one who is awake answers, takes over, sees the incident and acts.
    suva.post(reverse("console:page-answer", args=[page.pk]))
    assert "接管该馆" in text(suva.get("/duty/"))
    assert "已接管" in text(suva.post(take, {"hours": 6}, follow=True))
    assert {call.address for call in gateway.calls[-2:]} == {HERE, THERE}
    shown = text(suva.get(room))
    assert "中国驻瓦努阿图大使馆由中国驻斐济大使馆代管" in shown
    assert suva.get(f"/cases/{case.pk}/").status_code == 200
    person = reverse("console:incident-person", args=[incident.pk, case.person_ref])
    done = {"kind": "help_closed", "note": "邻馆已联系当地救护"}
    assert suva.post(person, done).status_code == 302
    entry = AuditEntry.objects.filter(act__startswith="rollcall.").last()
    assert entry.actor == "outsider"

    # Port Vila wakes up, sees who acts for it, and takes its own back.
    desk = Client()
    desk.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert "代管" in text(desk.get(room))
    desk.post(reverse("console:cover-end", args=[Cover.objects.get().pk]))
    assert suva.get(room).status_code == suva.get(person).status_code == 404
    assert "邻馆已联系当地救护" in text(desk.get(person))
    acts = list(AuditEntry.objects.order_by("number").values_list("act", flat=True))
    story = ["duty.paged", "duty.answered", "cover.begun", "cover.ended"]
    assert list(dict.fromkeys(act for act in acts if act in story)) == story
    assert audit.first_broken() is None


def test_cover_that_nobody_ends_ends_by_itself(
    held_clock, gateway, suva, post, other_post, officer, outsider
):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    room = reverse("console:incident", args=[incident.pk])
    Neighbour.objects.create(post=post, neighbour=other_post)  # nobody is on the roster at all
    suva.post(reverse("console:take-over", args=[post.pk]), {"hours": 2})
    held_clock(2 * 3600 - 1)
    assert suva.get(room).status_code == 200
    held_clock(1)
    assert suva.get(room).status_code == 404

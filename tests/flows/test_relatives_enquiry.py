"""A mother calls, an employer calls, the son decides: each hears what he allowed, word for word."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel import audit, sweep
from config.kernel.models import AuditEntry
from crisis.tracing.models import Answer, Enquiry
from notifications.models import Wave
from notifications.services import sending
from tests.support import scene
from tests.support.pushes import INBOUND, push, reply_form
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db
WANG = "+6785550101"
MOTHER = {
    "came_by": "hotline", "asker_name": "王母", "asker_phone": "13800138000", "kinship": "parent",
    "checked": "document", "publish": "refused", "names": "王小明\nWANG/XIAOMING", "sex": "M",
    "passport": "E12345678", "last_country": "VU", "message": "等你电话",
}  # fmt: skip
NOTED = "不能告知任何人是否登记"


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    monkeypatch.setattr("notifications.services.sending.gateway_for", lambda _: scripted)
    return scripted


@pytest.fixture
def desk(officer):
    client = Client()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_over():
    for wave in Wave.objects.all():
        for pk in due_now(wave):
            sending.send_batch(pk)
    sweep.settle()


def page(desk, enquiry):
    return desk.get(reverse("console:enquiry", args=[enquiry.pk])).content.decode()


def sentence(text):
    """What the officer is to read aloud."""
    return re.search(r'<p class="sentence say-(\w+)">(.*?)</p>', text).groups()


def press(desk, enquiry, act, **data):
    return desk.post(reverse(f"console:enquiry-{act}", args=[enquiry.pk]), data, follow=True)


def ask(desk, post, incident, **changes):
    form = MOTHER | {"post": post.pk, "incident": incident.pk} | changes
    answer = desk.post(reverse("console:enquiry-new"), form, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    return Enquiry.objects.latest("pk")


def test_relatives_hear_what_the_sought_person_allowed_and_no_more(
    held_clock, gateway, client, client_of, desk, officer, outsider, post
):
    people = scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    hand_over()

    # A mother calls. He is registered and safe; she hears what a stranger would hear.
    mother = ask(desk, post, incident)
    held_clock(60)
    push(client, INBOUND, reply_form(WANG, "1"))
    sweep.settle()
    shown = page(desk, mother)
    assert "就是此人" in shown
    assert "证件号码相同" in shown
    assert NOTED in sentence(shown)[1]
    press(desk, mother, "answer", say="noted")
    press(desk, mother, "match", person=people["wang"].pk, score=100)
    shown = page(desk, mother)
    assert sentence(shown)[0] == "noted"
    assert "本人没有同意告知亲属" in shown

    # He is told, and agrees on his own page that relatives hear how he is.
    press(desk, mother, "tell")
    hand_over()
    told = [call.text for call in gateway.calls if call.address == WANG][-1]
    assert "王*（关系：父母）通过使领馆询问您的情况" in told
    his = client_of(people["wang"])
    his.post("/me/consents/", {"purpose": "tracing", "act": "give"})
    say, said = sentence(page(desk, mother))
    assert say == "safe"
    assert said.startswith("王小明本人于2024-12-17 02:01")
    assert "维拉港" not in said
    late = press(desk, mother, "answer", say="noted")
    assert "可以告知的内容刚刚有变" in late.content.decode()
    press(desk, mother, "answer", say="safe")

    # His employer asks too: no relative, and shown beside the mother.
    boss = ask(desk, post, incident, asker_name="某公司", kinship="employer", asker_phone="",
               asker_other="hr@company.example", passport="", names="王晓明")  # fmt: skip
    shown = page(desk, boss)
    assert mother.number in shown
    press(desk, boss, "match", person=people["wang"].pk)
    assert sentence(page(desk, boss))[0] == "noted"

    # He takes it back; to his mother alone he also tells the city.
    his.post("/me/consents/", {"purpose": "tracing", "act": "withdraw"})
    assert sentence(page(desk, mother))[0] == "noted"
    press(desk, mother, "permission", permission="place")
    assert "目前在维拉港" in sentence(page(desk, mother))[1]
    assert sentence(page(desk, boss))[0] == "noted"
    press(desk, mother, "answer", say="place")

    # Whoever looks at him sees who asks; whoever is of another post sees nothing.
    room = reverse("console:incident-person", args=[incident.pk, people["wang"].pk])
    assert mother.number in desk.get(room).content.decode()
    there = Client()
    there.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    assert there.get(reverse("console:enquiry", args=[mother.pk])).status_code == 404
    assert mother.number not in there.get(reverse("console:enquiries")).content.decode()

    press(desk, mother, "close", closed_as="in_touch")
    assert [row.said for row in Answer.objects.order_by("pk")] == ["noted", "safe", "place"]
    acts = AuditEntry.objects.filter(act__startswith="tracing.").order_by("number")
    story = [entry.act for entry in acts if entry.act not in ("tracing.viewed",)]
    assert story == [
        "tracing.recorded", "tracing.answered", "tracing.matched", "tracing.person_told",
        "tracing.answered", "tracing.recorded", "tracing.matched", "tracing.permission_set",
        "tracing.answered", "tracing.closed",
    ]  # fmt: skip
    assert "王" not in str([entry.detail for entry in acts])
    assert audit.first_broken() is None


def test_death_is_not_told_from_the_page(
    held_clock, gateway, desk, officer, duty_head, post, client_of
):
    """Whoever asked before he died hears what whoever asks after a stranger hears."""
    from crisis.rollcall.models import Standing

    people = scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    mother, other = ask(desk, post, incident), ask(desk, post, incident, names="李四", passport="")
    press(desk, mother, "match", person=people["wang"].pk)
    client_of(people["wang"]).post("/me/consents/", {"purpose": "tracing", "act": "give"})
    Standing.objects.filter(person_ref=people["wang"].pk).update(condition="deceased")
    said, strange = (sentence(page(desk, one))[1] for one in (mother, other))
    assert said.replace(mother.number, "") == strange.replace(other.number, "")
    assert "请报馆领导" in page(desk, mother)
    refused = press(desk, mother, "tell").content.decode()
    assert "不由本页处理" in refused

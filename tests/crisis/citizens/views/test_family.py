"""我的家人: registering others later on, and who may look after whom."""

import re

import pytest

from registry.models import Person
from registry.services.people import add_contact_point
from tests.support.joining import CHILD, WIFE

pytestmark = pytest.mark.django_db
LIST, ADD = "/me/family/", "/me/family/add/"


def key_of(page):
    return re.search(r'name="key" value="([0-9a-f]{32})"', page.text)[1]


def add(client, member, **more):
    key = key_of(client.get(ADD))
    return client.post(ADD, {"go": "save", "key": key, **member, **more})


def test_child_is_added_with_the_guardians_consent(signed_in_citizen, citizen):
    answer = add(signed_in_citizen, CHILD)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?lang=zh-hans")
    child = Person.objects.get(name=CHILD["name"])
    assert (child.registered_by, child.basis) == (citizen, "guardian")
    assert child.consents.get(purpose="guardian").given_by == citizen
    page = signed_in_citizen.get(LIST).text
    assert f'<a href="/me/of/{child.pk}/?lang=zh-hans">王小雨</a>' in page


def test_page_sent_twice_adds_one(signed_in_citizen):
    key = key_of(signed_in_citizen.get(ADD))
    for _ in range(2):
        assert signed_in_citizen.post(ADD, {"go": "save", "key": key, **CHILD}).status_code == 302
    assert Person.objects.filter(name=CHILD["name"]).count() == 1


def test_what_was_refused_stays_with_its_key(signed_in_citizen):
    page = add(signed_in_citizen, CHILD | {"guardian": "", "document_number": "12"})
    assert page.status_code == 400
    assert page.context["form"].errors.keys() == {"guardian", "document_number"}
    assert 'value="王小雨"' in page.text
    assert key_of(page)
    assert not Person.objects.filter(name=CHILD["name"]).exists()


def test_health_of_a_member_needs_its_own_consent(signed_in_citizen):
    page = add(signed_in_citizen, WIFE, health_note="孕吐")
    assert page.context["form"].errors.keys() == {"health_consent"}
    add(signed_in_citizen, WIFE, health_note="孕吐", health_consent="on", pregnancy_week="20")
    wife = Person.objects.get(name=WIFE["name"])
    assert (wife.health_note, wife.needs, bool(wife.due_on)) == ("孕吐", ["pregnant"], True)
    assert wife.consents.filter(purpose="health").exists()


def test_who_has_a_phone_of_their_own_looks_after_themselves(signed_in_citizen, held_clock):
    add(signed_in_citizen, WIFE, phone="+678 555 0133")
    wife = Person.objects.get(name=WIFE["name"])
    assert f"/me/of/{wife.pk}/" in signed_in_citizen.get(LIST).text
    add_contact_point(
        person=wife, channel="sms", address="+6785550133", verified_at=wife.registered_at
    )
    page = signed_in_citizen.get(LIST).text
    assert (f"/me/of/{wife.pk}/" in page, "由本人管理" in page) == (False, True)


def test_zone_fills_the_page_of_a_member(signed_in_citizen):
    zone = (
        "P<VUTTARI<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36VUT7408122F1204159ZE184226B<<<<<10"
    )
    page = signed_in_citizen.post(ADD, {"go": "zone", "mrz": zone, "name": "Anna"})
    for filled in ("TARI/ANNA", "L898902C3", "1974-08-12"):
        assert f'value="{filled}"' in page.text
    assert "<option value=VU selected>" in page.text.replace('"VU"', "VU")


def test_there_is_an_end_to_a_family(signed_in_citizen, monkeypatch):
    monkeypatch.setattr("crisis.citizens.views.family.MOST_FAMILY", 1)
    add(signed_in_citizen, CHILD)
    page = add(signed_in_citizen, WIFE)
    assert (page.status_code, "名册" in page.text) == (400, True)
    assert not Person.objects.filter(name=WIFE["name"]).exists()


def test_family_of_others_stays_theirs(signed_in_citizen, client_of, citizen):
    stranger = Person.objects.create(name="张三", registered_at=citizen.registered_at)
    add(signed_in_citizen, CHILD)
    page = client_of(stranger).get(LIST).text
    assert (CHILD["name"] in page, "还没有登记家人" in page) == (False, True)
    child = Person.objects.get(name=CHILD["name"])
    assert client_of(stranger).get(f"/me/of/{child.pk}/").status_code == 404

"""One's own page: everything that is held, corrected, taken along, paused, left."""

import json
import re
from datetime import timedelta

import pytest
from django.db import models
from django.test import Client

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.citizens.services.holdings import everything_about
from crisis.rollcall.models import RollCallEvent
from notifications.models import Delivery
from registry.models import (
    ConsentPurpose,
    ContactPoint,
    CurrentWhereabouts,
    EmergencyContact,
    Household,
    Person,
)
from registry.services.consents import give_consent
from registry.services.people import add_contact_point, add_emergency_contact
from tests.support import scene
from tests.support.citizens import code_at

pytestmark = pytest.mark.django_db
PAGE_LIMIT = 60_000
TOKEN = re.compile(r'(?<=value=")\w{64}(?=")|X-CSRFToken[^}]*')
ACTS = ["confirm/", "pause/", "leave/", "consents/", "emergency/", "correct/basics/",
        "correct/health/", "download/guihang.json", "download/guihang.txt", ""]  # fmt: skip


@pytest.fixture
def household(db):
    return Household.objects.create(label="王")


@pytest.fixture
def parent(household):
    return scene.settle(
        "王小明", phone="+6785550101", household=household, document_number="E12345678",
        birth_date=None,
    )  # fmt: skip


def registered_by(parent, name, **facts):
    """Somebody of the household whom the parent registered."""
    person = scene.settle(name, household=parent.household, **facts)
    Person.objects.filter(pk=person.pk).update(registered_by=parent)
    return person


@pytest.fixture
def child(parent):
    return registered_by(parent, "王小童", basis="guardian", health_note="花生过敏")


@pytest.fixture
def stranger(db):
    return scene.settle("孙远", phone="+6785550107", health_note="糖尿病")


@pytest.fixture
def browser(client_of, parent):
    return client_of(parent)


# -- Seeing ------------------------------------------------------------------------------------


def test_page_shows_what_is_held_and_why_we_think_where_they_are(browser, parent):
    add_emergency_contact(person=parent, name="王父", relation="父", phone="+8613800000000")
    page = browser.get("/me/").text
    for text in ("王小明", "E12345678", "+6785550101", "王父", "瓦努阿图", "维拉港", "常住地"):
        assert text in page
    assert len(page.encode()) < PAGE_LIMIT


def test_looking_is_on_record_once_a_session(browser, parent):
    browser.get("/me/")
    browser.get("/me/")
    looks = AuditEntry.objects.filter(act="person.viewed")
    assert [(look.actor, look.subject) for look in looks] == [(f"person:{parent.pk}",) * 2]


@pytest.mark.parametrize("form", ["json", "txt"])
def test_everything_can_be_taken_along(browser, parent, form):
    response = browser.get(f"/me/download/guihang.{form}")
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
    for text in ("王小明", "E12345678", "+6785550101", "维拉港"):
        assert text in response.text
    if form == "json":
        held = json.loads(response.text)
        assert held["document"][0]["document_number"] == "E12345678"
        assert held["contacts"][0]["verified_at"]
        assert set(held) >= {section.key for section in everything_about(parent)}
    entry = AuditEntry.objects.get(act="person.downloaded")
    detail = {"form": form, "basis": "consent"}
    assert (entry.subject, entry.detail) == (f"person:{parent.pk}", detail)


def test_messages_and_answers_are_told_and_bad_news_is_not(held_clock, post, officer, client_of):
    people = scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    wang = people["wang"]
    now = clock.now()
    for kind in ("safe", "deceased"):
        RollCallEvent.objects.create(
            incident=incident, person_ref=wang.pk, kind=kind, occurred_at=now, learned_at=now,
            source="officer", source_key=kind,
        )  # fmt: skip
    page = client_of(wang).get("/me/").text
    assert Delivery.objects.first().wave.code in page
    assert "报平安" in page
    assert "死亡" not in page


# -- Whose page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_nobody_opens_a_strangers_page(browser, stranger, act):
    for method in ("get", "post"):
        response = getattr(browser, method)(f"/me/of/{stranger.pk}/{act}")
        assert response.status_code in (404, 405), (method, act)
        assert "糖尿病" not in response.text
    stranger.refresh_from_db()
    assert (stranger.left_at, stranger.confirmed_at, stranger.paused_until) == (None,) * 3


@pytest.mark.parametrize("act", ACTS)
def test_known_and_unknown_strangers_look_alike(browser, stranger, act):
    known = browser.get(f"/me/of/{stranger.pk}/{act}")
    unknown = browser.get(f"/me/of/987654321/{act}")
    assert known.status_code == unknown.status_code
    same = known.text.replace(f"/of/{stranger.pk}/", "/of/987654321/")
    assert TOKEN.sub("", same) == TOKEN.sub("", unknown.text)


def test_who_registered_a_child_sees_and_corrects_it(browser, child):
    assert "王小童" in browser.get("/me/").text
    assert "花生过敏" in browser.get(f"/me/of/{child.pk}/").text
    browser.post(f"/me/of/{child.pk}/confirm/")
    child.refresh_from_db()
    assert child.confirmed_at is not None
    assert AuditEntry.objects.get(act="person.confirmed").subject == f"person:{child.pk}"


def test_family_that_speaks_for_itself_keeps_its_health_to_itself(browser, parent):
    adult = registered_by(parent, "陈芳", phone="+6785550102", health_note="哮喘")
    assert browser.get(f"/me/of/{adult.pk}/").status_code == 404
    assert "哮喘" not in browser.get("/me/").text


def test_household_alone_opens_nothing(browser, household):
    other = scene.settle("陈芳", household=household, health_note="哮喘")
    assert browser.get(f"/me/of/{other.pk}/").status_code == 404


def test_contacts_of_others_cannot_be_touched(browser, stranger):
    point = ContactPoint.objects.get(person=stranger)
    for act in ("retire", "prefer", "prove"):
        response = browser.post("/me/contacts/", {"act": act, "contact": point.pk})
        assert response.status_code == 404
    mine = add_emergency_contact(person=stranger, name="孙父", relation="", phone="+8613800000000")
    browser.post("/me/emergency/", {"remove": mine.pk})
    assert EmergencyContact.objects.filter(pk=mine.pk).exists()


# -- Correcting ---------------------------------------------------------------------------------


def test_basics_are_corrected_and_the_audit_names_columns_alone(browser, parent):
    fields = {"name": "王大明", "passport_name": "wang/daming", "sex": "M",
              "birth_date": "1990-03-07", "nationality": "CN", "language": "zh-hans"}  # fmt: skip
    assert browser.post("/me/correct/basics/", fields).status_code == 302
    parent.refresh_from_db()
    assert (parent.name, parent.passport_name) == ("王大明", "WANG/DAMING")
    entry = AuditEntry.objects.get(act="person.corrected")
    assert "name" in entry.detail["columns"]
    assert "王大明" not in str(entry.detail)


def test_refused_correction_stands_beside_its_field_and_what_was_typed_stays(browser, parent):
    fields = {"document_kind": "passport", "document_number": "!!"}
    response = browser.post("/me/correct/document/", fields)
    assert response.status_code == 400
    assert "5 至 20 个字母或数字" in response.text
    assert "!!" in response.text


def test_health_needs_its_own_consent(browser, parent):
    fields = {"needs": ["oxygen"], "blood_type": "A+", "health_note": "哮喘"}
    response = browser.post("/me/correct/health/", fields)
    assert response.status_code == 400
    assert "单独同意" in response.text
    browser.post("/me/correct/health/", fields | {"agree": "on"})
    parent.refresh_from_db()
    assert (parent.needs, parent.health_note) == (["oxygen"], "哮喘")
    assert parent.consents.get().purpose == ConsentPurpose.HEALTH


def test_residence_is_corrected(browser, parent):
    browser.post("/me/correct/residence/", {"country": "FJ", "city": "苏瓦", "address": "1 Road"})
    home = CurrentWhereabouts.objects.get(person=parent).whereabouts
    assert home.country == "FJ"
    # In Suva, as the gazetteer has it, and not just somewhere in Fiji.
    assert (round(home.latitude), round(home.longitude)) == (-18, 178)
    assert home.accuracy_m < 50_000


def test_unknown_part_is_404(browser):
    assert browser.get("/me/correct/passwords/").status_code == 404


def test_emergency_contacts_come_and_go(browser, parent):
    browser.post("/me/emergency/", {"name": "王父", "relation": "父", "phone": "13800000000"})
    contact = parent.emergency_contacts.get()
    assert contact.phone == "+8613800000000"
    browser.post("/me/emergency/", {"remove": contact.pk})
    assert not parent.emergency_contacts.exists()
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"emergency.added", "emergency.removed"} <= acts


# -- Contacts ------------------------------------------------------------------------------------


def test_phone_is_added_by_a_code(browser, parent):
    phone = "+8613800000000"
    browser.post("/me/contacts/", {"act": "phone", "phone": phone})
    assert ContactPoint.objects.filter(person=parent).count() == 1
    wrong = browser.post("/me/contacts/", {"act": "code", "code": "000000"})
    assert wrong.status_code == 400
    browser.post("/me/contacts/", {"act": "code", "code": code_at(phone)})
    point = ContactPoint.objects.get(person=parent, preference=2)
    assert (point.address, point.verified_at is not None) == (phone, True)


def test_code_for_signing_in_proves_no_number(browser, parent):
    Client().post("/me/code/", {"act": "send", "phone": "+8613800000000"})
    code = code_at("+8613800000000")
    browser.post("/me/contacts/", {"act": "code", "code": code})
    assert ContactPoint.objects.filter(person=parent).count() == 1


def test_order_is_chosen_and_the_last_phone_stays(browser, parent):
    second = add_contact_point(
        person=parent, channel="sms", address="+8613800000000", preference=2,
        verified_at=clock.now(),
    )  # fmt: skip
    first = ContactPoint.objects.get(person=parent, preference=1)
    browser.post("/me/contacts/", {"act": "prefer", "contact": second.pk})
    order = ContactPoint.objects.filter(person=parent).order_by("preference")
    assert list(order) == [second, first]
    browser.post("/me/contacts/", {"act": "retire", "contact": first.pk})
    refused = browser.post("/me/contacts/", {"act": "retire", "contact": second.pk})
    assert "唯一已核实" in refused.text
    second.refresh_from_db()
    assert second.retired_at is None


def test_email_is_kept_unverified_and_says_so(browser, parent):
    browser.post("/me/contacts/", {"act": "email", "email": "Wang@guihang.example"})
    point = ContactPoint.objects.get(channel="email")
    assert (point.address, point.verified_at) == ("wang@guihang.example", None)
    assert "电子邮件不能核实" in browser.get("/me/contacts/").text


def test_wechat_page_asks_for_consent_and_shows_the_code(browser, parent, monkeypatch):
    monkeypatch.setattr(
        "crisis.citizens.services.binding.make_qr", lambda scene, seconds: f"http://q/{scene}"
    )
    assert browser.get("/me/wechat/qr.svg").status_code == 404
    assert "请先勾选同意" in browser.post("/me/wechat/").text
    page = browser.post("/me/wechat/", {"agree": "yes"}, follow=True).text
    assert "/me/wechat/qr.svg" in page
    picture = browser.get("/me/wechat/qr.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    assert "http://q/" not in str(dict(browser.session))


# -- Consents, pause, leave --------------------------------------------------------------------


def test_consents_are_shown_with_words_and_withdrawn_one_by_one(browser, parent):
    for purpose in (ConsentPurpose.REGISTRY, ConsentPurpose.HEALTH):
        give_consent(person=parent, purpose=purpose, given_by=parent)
    Person.objects.filter(pk=parent.pk).update(health_note="")
    page = browser.get("/me/consents/").text
    assert "health-1" in page
    assert "我单独同意登记健康信息" in page
    browser.post("/me/consents/", {"act": "withdraw", "purpose": "health"})
    assert not parent.consents.filter(purpose="health", withdrawn_at=None).exists()
    leads = browser.post("/me/consents/", {"act": "withdraw", "purpose": "registry"})
    assert "/me/leave/" in leads["Location"]
    parent.refresh_from_db()
    assert parent.left_at is None


def test_pause_until_a_day_and_back(browser, parent):
    day = clock.now().date() + timedelta(days=30)
    browser.post("/me/pause/", {"until": day.isoformat()})
    parent.refresh_from_db()
    assert parent.paused_until == day
    assert day.isoformat() in browser.get("/me/").text
    browser.post("/me/pause/", {"act": "resume"})
    parent.refresh_from_db()
    assert parent.paused_until is None


def test_pause_for_the_family(browser, child):
    day = clock.now().date() + timedelta(days=30)
    browser.post(f"/me/of/{child.pk}/pause/", {"until": day.isoformat()})
    child.refresh_from_db()
    assert child.paused_until == day


def test_leaving_takes_two_steps_and_ends_the_session(browser, parent):
    first = browser.post("/me/leave/", {"act": "ask"})
    assert "我明白这不能撤销" in first.text
    unsure = browser.post("/me/leave/", {"act": "leave"})
    assert unsure.status_code == 400
    parent.refresh_from_db()
    assert parent.left_at is None
    done = browser.post("/me/leave/", {"act": "leave", "sure": "yes"})
    assert "已删除 1 人的信息" in done.text
    parent.refresh_from_db()
    assert parent.erased_at is not None
    assert parent.name == f"#{parent.pk}"
    assert browser.get("/me/").status_code == 302


def test_leaving_in_an_incident_says_what_stays_and_until_when(
    held_clock, post, officer, client_of, settings
):
    people = scene.port_vila()
    scene.declare(post, officer, people=6)
    browser = client_of(people["wang"])
    page = browser.get("/me/leave/").text
    assert f"结束 {settings.KEEP_AFTER_INCIDENT_DAYS} 天后自动删除" in page
    done = browser.post("/me/leave/", {"act": "leave", "sure": "yes"}).text
    assert "仍为一起正在处理的突发事件所需" in done
    person = Person.objects.get(pk=people["wang"].pk)
    assert (person.left_at is not None, person.erased_at) == (True, None)


def test_confirmation_ends_dormancy(browser, parent):
    Person.objects.filter(pk=parent.pk).update(dormant_at=clock.now())
    browser.post("/me/confirm/")
    parent.refresh_from_db()
    assert (parent.dormant_at, parent.confirmed_at is not None) == (None, True)


@pytest.mark.parametrize(
    "path", ["", "contacts/", "wechat/", "correct/basics/", "correct/health/", "emergency/",
             "consents/", "pause/", "leave/"],
)  # fmt: skip
def test_pages_are_small_private_and_in_english_too(browser, parent, path):
    response = browser.get(f"/me/{path}?lang=en")
    assert response.status_code == 200
    assert len(response.content) < PAGE_LIMIT
    assert response["Cache-Control"] == "no-store"
    assert 'lang="en"' in response.text
    assert "</h1>" in response.text


def test_form_without_its_token_is_refused(client_of, parent):
    strict = client_of(parent, enforce_csrf_checks=True)
    assert strict.post("/me/leave/", {"act": "leave", "sure": "yes"}).status_code == 403
    assert isinstance(Person._meta.pk, models.BigAutoField)

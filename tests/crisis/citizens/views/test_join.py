"""登记: short steps, nothing lost, nobody told who is registered."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from config.kernel.models import AuditEntry
from registry.models import ContactPoint, Household, Person
from registry.selectors.consents import has_consent
from registry.services.people import add_contact_point
from tests.support.citizens import code_at
from tests.support.joining import CHILD, HOME, REACH, WHO, WIFE, Applicant

pytestmark = pytest.mark.django_db
ZONE = "P<CHNERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36CHN7408122F1204159ZE184226B<<<<<10"


@pytest.fixture
def applicant(held_clock):
    return Applicant()


def register(applicant, **changes):
    return applicant.to_consent(**changes).press("register", registry="on")


def test_whole_registration_is_written_as_it_was_typed(applicant):
    response = register(
        applicant,
        members=[CHILD, WIFE],
        extras={"needs": ["oxygen"], "blood_type": "AB-", "health_consent": "on",
                "insurer": "中国人保", "insurer_phone": "95518"},
    ).response  # fmt: skip
    assert "已登记 3 人" in response.text
    wang = Person.objects.get(name="王小明")
    assert (wang.document_number, wang.birth_date) == ("EZ1234567", date(1990, 3, 7))
    assert (wang.needs, wang.blood_type, wang.insurer_phone) == (["oxygen"], "AB-", "95518")
    home = wang.whereabouts.get()
    assert (home.country, home.city, home.address) == ("VU", "维拉港", "Kumul Highway 12")
    assert home.latitude == pytest.approx(-17.73, abs=0.1)
    contact = wang.emergency_contacts.get()
    assert (contact.name, contact.phone) == ("王大明", "+8613800138000")
    points = {p.address: p.verified_at for p in wang.contact_points.all()}
    assert points == {"+6785550101": None, "wang@example.org": None}
    assert [has_consent(wang.pk, p) for p in ("registry", "health", "tracing")] == [
        True,
        True,
        False,
    ]


def test_what_was_not_ticked_was_not_agreed_to(applicant):
    """Each purpose apart: telling the family of an arrival, and nothing else."""
    applicant.to_consent().press("register", registry="on", family="on")
    wang = Person.objects.get(name="王小明")
    assert [has_consent(wang.pk, p) for p in ("family", "tracing", "position")] == [
        True,
        False,
        False,
    ]


def test_family_is_registered_by_another_and_never_split(applicant):
    register(applicant, members=[CHILD, WIFE])
    wang = Person.objects.get(name="王小明")
    child, wife = Person.objects.get(name="王小雨"), Person.objects.get(name="Anna Tari")
    assert {p.household_id for p in (wang, child, wife)} == {Household.objects.get().pk}
    assert (child.registered_by, wife.registered_by, wang.registered_by) == (wang, wang, None)
    assert (child.basis, wife.basis, wife.nationality) == ("guardian", "consent", "VU")
    assert child.consents.get(purpose="guardian").given_by == wang
    assert not has_consent(wife.pk, "guardian")
    assert [p.whereabouts.get().country for p in (child, wife)] == ["VU", "VU"]
    assert not ContactPoint.objects.filter(person=child).exists()


def test_pressed_twice_registers_once(applicant):
    register(applicant, members=[CHILD])
    again = applicant.client.post(applicant.address, again_data(applicant))
    assert Person.objects.count() == 2
    assert "没有重复登记" in again.text


def again_data(applicant):
    return applicant.response.wsgi_request.POST.dict()


def test_what_was_refused_stands_beside_its_field_and_everything_typed_stays(applicant):
    applicant.press("next", **WHO | {"birth_date": "31 feb", "document_number": "12"})
    assert applicant.response.status_code == 400
    assert applicant.errors.keys() == {"birth_date"}
    applicant.press("next", **WHO | {"document_number": "12"})
    assert "5 至 20 个字母或数字" in applicant.errors["document_number"][0]
    for typed in ("王小明", "WANG/XIAOMING", 'value="12"', "1990-03-07"):
        assert typed in applicant.text
    field = re.search(r'<input[^>]*name="document_number"[^>]*>', applicant.text)[0]
    assert 'aria-invalid="true"' in field
    assert "id_document_number_error" in field
    assert applicant.press("next", **WHO).step == "reach"


def test_going_back_and_changing_the_language_lose_nothing(applicant):
    applicant.press("next", **WHO).press("back", **REACH | {"city": "half ty"})
    assert 'value="WANG/XIAOMING"' in applicant.text
    applicant.address = "/join/?lang=en"
    applicant.press("stay", **WHO | {"passport_name": "WANG/X"})
    assert ("Who are you?" in applicant.text, 'value="WANG/X"' in applicant.text) == (True, True)
    assert applicant.press("next", **WHO).step == "reach"
    assert 'value="half ty"' in applicant.text


def test_phones_of_several_countries(applicant):
    applicant.press("next", **WHO).press("phone", **REACH).press("phone", **REACH)
    phones = {
        "phone_1": "5550101", "phone_2": "0033 1 70 18 99 00",
        "region_3": "CN", "phone_3": "138 0013 8000",
    }  # fmt: skip
    assert applicant.press("next", **REACH | phones | {"phone_2": "12"}).errors.keys() == {
        "phone_2"
    }
    applicant.press("next", **REACH | phones).press("next", **HOME).press("next").press("next")
    applicant.press("register", registry="on")
    points = ContactPoint.objects.filter(channel="sms").order_by("preference")
    assert [p.address for p in points] == ["+6785550101", "+33170189900", "+8613800138000"]


def test_nobody_lives_in_the_first_country_by_oversight(applicant):
    applicant.press("next", **WHO)
    assert '<option value="" selected>请选择' in applicant.text
    assert applicant.press("next", **REACH | {"country": ""}).errors.keys() == {"country"}


def test_zone_fills_what_is_empty_and_what_differs_is_said(applicant):
    applicant.press("zone", mrz=ZONE, name="安娜", sex="X", birth_date="1974-08-21")
    assert applicant.errors.keys() == {"birth_date"}
    assert "1974-08-12" in applicant.errors["birth_date"][0]
    applicant.press("zone", mrz=ZONE, name="安娜", sex="X")
    for filled in ("ERIKSSON/ANNA MARIA", "L898902C3", "1974-08-12", "2012-04-15", "安娜"):
        assert f'value="{filled}"' in applicant.text
    assert '<option value="F" selected>' in applicant.text
    assert "P&lt;CHNERIKSSON" not in applicant.text


def test_zone_that_is_wrong_says_where_and_stays(applicant):
    applicant.press("next", **WHO | {"mrz": ZONE.replace("740812", "740813")})
    assert "出生日期" in applicant.errors["mrz"][0]
    assert "740813" in applicant.text


def test_zone_alone_with_a_name_is_enough(applicant):
    applicant.press("next", mrz=ZONE.lower(), name="安娜", sex="X", nationality="CN",
                    document_kind="passport")  # fmt: skip
    assert applicant.step == "reach"


def test_child_registers_through_a_guardian(applicant):
    applicant.press("next", **WHO | {"birth_date": "2012-05-05"})
    assert "监护人" in applicant.errors["birth_date"][0]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**CHILD, "guardian": ""}, "guardian"),
        ({**WIFE, "agreed": ""}, "agreed"),
        ({**CHILD, "blood_type": "A+"}, "health_consent"),
        ({**CHILD, "phone": "555"}, "phone"),
    ],
)
def test_member_without_the_consent_needed_is_not_taken(applicant, typed, field):
    applicant.press("next", **WHO).press("next", **REACH).press("next", **HOME).press("add")
    assert applicant.press("save", **typed).errors.keys() == {field}
    assert typed["name"] in applicant.text
    applicant.press("back")
    assert applicant.step == "family"
    assert typed["name"] not in applicant.text


def test_members_are_changed_and_taken_out_again(applicant):
    applicant.press("next", **WHO).press("next", **REACH).press("next", **HOME)
    applicant.press("add").press("save", **CHILD).press("add").press("save", **WIFE)
    applicant.press("edit-1")
    assert 'value="TARI/ANNA"' in applicant.text
    applicant.press("save", **WIFE | {"name": "Anna T."}).press("remove-0")
    assert ("Anna T." in applicant.text, "王小雨" in applicant.text) == (True, False)


def test_health_without_its_own_consent_is_not_kept(applicant):
    applicant.press("next", **WHO).press("next", **REACH).press("next", **HOME).press("next")
    applicant.press("next", health_note="哮喘")
    assert applicant.errors.keys() == {"health_consent"}
    assert "哮喘" in applicant.text
    assert applicant.press("next", needs=["infant"]).step == "consent"


def test_without_consent_nobody_is_registered(applicant):
    applicant.to_consent().press("register")
    assert applicant.errors.keys() == {"registry"}
    applicant.press("register", registry="on", version="registry-0")
    assert "文本已更新" in applicant.errors["registry"][0]
    assert not Person.objects.exists()


def test_stranger_learns_nothing_of_who_is_registered(held_clock):
    first, second = Applicant(), Applicant()
    pages = [register(first).text, register(second).text]
    plain = [re.sub(r'value="[\w+/=]{40,}"', "", page) for page in pages]
    assert plain[0] == plain[1]
    assert Person.objects.filter(name="王小明").count() == 2


def test_nothing_typed_stands_readable_in_the_page_behind_it(applicant):
    applicant.press("next", **WHO)
    for typed in ("王小明", "EZ1234567", "XIAOMING"):
        assert typed not in applicant.text
    cookies = " ".join(m.value for m in applicant.client.cookies.values())
    assert "EZ1234567" not in cookies


@pytest.mark.parametrize("kept", ["", "x", "AAAA", "é", "QUFBQQ==" * 40])
def test_carried_application_that_cannot_be_read_begins_anew(applicant, kept):
    applicant.press("next", **WHO)
    applicant.press("next", **REACH | {"kept": kept})
    assert (applicant.step, applicant.response.status_code) == ("who", 200)
    assert "已无法读取" in applicant.text
    applicant.press("next", **WHO)
    assert 'value="维拉港"' in applicant.text


def test_application_of_another_step_cannot_be_forced(applicant):
    applicant.press("register", step="consent", registry="on")
    assert (applicant.step, applicant.response.status_code) == ("who", 400)
    applicant.press("edit-7", step="family")
    applicant.press("remove-x", step="family")
    applicant.press("nonsense", step="nowhere")
    assert not Person.objects.exists()


def test_phone_is_proved_by_its_code_and_then_used(applicant):
    register(applicant)
    client = applicant.client
    client.post("/me/code/?lang=zh-hans", {"act": "send", "phone": "+6785550101", "next": "/me/"})
    point = ContactPoint.objects.get(channel="sms")
    assert point.verified_at is None
    client.post("/me/code/?lang=zh-hans", {"act": "check", "code": code_at("+6785550101")})
    point.refresh_from_db()
    assert point.verified_at is not None


@pytest.mark.parametrize("same_browser", [True, False])
def test_who_has_no_document_proves_the_phone_where_they_registered(applicant, same_browser):
    register(applicant, who={"document_kind": "none", "document_number": ""})
    phone, joined = "+6785550101", Person.objects.get()
    other = Person.objects.create(name="他", registered_at=joined.registered_at)
    add_contact_point(person=other, channel="sms", address=phone)
    client = applicant.client if same_browser else Client()
    client.post("/me/code/", {"act": "send", "phone": phone})
    client.post("/me/code/", {"act": "check", "code": code_at(phone)})
    assert client.session.get("citizen") == (joined.pk if same_browser else None)
    verified = ContactPoint.objects.exclude(verified_at=None).values_list("person", flat=True)
    assert list(verified) == ([joined.pk] if same_browser else [])


def test_registration_is_audited_by_reference(applicant):
    register(applicant, members=[CHILD])
    acts = dict(AuditEntry.objects.values_list("act", "subject"))
    assert {"registry.registered", "registry.registered_for_another"} <= acts.keys()
    assert "王" not in " ".join(f"{e.subject}{e.detail}" for e in AuditEntry.objects.all())


def test_flood_from_one_address_is_held_and_nothing_typed_is_lost(applicant, monkeypatch):
    monkeypatch.setattr("crisis.citizens.views.join.PER_CLIENT_AN_HOUR", 1)
    register(applicant)
    second = register(Applicant())
    assert second.response.status_code == 429
    assert second.step == "consent"
    assert "王小明" in second.text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_weighs_less_than_sixty_kilobytes(held_clock, language):
    style = Path(settings.BASE_DIR, "crisis/public/static/public/public.css").stat().st_size
    applicant, weights = Applicant(language=language), {}
    presses = [
        ("next", WHO), ("phone", REACH), ("phone", REACH), ("next", REACH), ("next", HOME),
        ("add", {}), ("save", CHILD), ("next", {}), ("next", {}), ("register", {"registry": "on"}),
    ]  # fmt: skip
    for go, typed in presses:
        weights[applicant.step] = len(applicant.response.content) + style
        applicant.press(go, **typed)
    weights["done"] = len(applicant.response.content) + style
    assert len(weights) == 8
    assert max(weights.values()) < 60_000, weights

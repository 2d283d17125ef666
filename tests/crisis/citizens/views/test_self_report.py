"""The public form of an incident: open to anybody, refuses nobody, tells nothing of anybody."""

import pytest
from django.test import Client

from crisis.cases.models import Case
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import Standing
from crisis.selfreports.models import PublicForm, SelfReport, Submission
from crisis.selfreports.selectors import presence
from registry.models import Merge, Person
from tests.support import scene
from tests.support.citizens import code_at
from tests.support.joining import HOME, REACH, WHO, Applicant

pytestmark = pytest.mark.django_db
PAGE_LIMIT = 60_000
ZHOU = {"name": "周游", "phone": "555 0177", "country": "VU", "place": "海港酒店", "word": "safe"}


@pytest.fixture
def incident(held_clock, post, officer):
    scene.port_vila()
    return scene.declare(post, officer, people=6)


@pytest.fixture
def address(incident):
    return f"/r/{PublicForm.objects.get(incident=incident).code}/"


def key_of(page):
    return page.context["key"]


def test_form_is_small_private_and_names_nobody(client, address):
    for language in ("zh-hans", "en"):
        page = client.get(f"{address}?lang={language}")
        css = client.get("/static/public/public.css").getvalue()
        script = client.get("/static/public/share.js").getvalue()
        assert len(page.content) + len(css) + len(script) < PAGE_LIMIT
        assert not page.cookies
        assert "noindex" in page["X-Robots-Tag"]
        assert "王小明" not in page.text
        assert "value=VU selected" in page.text
    assert "Port Vila: earthquake: report yourself" in page.text


def test_looking_writes_nothing_and_each_look_has_a_key_of_its_own(client, address):
    assert key_of(client.get(address)) != key_of(client.get(address))
    assert not SelfReport.objects.exists()


@pytest.mark.parametrize("code", ["x", "ABCDEFGHJK", "%00", "A" * 900])
def test_unknown_code_is_answered_politely(client, db, code):
    for answer in (client.get(f"/r/{code}/"), client.post(f"/r/{code}/", ZHOU)):
        assert answer.status_code == 404
        assert "没有这个报备页面" in answer.text


def test_code_is_read_however_it_is_typed(client, address):
    assert client.get(address.lower()).status_code == 200


def test_handing_in_needs_no_cookie_and_shows_what_comes_next(address, incident):
    strict = Client(enforce_csrf_checks=True)
    done = strict.post(address, ZHOU | {"key": key_of(strict.get(address))})
    assert done.status_code == 200
    assert f"编号 VLI-{SelfReport.objects.get().pk}" in done.text
    assert "+6785550100" in done.text
    assert done["Cache-Control"] == "no-store"
    assert presence(incident).people == 1


def test_double_tap_and_going_back_make_no_second_person(client, address, incident):
    key = key_of(client.get(address))
    for word in ("safe", "safe", "needs_help"):
        client.post(address, ZHOU | {"key": key, "word": word})
    assert (presence(incident).people, Submission.objects.count()) == (1, 2)
    assert Case.objects.count() == 1


def test_one_tap_says_that_things_have_changed(client, address, incident):
    done = client.post(address, ZHOU | {"key": key_of(client.get(address))})
    key = done.context["report"].key
    changed = client.post(address, {"key": key, "word": "hurt"})
    assert Case.objects.get().number in changed.text
    row = Standing.objects.get(self_reported=True)
    assert row.condition == "needs_help"
    assert Person.objects.get(pk=row.person_ref).name == "周游"


def test_missing_number_is_asked_for_and_costs_nothing(client, address, incident):
    done = client.post(address, ZHOU | {"key": key_of(client.get(address)), "phone": "12"})
    assert "刚才的号码读不出来" in done.text
    assert presence(incident).people == 1
    report = done.context["report"]
    mended = client.post(address, {"key": report.key, "word": "safe", "phone": "+6785550177"})
    assert "请再补充一项" not in mended.text
    assert presence(incident).people == 1


@pytest.mark.parametrize("key", ["", "x", "0" * 33, "\u202e"])
def test_broken_key_costs_nothing(client, address, incident, key):
    assert client.post(address, ZHOU | {"key": key}).status_code == 200
    assert presence(incident).people == 1


def test_nothing_typed_is_said_and_nothing_kept(client, address):
    answer = client.post(address, {"key": "", "country": "VU"})
    assert answer.status_code == 400
    assert "还没有收到内容" in answer.text
    assert not SelfReport.objects.exists()


def test_broken_position_does_not_cost_the_report(client, address):
    client.post(address, ZHOU | {"latitude": "", "longitude": "", "accuracy_m": ""})
    client.post(address, ZHOU | {"latitude": "nan", "longitude": "1e999"})
    client.post(address, ZHOU | {"latitude": "-17.74", "longitude": "168.32", "accuracy_m": "25"})
    rows = SelfReport.objects.order_by("pk").values_list("latitude", flat=True)
    assert list(rows) == [None, None, -17.74]


def test_closed_politely_and_still_heard(client, address, incident, officer):
    stand_down_incident(incident=incident, officer=officer)
    page = client.get(address)
    assert "这次突发事件已经解除" in page.text
    done = client.post(address, ZHOU | {"key": key_of(page), "word": "needs_help"})
    assert done.status_code == 200
    assert Case.objects.count() == 1
    assert "今后的通知" not in done.text


def test_failure_after_keeping_is_not_the_persons(client, address, incident, monkeypatch):
    from django.db import OperationalError

    def fail(*_):
        raise OperationalError

    monkeypatch.setattr("crisis.citizens.views.self_report.take_in", fail)
    done = client.post(address, ZHOU)
    assert done.status_code == 200
    assert "报备已收到" in done.text
    assert Submission.objects.get().worked_at is None


def join_from(client, done):
    """The button on the confirmation, then the steps of the registration."""
    applicant = Applicant(client)
    kept = {"kept": done.context["application"], "step": "who", "go": "begin"}
    applicant.response = client.post(applicant.address, kept)
    return applicant


def test_registers_from_there_and_is_promoted_once_the_phone_is_proved(client, address, incident):
    done = client.post(address, ZHOU | {"passport": "EZ1234567"})
    applicant = join_from(client, done)
    assert 'value="周游"' in applicant.text
    assert "EZ1234567" in applicant.text
    applicant.press("next", **WHO | {"name": "周游"})
    assert 'value="+6785550177"' in applicant.text
    applicant.press("next", **REACH | {"phone_1": "+6785550177"}).press("next", **HOME)
    applicant.press("next").press("next").press("register", registry="on")
    registered = Person.objects.get(name="周游", provisional=False)
    assert presence(incident).people == 1
    client.post("/me/code/", {"act": "send", "phone": "+6785550177"})
    client.post("/me/code/", {"act": "check", "code": code_at("+6785550177")})
    merge = Merge.objects.get()
    assert (merge.kept, merge.merged_by) == (registered, f"person:{registered.pk}")
    assert presence(incident).people == 0
    assert Standing.objects.counted().get(person_ref=registered.pk).condition == "safe"


def test_typing_somebodys_phone_does_not_stand_at_their_door(client, address, incident):
    client.post(address, ZHOU | {"name": "冒名", "phone": "+6785550101"})
    client.post("/me/code/", {"act": "send", "phone": "+6785550101"})
    answer = client.post("/me/code/", {"act": "check", "code": code_at("+6785550101")})
    assert answer["Location"].startswith("/me/?")

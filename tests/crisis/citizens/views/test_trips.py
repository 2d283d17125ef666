"""我的行程: understood first, kept only when confirmed, by the clock of the place."""

from datetime import UTC, datetime

import pytest

from config.kernel.models import AuditEntry
from registry.models import CurrentWhereabouts, Whereabouts
from tests.support import scene

pytestmark = pytest.mark.django_db
PAGE = "/me/trips/"
NADI = {
    "country": "斐济", "city": "楠迪", "starts_on": "2024-12-20", "ends_on": "2024-12-24",
    "starts_time": "", "ends_time": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _held(held_clock):
    return held_clock


def legs():
    return list(
        Whereabouts.objects.filter(kind="trip").order_by("starts_at").values_list(
            "country", "city", "starts_at", "ends_at"
        )
    )  # fmt: skip


def confirmed(response):
    """What the page of confirmation sends back."""
    formset = response.context["legs"]
    data = {"leg-TOTAL_FORMS": len(formset.forms), "leg-INITIAL_FORMS": len(formset.forms)}
    for form in formset.forms:
        for name in form.fields:
            value = form[name].value()
            data[form.add_prefix(name)] = "" if value in (None, False) else str(value)
    return data | {"act": "save"}


def test_leg_by_hand_is_stored_by_the_clock_of_the_place(signed_in_citizen, citizen):
    response = signed_in_citizen.post(PAGE, NADI | {"act": "add"}, follow=True)
    assert "斐济 · 楠迪" in response.text
    assert "2024-12-20 00:00 至 2024-12-24 23:59" in response.text
    # Nadi is twelve hours ahead of UTC.
    assert legs() == [
        (
            "FJ",
            "楠迪",
            datetime(2024, 12, 19, 12, tzinfo=UTC),
            datetime(2024, 12, 24, 11, 59, tzinfo=UTC),
        )
    ]
    leg = Whereabouts.objects.get(kind="trip")
    assert (leg.accuracy_m, leg.source, leg.person) == (20_000, "self", citizen)
    assert CurrentWhereabouts.objects.get(person=citizen).ground == "residence"
    assert AuditEntry.objects.get(act="trip.added").subject == f"person:{citizen.pk}"


def test_why_we_think_so_is_shown(signed_in_citizen):
    page = signed_in_citizen.get(PAGE).text
    assert "我们认为您现在在" in page
    assert "依据常住地（本人填写，2024-12-17 02:00 UTC 登记），精度约 1 公里" in page
    signed_in_citizen.post(PAGE, NADI | {"act": "add", "starts_on": "2024-12-10", "city": "苏瓦"})
    english = signed_in_citizen.get(PAGE + "?lang=en").text
    assert "Fiji · 苏瓦" in english
    assert "a trip" in english


def test_paste_is_shown_first_and_kept_when_confirmed(signed_in_citizen):
    text = "FJ931 PEK-NAN 28DEC 0930 29DEC 2105\n乘机人 王小明\n1月10日-1月12日 斐济苏瓦"
    shown = signed_in_citizen.post(PAGE, {"act": "paste", "text": text})
    assert "第 2 行" in shown.text
    assert "乘机人 王小明" in shown.text
    assert "假定" in shown.text
    assert legs() == []
    data = confirmed(shown) | {"leg-0-ends_on": "2025-01-09", "leg-0-ends_time": "08:00"}
    page = signed_in_citizen.post(PAGE, data, follow=True)
    assert page.status_code == 200
    assert [(leg[0], leg[1]) for leg in legs()] == [("FJ", "楠迪"), ("FJ", "苏瓦")]
    # 21:05 in Nadi, which is twelve hours ahead.
    assert legs()[0][2:] == (
        datetime(2024, 12, 29, 9, 5, tzinfo=UTC),
        datetime(2025, 1, 8, 20, tzinfo=UTC),
    )  # fmt: skip


def test_what_is_refused_stays_typed_and_nothing_is_kept(signed_in_citizen):
    shown = signed_in_citizen.post(
        PAGE, {"act": "paste", "text": "1月1日-2日 斐济楠迪\n1月3日-4日 斐济苏瓦"}
    )
    data = confirmed(shown) | {"leg-1-ends_on": "2024-01-01", "leg-0-country": "亚特兰蒂斯"}
    refused = signed_in_citizen.post(PAGE, data)
    assert refused.status_code == 400
    assert "认不出这个国家" in refused.text
    assert "不能早于开始" in refused.text
    assert 'value="亚特兰蒂斯"' in refused.text
    assert legs() == []
    kept = signed_in_citizen.post(PAGE, confirmed(shown) | {"leg-1-DELETE": "on"}, follow=True)
    assert kept.status_code == 200
    assert [leg[1] for leg in legs()] == ["楠迪"]


def test_year_that_no_trip_has_is_refused(signed_in_citizen):
    for day in ("starts_on", "ends_on"):
        wrong = NADI | {"act": "add", day: "0001-01-01" if day == "starts_on" else "9999-12-31"}
        refused = signed_in_citizen.post(PAGE, wrong)
        assert refused.status_code == 400
        assert "1949 至 2199" in refused.text
    assert legs() == []


def test_leg_is_changed_and_removed(signed_in_citizen):
    signed_in_citizen.post(PAGE, NADI | {"act": "add"})
    leg = Whereabouts.objects.get(kind="trip")
    form = signed_in_citizen.get(f"{PAGE}{leg.pk}/")
    assert 'value="2024-12-20"' in form.text
    changed = signed_in_citizen.post(f"{PAGE}{leg.pk}/", NADI | {"city": "苏瓦"})
    assert changed.status_code == 302
    assert [row[1] for row in legs()] == ["苏瓦"]
    signed_in_citizen.post(PAGE, {"act": "remove", "leg": leg.pk})
    assert legs() == []


def test_nobody_reaches_anothers_leg(signed_in_citizen, client_of, client):
    signed_in_citizen.post(PAGE, NADI | {"act": "add"})
    leg = Whereabouts.objects.get(kind="trip")
    stranger = client_of(scene.settle("李", phone="+6785550102"))
    assert stranger.get(f"{PAGE}{leg.pk}/").status_code == 404
    assert stranger.post(PAGE, {"act": "remove", "leg": leg.pk}).status_code == 404
    assert stranger.post(PAGE, {"act": "remove", "leg": "x"}).status_code == 404
    assert client.get(PAGE)["Location"].startswith("/me/code/")
    assert len(legs()) == 1


def test_crossing_legs_in_two_countries_are_said(signed_in_citizen):
    signed_in_citizen.post(PAGE, NADI | {"act": "add"})
    page = signed_in_citizen.post(
        PAGE, NADI | {"act": "add", "country": "日本", "city": "仙台"}, follow=True
    )
    assert page.text.count("时间重叠") == 2

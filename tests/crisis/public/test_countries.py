"""Whom to call in a country; no number that nobody knows."""

from datetime import timedelta

import pytest

from config.kernel import clock
from crisis.knowledge.services import NewFacts, NewListing, save_facts, save_listing

pytestmark = pytest.mark.usefixtures("held_clock", "post")
PAGE_LIMIT = 60_000


@pytest.fixture
def written(officer):
    """What an officer has written of Vanuatu."""
    today = clock.now().date()
    source = {"source": "馆员致电", "checked_on": today}
    facts = NewFacts(police="111", ambulance="112", note_zh="夜间出租车少。", **source)
    save_facts(country="VU", facts=facts, seen=0, officer=officer)
    lawyer = NewListing(kind="lawyer", name="某律师行", phone="+678 22200", city="维拉港", **source)
    save_listing(country="VU", listing=lawyer, officer=officer)


def test_facts_come_with_their_source_and_the_disclaimer(client, written, officer):
    page = client.get("/citizens/countries/VU/").text
    for words in (
        'href="tel:111"', 'href="tel:112"', "未核实", "馆员致电", "2024-12-17", "某律师行",
        "夜间出租车少。", "不推荐名单上的任何机构或个人", "中国驻瓦努阿图大使馆", "+6785550100",
        "+86-10-12308", "00 86 10 12308", "00 86 10 65612308", "当前无级别提醒", "名单上还没有",
    ):  # fmt: skip
        assert words in page, words
    assert officer.username not in page


def test_what_the_plan_says_is_not_given_out_as_the_polices(client):
    page = client.get("/citizens/countries/VU/").text
    assert "当地号码规划中的紧急号码" in page
    assert "未经使领馆核对" in page
    assert "报警</dt>" not in page


def test_country_of_which_nothing_is_known_gives_the_hotline(client):
    page = client.get("/citizens/countries/AQ/").text
    assert "我们还没有核实过当地的紧急电话" in page
    assert "这里没有登记负责的使领馆" in page
    assert "+86-10-12308" in page


def test_old_facts_are_flagged_and_no_relations_are_named(client, officer, held_clock):
    facts = NewFacts(
        police="111", without_relations=True, source="x", checked_on=clock.now().date()
    )
    save_facts(country="VU", facts=facts, seen=0, officer=officer)
    assert "已超过一年没有核对" not in client.get("/citizens/countries/VU/").text
    held_clock(timedelta(days=366).total_seconds())
    page = client.get("/citizens/countries/VU/").text
    assert "已超过一年没有核对" in page
    assert "我国与该国没有外交关系" in page
    assert "从邻近地区协助" in page


@pytest.mark.parametrize("code", ["CN", "TW", "XX", "vu", "VUU", "%00"])
def test_no_country_no_page(client, code):
    assert client.get(f"/citizens/countries/{code}/").status_code == 404


@pytest.mark.parametrize("asked", ["瓦努阿图", "vanuatu", "VU", " VU "])
def test_country_is_found_by_its_name(client, asked):
    response = client.get("/citizens/countries/", {"q": asked, "lang": "en"})
    assert response["Location"] == "/citizens/countries/VU/?lang=en"


@pytest.mark.parametrize("asked", ["亚特兰蒂斯", "中国", "台湾", "<script>"])
def test_name_that_is_no_country_abroad_keeps_what_was_typed(client, asked):
    response = client.get("/citizens/countries/", {"q": asked})
    assert response.status_code == 404
    assert "<script>" not in response.text


def test_pages_stay_light(client, written):
    for path in ("/citizens/", "/citizens/countries/", "/citizens/countries/VU/",
                 "/citizens/guide/can/", "/citizens/guide/cannot/"):  # fmt: skip
        for language in ("zh-hans", "en"):
            response = client.get(path, {"lang": language})
            assert response.status_code == 200
            assert len(response.content) < PAGE_LIMIT, path
            assert not response.cookies


def test_page_of_a_country_costs_few_queries(client, written, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/citizens/countries/VU/")

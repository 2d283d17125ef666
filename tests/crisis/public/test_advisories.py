"""Advisories as citizens read them."""

from datetime import timedelta

import pytest

from config.kernel import clock
from crisis.advisories.services import NewAdvisory, issue_advisory, withdraw_advisory

pytestmark = pytest.mark.usefixtures("held_clock", "post")


def issue(officer, level=3, **words):
    given = {
        "country": "VU",
        "reason": "余震不断。",
        "expires_at": clock.now() + timedelta(days=30),
    }
    return issue_advisory(advisory=NewAdvisory(level=level, **given | words), officer=officer)


def test_nothing_in_force_is_said_in_the_ministrys_words(client):
    for path in ("/citizens/advisories/", "/citizens/advisories/VU/"):
        page = client.get(path).text
        assert "当前无级别提醒" in page
    for level in ("注意安全", "谨慎前往", "暂勿前往"):
        assert level in client.get("/citizens/advisories/").text


def test_what_is_in_force_and_what_was(client, officer):
    past = issue(officer, level=1, reason="小震。")
    withdraw_advisory(advisory=past, officer=officer)
    issue(officer, region="维拉港")
    page = client.get("/citizens/advisories/").text
    assert "暂勿前往" in page
    assert "维拉港" in page
    assert "小震。" not in page
    country = client.get("/citizens/advisories/VU/").text
    assert "小震。" in country
    assert "撤销" in country
    assert officer.username not in country
    row = client.get("/citizens/advisories.json").json()["in_force"][0]
    assert (row["country"], row["level"], row["region"]) == ("VU", 3, "维拉港")
    assert officer.username not in str(row)


def test_level_of_the_country_stands_on_its_page(client, officer):
    issue(officer)
    assert "暂勿前往" in client.get("/citizens/countries/VU/").text


@pytest.mark.parametrize("path", ["/citizens/advisories/", "/citizens/advisories/VU/"])
def test_long_reasons_do_not_make_a_heavy_page(
    client, officer, path, django_assert_max_num_queries
):
    for n in range(25):
        issue(officer, region=f"第{n}区", reason="险" * 2000)
    with django_assert_max_num_queries(3):
        response = client.get(path)
    assert len(response.content) < 60_000


@pytest.mark.parametrize("code", ["CN", "XX", "vu"])
def test_no_country_no_page(client, code):
    assert client.get(f"/citizens/advisories/{code}/").status_code == 404

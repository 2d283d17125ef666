"""The page from which a citizen reaches everything, and the guide."""

import re
from datetime import date

import pytest

from crisis.knowledge.services import NewPage, save_page

pytestmark = pytest.mark.usefixtures("held_clock", "post")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_way_from_the_front_page_leads_somewhere(client, language):
    page = client.get("/citizens/", {"lang": language}).text
    ways = set(re.findall(r'href="(/[^"]*)"', page))
    assert len(ways) >= 8
    for way in ways:
        assert client.get(way.replace("&amp;", "&")).status_code in (200, 302), way


def test_help_stands_before_everything_else(client):
    page = client.get("/citizens/").text
    assert page.index("tel:+86-10-12308") < page.index("/v/")
    assert "演练 DRILL" in page


@pytest.mark.parametrize("path", ["/v/", "/n/", "/join/", "/me/code/"])
def test_every_public_footer_leads_to_it(client, path):
    assert "/citizens/?lang=" in client.get(path).text


def test_guide_shows_the_newest_version(client, duty_head):
    assert "第十四条" in client.get("/citizens/guide/can/").text
    assert "art. 14" in client.get("/citizens/guide/can/?lang=en").text
    page = NewPage(title="新题", body="- <b>新</b>", source="指南", checked_on=date(2024, 12, 17))
    save_page(slug="can", language="zh-hans", page=page, seen=0, officer=duty_head)
    shown = client.get("/citizens/guide/can/").text
    assert "&lt;b&gt;新&lt;/b&gt;" in shown
    assert "第 1 版，2024-12-17 核对" in shown
    assert client.get("/citizens/guide/else/").status_code == 404


def test_worker_is_a_script_that_changes_with_its_files(client, monkeypatch):
    from crisis.public.views import worker

    response = client.get("/c/worker.js")
    assert response["Content-Type"] == "text/javascript"
    assert "no-cache" in response["Cache-Control"]
    assert "worker-src 'self'" in response["Content-Security-Policy"]
    for name in ("public.css", "queue.js", "answer.js", "share.js"):
        assert f"/static/public/{name}" in response.text
        assert client.get(f"/static/public/{name}").status_code == 200
    monkeypatch.setattr(worker, "_version", lambda: "other")
    assert client.get("/c/worker.js").text != response.text

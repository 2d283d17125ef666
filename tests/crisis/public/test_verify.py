"""Checking a message by its code."""

import pytest

from crisis.incidents.services import (
    retract_incident_wave,
    send_all_clear,
    submit_announcement,
)
from notifications.models import Wave


@pytest.fixture
def wave(incident):
    return Wave.objects.get(kind="initial")


def test_code_shows_the_full_text_and_the_sender(client, wave):
    page = client.get("/v/", {"code": wave.code}).text
    assert wave.texts["sms"]["zh-hans"] in page
    assert wave.texts["sms"]["en"] in page
    assert "驻瓦努阿图使馆" in page
    assert "目前有效" in page


@pytest.mark.parametrize("form", [" {} ", "{}\n", "lower"])
def test_code_is_read_however_it_is_typed(client, wave, form):
    typed = wave.code.lower() if form == "lower" else form.format(wave.code)
    assert client.get("/v/", {"code": typed}).status_code == 200


def test_retracted_wave_says_so_and_names_the_correction(client, wave, incident, officer):
    retraction = retract_incident_wave(incident=incident, wave=wave, officer=officer)
    page = client.get("/v/", {"code": wave.code}).text
    assert "已撤回" in page
    assert "目前有效" not in page
    assert retraction.code in page
    assert wave.code in client.get("/v/", {"code": retraction.code}).text


def test_corrected_wave_says_that_the_danger_goes_on(client, wave, incident, officer):
    words = {"subject": "集合点", "subject_en": "meeting point", "value": "市体育场",
             "value_en": "City Stadium"}  # fmt: skip
    correction = submit_announcement(
        incident=incident, kind="correction", words=words, officer=officer
    ).wave
    page = client.get("/v/", {"code": wave.code}).text
    assert "危险仍在" in page
    assert "已撤回" not in page
    assert correction.code in page
    assert "目前有效" in client.get("/v/", {"code": correction.code}).text


def test_overtaken_twice_names_what_holds_now(client, wave, incident, officer):
    news = {"news": "机场明早恢复", "news_en": "airport reopens"}
    submit_announcement(incident=incident, kind="update", words=news, officer=officer)
    over = send_all_clear(incident=incident, officer=officer)
    page = client.get("/v/", {"code": wave.code}).text
    assert "警报现已解除" in page
    assert over.code in page


@pytest.mark.parametrize("code", ["ZZZZZZ", "x" * 5000, "<script>", "\x00"])
def test_unknown_code_is_answered_plainly(client, db, code):
    response = client.get("/v/", {"code": code})
    assert response.status_code == 404
    assert "请勿点击其中链接或付款" in response.text
    assert "<script>" not in response.text


def test_empty_form_needs_no_log_in(client, db):
    assert client.get("/v/").status_code == 200
    assert client.post("/v/").status_code == 405


def test_health_names_the_mode(client, db):
    assert client.get("/healthz").json() == {"status": "ok", "mode": "drill"}

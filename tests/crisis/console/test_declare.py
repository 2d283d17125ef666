"""Declaring by page: form, preview, typed confirmation, second officer."""

import json

import pytest
from django.urls import reverse
from django.utils.html import escape

from crisis.hazards.models import HazardSignal
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from tests.support.scene import POLYGON, QUAKE_AT

KEY = "6f1c1a0e-3a53-4c39-9a8e-0d3c2f8c7b11"


@pytest.fixture
def filled(post):
    return {
        "post": post.pk,
        "title": "维拉港地震",
        "hazard": "earthquake",
        "response_level": "red",
        "local_time": "2024-12-17T12:47",
        "latitude": "-17.6914",
        "longitude": "168.0842",
        "radius_km": "100",
        "template": "earthquake_tsunami",
        "place": "维拉港",
        "place_en": "Port Vila",
        "magnitude": "7.3",
        "event": "地震",
        "event_en": "earthquake",
    }


def preview(client, fields):
    return client.post(reverse("console:declare"), fields)


def confirm(client, fields, count, key=KEY):
    fields = fields | {"confirmed_count": count, "declaration_key": key}
    return client.post(reverse("console:declare-confirm"), fields)


def test_form_is_filled_from_a_hazard_signal(as_user, officer, held_clock):
    signal = HazardSignal.objects.create(
        feed="usgs", external_id="us7000nzf3", kind="earthquake", place="Port Vila, Vanuatu",
        latitude=-17.6914, longitude=168.0842, magnitude=7.3, tsunami=True, raw={},
        occurred_at=QUAKE_AT, reported_at=QUAKE_AT, received_at=QUAKE_AT,
    )  # fmt: skip
    text = as_user(officer).get(reverse("console:declare"), {"signal": signal.pk}).text
    assert 'value="-17.6914"' in text
    assert 'value="2024-12-17T12:47"' in text
    assert '<option value="earthquake_tsunami" selected>' in text


def test_preview_shows_counts_and_full_texts_and_sends_nothing(as_user, officer, people, filled):
    text = preview(as_user(officer), filled).text
    assert "<b>6</b>" in text
    assert "维拉港17日12:47发生7.3级地震" in text
    assert "Chinese Embassy Vanuatu: DRILL, not real." in text
    assert not Incident.objects.exists()


def test_confirmed_count_declares(as_user, officer, people, filled):
    response = confirm(as_user(officer), filled, "6")
    incident = Incident.objects.get()
    assert response.url == reverse("console:incident", args=[incident.pk])
    assert incident.state == IncidentState.DECLARED
    assert incident.occurred_at.isoformat() == "2024-12-17T01:47:00+00:00"


def test_repeated_submit_is_one_incident(as_user, officer, people, filled):
    client = as_user(officer)
    assert confirm(client, filled, "6").url == confirm(client, filled, "6").url
    assert Incident.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "5", "six", "6.0", "-6", "9" * 5000, "六", "²"])
def test_wrong_count_declares_nothing_and_shows_the_preview_again(
    as_user, officer, people, filled, typed
):
    response = confirm(as_user(officer), filled, typed)
    assert response.status_code == 400
    assert "维拉港17日12:47" in response.text
    assert f'name="declaration_key" value="{KEY}"' in response.text
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latitude": "91"}, "latitude"),
        ({"longitude": "181"}, "longitude"),
        ({"radius_km": "0"}, "radius_km"),
        ({"radius_km": "-5"}, "radius_km"),
        ({"radius_km": "25000"}, "radius_km"),
        ({"radius_km": "nan"}, "radius_km"),
        ({"radius_km": ""}, "radius_km"),
        ({"more_countries": "XX"}, "more_countries"),
        ({"local_time": "yesterday"}, "local_time"),
        ({"magnitude": ""}, "magnitude"),
        ({"template": "retraction"}, "template"),
    ],
)
def test_bad_input_names_its_field_and_keeps_the_rest(
    as_user, officer, people, filled, changes, field
):
    response = preview(as_user(officer), filled | changes)
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert 'value="维拉港地震"' in response.text


def drawn(filled, polygon=POLYGON):
    return filled | {"latitude": "", "longitude": "", "radius_km": "", "polygon": polygon}


def test_pasted_polygon_is_previewed_declared_and_shown_in_words(as_user, officer, people, filled):
    client, pasted = as_user(officer), json.dumps(POLYGON)
    text = preview(client, drawn(filled, pasted)).text
    assert "<b>6</b>" in text
    assert escape(pasted) in text
    assert confirm(client, drawn(filled, pasted), "6").status_code == 302
    incident = Incident.objects.get()
    assert incident.polygon == POLYGON
    page = client.get(reverse("console:incident", args=[incident.pk])).text
    assert "多边形：4 个顶点，约 16,794 平方公里" in page


@pytest.mark.parametrize("pasted", ["{", '{"type": "Point", "coordinates": [1, 2]}'])
def test_bad_polygon_names_its_field_and_keeps_what_was_pasted(
    as_user, officer, people, filled, pasted
):
    response = preview(as_user(officer), drawn(filled, pasted))
    assert response.status_code == 400
    assert "polygon" in response.context["form"].errors
    assert escape(pasted) in response.text


def test_empty_area_is_refused_and_means_nobody(as_user, officer, people, filled):
    empty = filled | {"latitude": "", "longitude": "", "radius_km": ""}
    response = preview(as_user(officer), empty)
    assert response.status_code == 400
    assert "受影响区域是空的" in response.text


def test_empty_audience_declares_nothing(as_user, officer, people, filled):
    nowhere = filled | {"latitude": "0", "longitude": "-140"}
    assert confirm(as_user(officer), nowhere, "0").status_code == 400
    assert not Incident.objects.exists()


@pytest.mark.parametrize("field", ["hazard", "response_level", "template"])
def test_nothing_that_decides_is_left_standing(as_user, officer, people, filled, field):
    blank = as_user(officer).get(reverse("console:declare")).context["form"]
    assert blank[field].value() is None
    response = preview(as_user(officer), filled | {field: ""})
    assert field in response.context["form"].errors


@pytest.mark.parametrize("key", ["", "x" * 500, "not-a-uuid"])
def test_foreign_key_is_replaced_and_declares_once(as_user, officer, people, filled, key):
    confirm(as_user(officer), filled, "6", key=key)
    assert len(Incident.objects.get().declaration_key) == 36


def test_another_post_cannot_be_chosen(as_user, outsider, people, filled):
    response = preview(as_user(outsider), filled)
    assert response.status_code == 400
    assert "post" in response.context["form"].errors


class TestSecondOfficer:
    @pytest.fixture(autouse=True)
    def threshold(self, settings):
        settings.TWO_PERSON_THRESHOLD = 5

    @pytest.fixture
    def waiting(self, as_user, officer, people, filled):
        confirm(as_user(officer), filled, "6")
        return Incident.objects.get()

    def approve(self, client, incident, count="6", content_hash=None):
        fields = {"confirmed_count": count, "content_hash": content_hash or incident.content_hash}
        return client.post(reverse("console:incident-approve", args=[incident.pk]), fields)

    def test_above_the_threshold_it_waits(self, waiting):
        assert waiting.state == IncidentState.DRAFT

    def test_submitter_sees_no_way_to_approve(self, as_user, officer, waiting):
        url = reverse("console:incident", args=[waiting.pk])
        assert "须由提交人以外的官员复核" in as_user(officer).get(url).text
        assert self.approve(as_user(officer), waiting).status_code == 403

    def test_second_officer_sees_the_texts_and_approves(self, as_user, second_officer, waiting):
        client = as_user(second_officer)
        assert "维拉港17日12:47" in client.get(reverse("console:incident", args=[waiting.pk])).text
        self.approve(client, waiting)
        waiting.refresh_from_db()
        assert waiting.state == IncidentState.DECLARED
        assert waiting.approved_by == second_officer

    @pytest.mark.parametrize("count", ["", "5"])
    def test_wrong_count_approves_nothing(self, as_user, second_officer, waiting, count):
        assert self.approve(as_user(second_officer), waiting, count).status_code == 400
        waiting.refresh_from_db()
        assert waiting.state == IncidentState.DRAFT

    def test_changed_content_approves_nothing(self, as_user, second_officer, waiting):
        response = self.approve(as_user(second_officer), waiting, content_hash="0" * 64)
        assert response.status_code == 409

    def test_outsider_does_not_find_it(self, as_user, outsider, waiting):
        assert self.approve(as_user(outsider), waiting).status_code == 404

    def test_auditor_sees_it_without_the_preview(self, as_user, auditor, waiting):
        response = as_user(auditor).get(reverse("console:incident", args=[waiting.pk]))
        assert response.status_code == 200
        assert "确认：请输入" not in response.text

    def test_it_can_be_discarded(self, as_user, officer, waiting):
        as_user(officer).post(reverse("console:incident-discard", args=[waiting.pk]))
        waiting.refresh_from_db()
        assert waiting.state == IncidentState.DISCARDED


def test_post_is_named_in_the_pages_language(as_user, officer, post):
    client = as_user(officer)
    assert post.name_zh in client.get(reverse("console:declare")).text
    client.post(reverse("console:language"), {"language": "en", "next": "/"})
    page = client.get(reverse("console:declare")).text
    assert post.name_en in page
    assert post.name_zh not in page

"""The live board: the same figures for pages, stream and who polls; parts, wall, estimate."""

import json

import pytest
from django.urls import reverse

from crisis.console.clocks import both
from crisis.rollcall.models import PresenceEstimate
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from tests.conftest import PORT_VILA_ALERT


def get(client, incident, name, *more, **query):
    return client.get(reverse(f"console:{name}", args=[incident.pk, *more]), query)


@pytest.mark.parametrize(
    ("zone", "form", "clocks"),
    [
        ("Pacific/Efate", "m-d H:i", ("12-17 13:00", "10:00")),
        ("Asia/Shanghai", "m-d H:i", ("12-17 10:00", "")),
        ("America/Lima", "m-d H:i:s", ("12-16 21:00:00", "12-17 10:00:00")),
        ("America/Lima", "H:i", ("21:00", "12-17 10:00")),
    ],
)
def test_every_time_is_there_and_in_beijing(zone, form, clocks):
    assert both(PORT_VILA_ALERT, zone, form) == clocks


def test_page_shows_what_the_stream_would_send(as_user, officer, incident, people):
    kind = EventKind.NEEDS_HELP
    record_status(incident=incident, person_ref=people["li"].pk, kind=kind, officer=officer)
    client = as_user(officer)
    said = get(client, incident, "incident-live").json()
    text = get(client, incident, "incident").text
    for path in ("head.help", "condition.unknown", "contact.answered", "presence.registered"):
        assert f'data-count="{path}">{said["set"][path]}</b>' in text
    assert said["events"][0]["name"] == "李娜"
    assert "北京 10:00" in text
    assert 'class="help"' in text  # the bar of the plot


def test_polling_gets_no_names_without_leave(as_user, auditor, officer, incident, people):
    record_status(
        incident=incident, person_ref=people["li"].pk, kind=EventKind.SAFE, officer=officer
    )
    for client, query in ((as_user(auditor), {}), (as_user(officer), {"names": "no"})):
        said = get(client, incident, "incident-live", **query)
        assert said["Cache-Control"] == "no-store"
        assert said.json()["events"][0]["person"] == people["li"].pk
        assert "李娜" not in json.dumps(said.json(), ensure_ascii=False)


@pytest.mark.parametrize("part", ["notices", "waves", "heads", "plot", "presence", "running"])
def test_parts_are_pieces_and_not_pages(as_user, officer, incident, part):
    response = get(as_user(officer), incident, "incident-part", part)
    assert response.status_code == 200
    assert "<html" not in response.text


def test_there_is_no_other_part(as_user, officer, incident):
    assert get(as_user(officer), incident, "incident-part", "people").status_code == 404


def test_wall_has_no_names_no_forms_and_no_way_elsewhere(as_user, officer, incident, people):
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.SAFE, officer=officer
    )
    text = get(as_user(officer), incident, "incident-wall").text
    assert "王小明" not in text
    assert "<form" not in text
    assert "<a " not in text
    assert "names=no" in text
    assert "演练 DRILL" in text


@pytest.mark.parametrize("name", ["incident-wall", "incident-live"])
def test_board_is_for_those_who_see_the_incident(as_user, outsider, liaison, incident, name):
    assert get(as_user(outsider), incident, name).status_code == 404
    assert get(as_user(liaison), incident, name).status_code == 403


ESTIMATE = {
    "people": "260",
    "source": "authorities",
    "basis": "12月16日入境",
    "as_of": "2024-12-17T12:30",
}


def test_estimate_is_typed_by_the_clock_of_the_place_and_stands_beside(as_user, officer, incident):
    client, url = as_user(officer), reverse("console:incident-estimate", args=[incident.pk])
    assert "还没有人记录过估计人数" in get(client, incident, "incident").text
    assert client.post(url, ESTIMATE).status_code == 302
    kept = PresenceEstimate.objects.get()
    assert kept.as_of.isoformat() == "2024-12-17T01:30:00+00:00"
    part = get(client, incident, "incident-part", "presence").text
    assert "260" in part
    assert "12月16日入境" in part
    assert get(client, incident, "incident-live").json()["set"]["presence.estimated"] == 260


@pytest.mark.parametrize(
    "wrong", [{"people": "-1"}, {"people": "many"}, {"as_of": "2024-12-17T13:30"}, {"source": "x"}]
)
def test_wrong_estimate_keeps_what_was_typed(as_user, officer, incident, wrong):
    url = reverse("console:incident-estimate", args=[incident.pk])
    response = as_user(officer).post(url, ESTIMATE | wrong)
    assert response.status_code == 400
    assert "12月16日入境" in response.text
    assert 'aria-invalid="true"' in response.text
    assert not PresenceEstimate.objects.exists()

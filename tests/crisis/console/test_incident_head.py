"""From every page of an incident its alert is taken back in one step."""

import pytest
from django.urls import reverse

from crisis.evacuation.services import draft_manifest
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.services import submit_announcement, submit_widening
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from notifications.models import Wave
from tests.support.scene import declare

pytestmark = pytest.mark.django_db
AREA = {"latitude": -18.4, "longitude": 168.2, "radius_m": 100_000.0}


@pytest.fixture
def alert(incident):
    return Wave.objects.get()


@pytest.fixture
def pages(incident, people, officer, duty_head, settings):
    """Every page that is about one incident, by its route."""
    settings.TWO_PERSON_THRESHOLD = 1
    words = {"news": "机场关闭", "news_en": "airport closed"}
    said = submit_announcement(incident=incident, kind="update", words=words, officer=officer)
    widening = submit_widening(
        incident=incident, area=AreaDraft(**AREA), officer=officer, widening_key="k",
        confirmed_count=1,
    )  # fmt: skip
    record_status(
        incident=incident, person_ref=people["wang"].pk, kind=EventKind.WANTS_OUT, officer=officer
    )
    manifest = draft_manifest(incident=incident, planner=duty_head)
    own = {
        "incident": (), "announce": ("update",), "widen": (), "announcement": (said.pk,),
        "widening": (widening.pk,), "incident-person": (people["wang"].pk,),
    }  # fmt: skip
    addresses = {name: reverse(f"console:{name}", args=[incident.pk, *more])
                 for name, more in own.items()}  # fmt: skip
    return addresses | {"manifest": reverse("console:manifest", args=[manifest.pk])}


def test_it_stands_on_every_page(as_user, duty_head, pages, incident, alert):
    client = as_user(duty_head)
    form = f'action="{reverse("console:wave-retract", args=[incident.pk, alert.pk])}"'
    missing = [name for name, page in pages.items() if form not in client.get(page).text]
    assert missing == []


def test_code_typed_on_the_spot_takes_the_alert_back(as_user, officer, incident, alert):
    client = as_user(officer)
    retract = reverse("console:wave-retract", args=[incident.pk, alert.pk])
    wrong = client.post(retract, {"code": "AAAAAA"})
    assert wrong.status_code == 400
    assert "核验码不符" in wrong.text
    assert client.post(retract, {"code": alert.code.lower()}).status_code == 302
    room = client.get(reverse("console:incident", args=[incident.pk])).text
    assert "已撤回" in room
    assert 'id="take-back-code"' not in room


def test_a_draft_and_who_may_not_declare_have_no_such_button(
    as_user, second_officer, officer, auditor, incident, post, settings
):
    room = reverse("console:incident", args=[incident.pk])
    assert 'id="take-back-code"' not in as_user(auditor).get(room).text
    settings.TWO_PERSON_THRESHOLD = 1
    draft = declare(post, officer, people=6)
    page = as_user(second_officer).get(reverse("console:incident", args=[draft.pk]))
    assert 'id="take-back-code"' not in page.text

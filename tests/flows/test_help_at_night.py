"""03:00 in Port Vila, no incident, one officer awake: a call for help on the public page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from config.kernel import audit, clock, sweep
from crisis.cases.models import Case
from crisis.cases.states import CaseState, EventKind
from crisis.operations.models import Page
from crisis.staff.duty import Contact, assign_duty
from tests.support.emulator import emulator_process

pytestmark = pytest.mark.django_db
NIGHT = datetime(2024, 12, 9, 16, 0, tzinfo=UTC)  # 03:00 in Port Vila
DUTY_PHONE = "+6785550198"
WORDS = {"person_name": "李求助", "contact": "+6785550123", "event": "入室抢劫，我躲在二楼"}


def test_one_officer_at_night(
    tmp_path: Any, settings: Any, post: Any, officer: Any, client: Client
) -> None:
    with clock.held_at(NIGHT), emulator_process(tmp_path) as emulator:
        settings.TWILIO_URL = emulator.url
        assign_duty(
            user=officer, post=post, contact=Contact(phone=DUTY_PHONE), actor="test",
            begins_at=NIGHT.replace(hour=12), ends_at=NIGHT.replace(hour=22),
        )  # fmt: skip

        asked = Client().post("/help/?lang=zh-hans", WORDS | {"key": "k", "country": "VU"})
        case = Case.objects.get()
        assert case.number in asked.content.decode()
        assert (case.state, case.grade, case.post, case.incident) == ("open", "", post, None)

        sweep.settle()
        (told,) = texts(emulator)
        assert case.number in told
        assert not any(word in told for word in WORDS.values())

        # Nobody has come to it in a quarter of an hour: it is told again, and once.
        clock.advance(case.limit)
        sweep.settle()
        sweep.settle()
        assert len(texts(emulator)) == 2
        assert "超时" in texts(emulator)[1]

        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        assert case.number in client.get("/cases/?show=waiting").content.decode()
        assert act(client, case, "take") == 302
        assert not Page.objects.filter(answered_at=None).exists()
        assert act(client, case, "contact", note="已通话，警察在路上") == 302
        case.refresh_from_db()
        assert (case.state, case.due_at) == (CaseState.IN_CONTACT, None)
        spoken = case.events.get(kind=EventKind.HUMAN_CONTACT)
        assert spoken.detail["waited_s"] == 15 * 60

        assert act(client, case, "partner", kind="police", organisation="维拉港警局") == 302
        assert act(client, case, "help") == 302
        assert act(client, case, "close", outcome="helped", note="警察已到场") == 302
        clock.advance(case.limit)
        sweep.settle()
        assert len(texts(emulator)) == 2
        case.refresh_from_db()
        assert (case.state, case.assigned_to) == (CaseState.CLOSED, officer)
        assert audit.first_broken() is None


def texts(emulator: Any) -> list[str]:
    """What the duty phone received, the first one first."""
    return [line["text"] for line in emulator.lines("accepted") if line["to"] == DUTY_PHONE]


def act(client: Client, case: Case, name: str, **data: Any) -> int:
    return client.post(f"/cases/{case.pk}/{name}/", data).status_code

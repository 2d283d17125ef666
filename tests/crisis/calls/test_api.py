"""The call list and the triage for programs."""

import json

import pytest
from django.test import Client

from config.kernel import clock
from crisis.calls.models import CallEntry
from crisis.cases.models import Case
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.states import EventKind
from notifications.models import Reply
from registry.addresses import address_index
from registry.services.contacts import note_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(incident):
    """`program(user)(method, path, data)`: the API as this user's program sees it."""

    def log_in(user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

        def ask(method, path, data=None):
            return client.generic(
                method,
                f"/api/calls/{path}",
                data=json.dumps(data or {}),
                content_type="application/json",
            )

        return ask

    return log_in


def test_whole_story_of_a_call(program, officer, incident, people):
    ask = program(officer)
    note_contact(person=people["silent"], channel="sms", address="+6785550170", by="t")
    shown = ask("GET", f"{incident.pk}/").json()
    assert shown["waiting"]["unreached"] == 1
    assert shown["next"][0]["person_ref"] == people["silent"].pk
    taken = ask("POST", f"{incident.pk}/next/")
    assert taken.status_code == 201
    call = taken.json()
    assert call["phones"][0]["number"] == "+6785550170"
    here = f"{incident.pk}/{call['id']}/"
    assert ask("POST", f"{here}renew/").json() == {"held": True}
    refused = ask("POST", here, {"outcome": "wrong_number"})
    assert (refused.status_code, refused.json()["code"]) == (400, "number_needed")
    done = ask("POST", here, {"outcome": "needs_help", "place": "码头", "note": "腿伤"})
    assert (done.status_code, done.json()["outcome"]) == (201, "needs_help")
    assert Case.objects.get().place == "码头"
    assert ask("POST", f"{here}undo/").json() == {"reopened": True}
    assert ask("GET", here).json()["outcome"] == ""
    assert ask("POST", f"{here}release/").json() == {"held": False}


def test_nobody_waits(program, officer, incident):
    CallEntry.objects.update(open=False)
    assert program(officer)("POST", f"{incident.pk}/next/").status_code == 204


def test_unclear_words_are_judged(program, officer, second_officer, incident, people, say):
    say(people["li"], EventKind.POSSIBLE_HELP)
    (row,) = program(officer)("GET", f"{incident.pk}/unclear/").json()
    assert row["seen"] == RollCallEvent.objects.latest("pk").pk
    verdict = {"verdict": "not_about", "seen": row["seen"]}
    here = f"{incident.pk}/unclear/{people['li'].pk}/"
    assert program(officer)("POST", here, verdict).status_code == 204
    second = program(second_officer)("POST", here, verdict)
    assert (second.status_code, second.json()["code"]) == (409, "settled")
    assert second.json()["by"] == "officer"


def test_stray_replies_are_matched_and_set_aside(program, officer, incident, people):
    strays = [
        Reply.objects.create(
            via="sms", address_index=address_index("sms", f"+678555099{n}"), text="我是赵无声",
            meaning="needs_help", state="unmatched", answered_at=clock.now(),
            received_at=clock.now(),
        )
        for n in range(2)
    ]  # fmt: skip
    ask = program(officer)
    shown = ask("GET", "replies/").json()
    assert [row["id"] for row in shown] == [reply.pk for reply in strays]
    assert shown[0]["candidates"][0]["why"] == ["name"]
    match = {"incident": incident.pk, "person_ref": people["silent"].pk}
    assert ask("POST", f"replies/{strays[0].pk}/match/", match).status_code == 204
    assert Standing.objects.get(person_ref=people["silent"].pk).condition == "needs_help"
    again = ask("POST", f"replies/{strays[0].pk}/match/", match)
    assert (again.status_code, again.json()["by"]) == (409, "officer")
    gone = ask("POST", f"replies/{strays[1].pk}/dismiss/", {"reason": "advertising"})
    assert gone.status_code == 204
    assert ask("GET", "replies/").json() == []


def test_strangers_find_nothing(program, outsider, planner, officer, incident, people):
    call = program(officer)("POST", f"{incident.pk}/next/").json()["id"]
    for method, path in (
        ("GET", f"{incident.pk}/"),
        ("POST", f"{incident.pk}/next/"),
        ("GET", f"{incident.pk}/{call}/"),
        ("POST", f"{incident.pk}/{call}/undo/"),
        ("GET", f"{incident.pk}/unclear/"),
    ):
        assert program(outsider)(method, path).status_code == 404
        assert program(planner)(method, path).status_code == 403

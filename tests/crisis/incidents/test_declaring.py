"""Declaring: what is refused, what is frozen, and who must confirm."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.events.models import OutboxEvent
from crisis.incidents.drafts import content_hash, draft_of
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.services import (
    approve_incident,
    declare_incident,
    discard_incident,
    reopen_incident,
    stand_down_incident,
)
from crisis.rollcall.models import DueStep
from notifications.models import Delivery, Wave
from tests.support.scene import POLYGON, draft

pytestmark = pytest.mark.django_db


def refusal_of(act, **arguments):
    with pytest.raises(DomainError) as refusal:
        act(**arguments)
    return refusal.value


NOWHERE = {"latitude": None, "longitude": None, "radius_m": None}
WORDS = {"place": "维拉港", "place_en": "Port Vila", "event": "地震", "event_en": "quake"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"latitude": 91.0}, "bad_latitude"),
        ({"latitude": float("nan")}, "bad_latitude"),
        ({"longitude": -180.5}, "bad_longitude"),
        ({"radius_m": 0.0}, "bad_radius"),
        ({"radius_m": -5.0}, "bad_radius"),
        ({"radius_m": 25_000_000.0}, "bad_radius"),
        ({"radius_m": float("inf")}, "bad_radius"),
        ({"radius_m": None}, "half_circle"),
        ({"countries": ("XX",)}, "unknown_country"),
        (NOWHERE, "empty_area"),
        ({"polygon": POLYGON}, "two_shapes"),
        (NOWHERE | {"polygon": "{}"}, "bad_geojson"),
        (NOWHERE | {"polygon": POLYGON | {"coordinates": []}}, "short_ring"),
        (NOWHERE | {"countries": ("  ",)}, "unknown_country"),
        (NOWHERE | {"countries": ("AQ",)}, "empty_audience"),
        ({"latitude": 80.0}, "empty_audience"),
        ({"title": "  "}, "missing_title"),
        ({"hazard": "plague"}, "unknown_hazard"),
        ({"response_level": "purple"}, "unknown_level"),
        ({"occurred_at": datetime(2024, 12, 17)}, "naive_time"),
        ({"template": "nothing"}, "unknown_template"),
        ({"template": "retraction"}, "wrong_template"),
        ({"variables": WORDS}, "missing_variable"),
        ({"variables": WORDS | {"magnitude": "  "}}, "missing_variable"),
        ({"variables": WORDS | {"magnitude": "7.3", "place": "维" * 600}}, "text_too_long"),
        ({"variables": WORDS | {"magnitude": "7.3", "place": "【】"}}, "bad_character"),
        ({"count": 5}, "count_changed"),
        ({"count": 0}, "count_changed"),
    ],
)
def test_bad_input_is_refused_and_nobody_is_alerted(submit, changes, code):
    refusal = refusal_of(submit, **changes)
    assert refusal.code == code
    assert str(refusal)
    assert not Incident.objects.exists()
    assert not Wave.objects.exists()
    assert not AuditEntry.objects.filter(act__startswith="incident").exists()


def test_refused_radius_names_the_limits(submit):
    extra = refusal_of(submit, radius_m=25_000_000.0).extra
    assert (extra["min_m"], extra["max_m"]) == (1, 20_004_000)


def test_refused_count_names_the_true_one(submit):
    assert refusal_of(submit, count=7).extra == {"people": 6}


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("outsider", "outside_jurisdiction"),
        ("liaison", "forbidden"),
        ("planner", "forbidden"),
        ("auditor", "forbidden"),
        ("administrator", "forbidden"),
    ],
)
def test_who_may_not_declare(submit, request, who, code):
    refusal = refusal_of(submit, by=request.getfixturevalue(who))
    assert (refusal.code, refusal.status) == (code, 403)
    assert not Incident.objects.exists()


def test_inactive_officer_may_not_declare(submit, officer):
    officer.is_active = False
    assert refusal_of(submit).code == "forbidden"


def test_incident_audience_and_words_are_frozen_in_one_commit(submit, people):
    incident = submit()
    assert incident.state == "declared"
    assert incident.audience_count == 6
    assert sum(AudienceSlice.objects.values_list("size", flat=True)) == 6
    wave = Wave.objects.get()
    assert (wave.kind, wave.priority, wave.mode_id) == ("initial", 1, "drill")
    assert "维拉港17日12:47发生7.3级地震" in wave.texts["sms"]["zh-hans"]  # the post's own time
    assert wave.expires_at == incident.declared_at + timedelta(hours=6)
    assert DueStep.objects.count() == 3
    assert not Delivery.objects.exists()  # expanded after the commit
    assert OutboxEvent.objects.filter(type__contains="incident.declared").exists()


def test_level_decides_priority(submit):
    submit(response_level="orange")
    assert Wave.objects.get().priority == 5


def test_second_submit_is_the_same_incident(submit):
    assert submit() == submit()
    assert Incident.objects.count() == Wave.objects.count() == 1


def test_second_submit_that_says_another_thing_is_refused(submit, second_officer):
    submit()
    assert refusal_of(submit, title="别的地震").code == "key_used"
    assert refusal_of(submit, by=second_officer).code == "key_used"
    assert Incident.objects.count() == 1


def test_submit_that_lost_the_race_returns_the_winner(submit, monkeypatch):
    """The key is free when it is looked for and taken when it is written."""
    winner = submit()
    looked = []
    real = Incident.objects.filter

    def blind_at_first(*args, **wanted):
        if "declaration_key" in wanted and not looked:
            looked.append(True)
            return Incident.objects.none()
        return real(*args, **wanted)

    monkeypatch.setattr(Incident.objects, "filter", blind_at_first)
    assert submit() == winner
    assert looked


# -- Two people ----------------------------------------------------------------------------


@pytest.fixture
def waiting(submit, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    return submit()


def approve(incident, officer, *, seen="", count=6):
    return approve_incident(
        incident=incident,
        officer=officer,
        content_hash=seen or incident.content_hash,
        confirmed_count=count,
    )


def test_above_the_threshold_nothing_leaves(waiting):
    assert waiting.state == "draft"
    assert not Wave.objects.exists()
    assert not AudienceSlice.objects.exists()
    assert not DueStep.objects.exists()


def test_at_the_threshold_one_officer_is_enough(submit, settings):
    settings.TWO_PERSON_THRESHOLD = 6
    assert submit().state == "declared"


def test_second_officer_declares_what_both_saw(waiting, second_officer):
    incident = approve(waiting, second_officer)
    assert incident.state == "declared"
    assert incident.approved_by == second_officer
    assert incident.audience_count == 6
    acts = list(AuditEntry.objects.values_list("act", "actor"))
    assert ("incident.submit", "officer") in acts
    assert ("incident.approve", "second_officer") in acts


def test_nobody_approves_their_own_draft(waiting, officer):
    assert refusal_of(approve, incident=waiting, officer=officer).code == "same_officer"
    assert not Wave.objects.exists()


def test_database_itself_refuses_one_officer_twice(waiting, officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=waiting.pk).update(approved_by=officer)


def test_approval_of_another_content_is_refused(waiting, second_officer):
    refusal = refusal_of(approve, incident=waiting, officer=second_officer, seen="0" * 64)
    assert refusal.code == "content_changed"


@pytest.mark.parametrize(
    "change",
    [{"radius_m": 900_000.0}, {"template": "general"}, {"title": "x"}, {"countries": ["FJ"]}],
)
def test_content_changed_behind_the_hash_voids_the_approval(waiting, second_officer, change):
    Incident.objects.filter(pk=waiting.pk).update(**change)
    refusal = refusal_of(approve, incident=waiting, officer=second_officer)
    assert refusal.code == "content_changed"
    fresh = Incident.objects.get(pk=waiting.pk)
    assert refusal_of(approve, incident=fresh, officer=second_officer).code == "content_changed"
    assert not Wave.objects.exists()


def test_hash_is_the_same_for_what_was_typed_and_what_was_kept(waiting, post):
    typed = draft(post, radius_m=100_000, title=" 维拉港地震 ")
    kept = draft_of(Incident.objects.get(pk=waiting.pk))
    assert content_hash(kept) == content_hash(typed) == waiting.content_hash
    assert content_hash(draft(post, radius_m=100_001.0)) != waiting.content_hash


def test_polygon_is_frozen_with_the_incident_whatever_it_was_pasted_as(
    people, post, officer, second_officer, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    feature = {"type": "Feature", "properties": {}, "geometry": POLYGON}
    typed = draft(post, **NOWHERE, polygon=json.dumps(feature))
    waiting = declare_incident(
        draft=typed, officer=officer, declaration_key="drawn", confirmed_count=6
    )
    kept = Incident.objects.get(pk=waiting.pk)
    assert kept.polygon == POLYGON
    assert kept.radius_m is None
    assert content_hash(draft_of(kept)) == content_hash(typed) == kept.content_hash
    moved = json.loads(json.dumps(POLYGON).replace("167.6", "167.61"))
    assert content_hash(draft(post, **NOWHERE, polygon=moved)) != kept.content_hash
    approved = approve(kept, second_officer)
    assert approved.audience_count == 6


def test_database_itself_refuses_a_circle_beside_a_polygon(waiting):
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=waiting.pk).update(polygon=POLYGON)


def test_people_who_came_meanwhile_must_be_confirmed(waiting, second_officer):
    refusal = refusal_of(approve, incident=waiting, officer=second_officer, count=5)
    assert refusal.code == "count_changed"


@pytest.mark.parametrize("who", ["outsider", "liaison", "planner"])
def test_who_may_not_approve(waiting, request, who):
    refusal = refusal_of(approve, incident=waiting, officer=request.getfixturevalue(who))
    assert refusal.status == 403


def test_draft_is_approved_once(waiting, second_officer, duty_head):
    approve(waiting, second_officer)
    assert refusal_of(approve, incident=waiting, officer=duty_head).code == "wrong_state"
    assert Wave.objects.count() == 1


def test_discarded_draft_stays_and_cannot_be_approved(waiting, officer, second_officer):
    discard_incident(incident=waiting, officer=officer)
    assert refusal_of(approve, incident=waiting, officer=second_officer).code == "wrong_state"
    assert Incident.objects.get().state == "discarded"


@pytest.mark.parametrize("signal", [999, -1])
def test_signal_that_is_not_there_is_refused(submit, signal):
    assert refusal_of(submit, signal_id=signal).code == "unknown_signal"


# -- Standing down -------------------------------------------------------------------------


def test_stand_down_stops_timers_and_keeps_the_rest(submit, officer):
    incident = stand_down_incident(incident=submit(), officer=officer)
    assert incident.state == "stood_down"
    assert incident.stood_down_at
    assert not DueStep.objects.filter(done_at=None).exists()
    assert refusal_of(stand_down_incident, incident=incident, officer=officer).code == "wrong_state"
    again = reopen_incident(incident=incident, officer=officer)
    assert again.state == "declared"
    assert Wave.objects.count() == 1


def test_outsider_cannot_stand_down(submit, outsider):
    refusal = refusal_of(stand_down_incident, incident=submit(), officer=outsider)
    assert refusal.status == 403


def test_declared_incident_is_not_discarded(submit, officer):
    assert refusal_of(discard_incident, incident=submit(), officer=officer).code == "wrong_state"


def test_declaring_with_a_broken_database_write_raises_it(submit, monkeypatch):
    """An integrity error that is no repeated submit is a bug, and is not taken for one."""

    def collide(*args, **kwargs):
        raise IntegrityError("another constraint")

    monkeypatch.setattr("crisis.incidents.services.declaring._declare", collide)
    with pytest.raises(IntegrityError):
        submit()
    assert not Incident.objects.exists()

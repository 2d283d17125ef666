"""Two officers who declare one event get one incident; another event needs to be said."""

from datetime import timedelta

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.hazards.models import HazardSignal
from crisis.incidents.models import Incident
from crisis.incidents.preview import preview_incident
from crisis.incidents.services import (
    approve_incident,
    declare_incident,
    discard_incident,
    retract_incident_wave,
    stand_down_incident,
)
from notifications.models import Wave
from tests.support.scene import NO_CIRCLE, POLYGON, QUAKE_AT, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(post, officer, people):
    return declare_incident(
        draft=draft(post), officer=officer, declaration_key="first", confirmed_count=6
    )


@pytest.fixture
def again(post, second_officer, people):
    """The second officer's own form, with changes."""

    def declare(*, count=6, by=None, key="second", another_than=(), **changes):
        return declare_incident(
            draft=draft(post, **changes), officer=by or second_officer, declaration_key=key,
            confirmed_count=count, another_than=another_than,
        )  # fmt: skip

    return declare


def signal(external_id="us7000nzf3", feed="usgs"):
    return HazardSignal.objects.create(
        feed=feed, external_id=external_id, kind="earthquake", latitude=-17.7, longitude=168.1,
        raw={}, occurred_at=QUAKE_AT, reported_at=QUAKE_AT, received_at=QUAKE_AT,
    ).pk  # fmt: skip


WHOLE_COUNTRY = NO_CIRCLE | {"countries": ("VU",)}


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 6),
        ({"title": "我的标题", "response_level": "orange", "variables": {
            "place": "别处", "place_en": "Elsewhere", "magnitude": "7",
            "event": "强震", "event_en": "quake"}}, 6),
        ({"occurred_at": QUAKE_AT - timedelta(minutes=40)}, 6),
        ({"hazard": "tsunami"}, 6),
        ({"latitude": -18.0, "radius_m": 60_000.0}, 6),
        (NO_CIRCLE | {"polygon": POLYGON}, 6),
        (WHOLE_COUNTRY, 7),
        ({"latitude": -18.9, "longitude": 168.1, "radius_m": 40_000.0}, 1),  # ground alone
    ],
)  # fmt: skip
def test_second_of_one_event_is_told_of_the_first(first, again, officer, changes, count):
    with pytest.raises(DomainError) as refusal:
        again(count=count, **changes)
    assert (refusal.value.code, refusal.value.extra["incident"]) == ("already_declared", first.pk)
    assert refusal.value.extra["declared_by"] == "officer"
    assert "officer 已于 12-17 13:00 宣布同一事件“维拉港地震”（6 人）" in str(refusal.value)
    assert Incident.objects.get() == first
    assert Wave.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"occurred_at": QUAKE_AT - timedelta(hours=2)}, 6),
        ({"hazard": "flood"}, 6),
        ({"latitude": -19.5, "longitude": 168.1, "radius_m": 90_000.0}, 1),
    ],
)
def test_another_time_hazard_or_place_is_another_event(post, officer, again, changes, count):
    small = draft(post, radius_m=30_000.0)
    declare_incident(draft=small, officer=officer, declaration_key="first", confirmed_count=6)
    again(count=count, **changes)
    assert Incident.objects.count() == 2


def test_one_signal_is_one_event_whatever_else_was_written(post, officer, again, people):
    of = signal()
    declare_incident(
        draft=draft(post, signal_id=of), officer=officer, declaration_key="1", confirmed_count=6
    )
    with pytest.raises(DomainError) as refusal:
        again(signal_id=of, hazard="other", occurred_at=QUAKE_AT - timedelta(days=3))
    assert refusal.value.code == "already_declared"


def test_officer_who_has_seen_it_says_it_is_another(first, again):
    other = again(another_than=[first.pk, 999])
    assert Incident.objects.count() == 2
    said = AuditEntry.objects.get(act="incident.another")
    assert (said.actor, said.subject, said.detail["than"]) == (
        "second_officer",
        other.source,
        [first.pk],
    )
    with pytest.raises(DomainError) as refusal:
        again(key="third", another_than=[first.pk])  # of the second it has not been said
    assert refusal.value.extra["incidents"] == [other.pk]


def test_what_is_no_likeness_is_not_recorded(again, first):
    again(occurred_at=QUAKE_AT - timedelta(days=2), another_than=[first.pk])
    assert not AuditEntry.objects.filter(act="incident.another").exists()


def test_repeated_submit_is_still_the_same_incident(first, post, officer):
    same = declare_incident(
        draft=draft(post), officer=officer, declaration_key="first", confirmed_count=6
    )
    assert same == first


def test_own_second_form_is_the_same_event_too(first, again, officer):
    with pytest.raises(DomainError) as refusal:
        again(by=officer)
    assert refusal.value.code == "already_declared"


def test_draft_that_waits_counts_and_is_approved_instead(
    settings, first_draft, again, second_officer
):
    with pytest.raises(DomainError) as refusal:
        again()
    assert "正待复核" in str(refusal.value)
    seen = preview_incident(
        draft=draft(first_draft.post), officer=second_officer, own=first_draft.pk
    )
    assert seen.same == []
    approve_incident(
        incident=first_draft, officer=second_officer, content_hash=seen.content_hash,
        confirmed_count=seen.total,
    )  # fmt: skip
    assert Incident.objects.get().state == "declared"


@pytest.fixture
def first_draft(settings, post, officer, people):
    settings.TWO_PERSON_THRESHOLD = 5
    return declare_incident(
        draft=draft(post), officer=officer, declaration_key="first", confirmed_count=6
    )


def test_whole_country_meets_the_circle_of_a_draft(first_draft, again):
    with pytest.raises(DomainError) as refusal:
        again(count=7, **WHOLE_COUNTRY)
    assert refusal.value.code == "already_declared"


def test_discarded_draft_is_in_nobodys_way(first_draft, again, officer):
    discard_incident(incident=first_draft, officer=officer)
    assert again().state == "draft"


def test_incident_that_is_over_or_taken_back_is_in_nobodys_way(first, again, officer):
    retract_incident_wave(incident=first, wave=Wave.objects.get(), officer=officer)
    second = again()
    stand_down_incident(incident=second, officer=officer)
    assert again(key="third").state == "declared"


def test_other_post_has_its_own(first, post, other_post, make_user, people):
    """What one embassy declared is no reason for another not to."""
    there = make_user("there", "officer", other_post)
    wanted = draft(other_post)
    assert preview_incident(draft=wanted, officer=there).same == []
    declare_incident(draft=wanted, officer=there, declaration_key="there", confirmed_count=6)
    assert Incident.objects.count() == 2


def test_preview_shows_what_looks_the_same(first, post, second_officer):
    assert preview_incident(draft=draft(post), officer=second_officer).same == [first]
    later = draft(post, occurred_at=QUAKE_AT - timedelta(hours=5))
    assert preview_incident(draft=later, officer=second_officer).same == []

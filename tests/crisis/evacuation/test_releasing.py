"""crisis/evacuation/services/releasing.py: what leaves the mainland was released by an officer"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.evacuation.exports import Export
from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.selectors import live_releases
from crisis.evacuation.services import (
    Receiver,
    Wanted,
    ask_release,
    decide_release,
    draft_manifest,
    export_manifest,
    review_release,
    revoke_release,
    seal_manifest,
)
from crisis.incidents.models import Incident
from registry.models import Person
from tests.support.evacuating import make_operation, make_transport

pytestmark = pytest.mark.django_db
Stand = Callable[..., Person]
WANTED = Wanted("airline", "Air Vanuatu", "VU", "vital", "今晚包机，承运人须办理登机手续")


@pytest.fixture
def manifest(incident: Incident, planner: Any, stand: Stand) -> Manifest:
    stand("王小明", condition="needs_help", passport_name="WANG/XIAOMING")
    stand("李娜", condition="needs_help")
    draft = draft_manifest(incident=incident, planner=planner)
    return seal_manifest(manifest=draft, planner=planner)


@pytest.fixture
def asked(manifest: Manifest, planner: Any) -> Release:
    return ask_release(incident=manifest.incident, officer=planner, wanted=WANTED)


def hand_out(manifest: Manifest, user: Any, **given: Any) -> Export:
    receiver = {"name": "Air Vanuatu", "purpose": "包机", "profile": "airline", **given}
    return export_manifest(
        manifest=manifest, user=user, format="csv", receiver=Receiver(**receiver)
    )


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code


# -- The gate ------------------------------------------------------------------------------


def test_nothing_leaves_the_mainland_without_a_release(manifest: Manifest, planner: Any) -> None:
    for country in ("VU", "HK", "TW"):
        refused("release_needed", lambda c=country: hand_out(manifest, planner, country=c))
    assert hand_out(manifest, planner, country="CN")
    assert AuditEntry.objects.filter(act="manifest.exported").count() == 1


def test_where_a_receiver_is_has_to_be_said(manifest: Manifest, planner: Any) -> None:
    refused("country_needed", lambda: hand_out(manifest, planner))


@pytest.mark.parametrize("profile", ["ministry", "gate", "family"])
def test_what_is_for_our_own_does_not_go_abroad(
    manifest: Manifest, planner: Any, profile: str
) -> None:
    abroad = {"profile": profile, "country": "VU"}
    refused("profile_stays_home", lambda: hand_out(manifest, planner, **abroad))


def test_a_release_lets_it_go_and_names_the_receiver(
    manifest: Manifest, planner: Any, officer: Any, asked: Release
) -> None:
    release = decide_release(release=asked, officer=officer, agree=True)
    assert hand_out(manifest, planner, name="somebody else", release=release)
    entry = AuditEntry.objects.get(act="manifest.exported")
    assert entry.detail["receiver"] == "Air Vanuatu"
    assert (entry.detail["country"], entry.detail["release"]) == ("VU", release.pk)


def test_a_release_that_waits_or_was_refused_opens_nothing(
    manifest: Manifest, planner: Any, officer: Any, asked: Release
) -> None:
    refused("release_ended", lambda: hand_out(manifest, planner, release=asked))
    no = decide_release(release=asked, officer=officer, agree=False)
    refused("release_ended", lambda: hand_out(manifest, planner, release=no))


def test_a_release_ends_with_its_time_and_when_it_is_taken_back(
    manifest: Manifest, planner: Any, officer: Any, asked: Release, held_clock: Any
) -> None:
    release = decide_release(release=asked, officer=officer, agree=True)
    held_clock(72 * 3600 - 1)
    assert list(live_releases(manifest.incident)) == [release]
    held_clock(1)
    assert not live_releases(manifest.incident)
    refused("release_ended", lambda: hand_out(manifest, planner, release=release))
    again = ask_release(incident=manifest.incident, officer=planner, wanted=WANTED)
    decide_release(release=again, officer=officer, agree=True)
    taken = revoke_release(release=again, officer=officer)
    refused("release_ended", lambda: hand_out(manifest, planner, release=taken))
    refused("not_released", lambda: revoke_release(release=taken, officer=officer))


def test_a_release_is_for_its_profile_and_transport(
    manifest: Manifest, planner: Any, officer: Any
) -> None:
    flight = make_transport(make_operation(manifest.incident, planner))
    narrow = ask_release(
        incident=manifest.incident, officer=planner, wanted=replace(WANTED, transport=flight)
    )
    decide_release(release=narrow, officer=officer, agree=True)
    narrow.refresh_from_db()
    refused("release_too_narrow", lambda: hand_out(manifest, planner, release=narrow))
    wide = ask_release(incident=manifest.incident, officer=planner, wanted=WANTED)
    decide_release(release=wide, officer=officer, agree=True)
    wide.refresh_from_db()
    other = {"profile": "border", "release": wide}
    refused("release_too_narrow", lambda: hand_out(manifest, planner, **other))


def test_another_incidents_release_is_not_there(
    manifest: Manifest, planner: Any, foreign_incident: Incident, outsider: Any
) -> None:
    foreign = Release.objects.create(
        incident=foreign_incident, profile="airline", receiver="x", country="FJ", basis="vital",
        grounds="x", people=1, asked_by=outsider, asked_at=foreign_incident.declared_at,
        valid_until=foreign_incident.declared_at,
    )  # fmt: skip
    refused("not_found", lambda: hand_out(manifest, planner, release=foreign))


# -- Two people ----------------------------------------------------------------------------


def test_one_who_may_both_ask_and_decide_is_reviewed_afterwards(
    manifest: Manifest, duty_head: Any, officer: Any
) -> None:
    asked = ask_release(incident=manifest.incident, officer=duty_head, wanted=WANTED)
    release = decide_release(release=asked, officer=duty_head, agree=True)
    assert release.is_alone
    assert hand_out(manifest, duty_head, release=release)
    refused("not_to_review", lambda: review_release(release=release, officer=duty_head))
    assert review_release(release=release, officer=officer).reviewed_by == officer
    refused("not_to_review", lambda: review_release(release=release, officer=officer))


def test_above_the_threshold_two_decide(
    manifest: Manifest, duty_head: Any, officer: Any, settings: Any
) -> None:
    settings.TWO_PERSON_THRESHOLD = 1
    asked = ask_release(incident=manifest.incident, officer=duty_head, wanted=WANTED)
    decide = {"release": asked, "agree": True}
    refused("second_officer_needed", lambda: decide_release(officer=duty_head, **decide))
    release = decide_release(officer=officer, **decide)
    assert (release.people, release.is_alone) == (2, False)
    assert hand_out(manifest, duty_head, release=release)
    refused("not_to_review", lambda: review_release(release=release, officer=duty_head))


def test_what_one_released_does_not_grow_past_the_threshold(
    manifest: Manifest, duty_head: Any, settings: Any
) -> None:
    asked = ask_release(incident=manifest.incident, officer=duty_head, wanted=WANTED)
    release = decide_release(release=asked, officer=duty_head, agree=True)
    settings.TWO_PERSON_THRESHOLD = 1
    refused("second_look_needed", lambda: hand_out(manifest, duty_head, release=release))


def test_a_release_is_decided_once(asked: Release, officer: Any, duty_head: Any) -> None:
    decide_release(release=asked, officer=officer, agree=False)
    refused("already_decided", lambda: decide_release(release=asked, officer=duty_head, agree=True))


def test_the_database_holds_that_a_reviewer_is_another(asked: Release, officer: Any) -> None:
    decide_release(release=asked, officer=officer, agree=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(reviewed_by=officer)


# -- Asking --------------------------------------------------------------------------------

WRONG = [
    ({"profile": "ministry"}, "profile_stays_home"),
    ({"profile": "press"}, "profile_stays_home"),
    ({"country": "CN"}, "foreign_country_needed"),
    ({"country": "XX"}, "foreign_country_needed"),
    ({"basis": "because"}, "unknown_basis"),
    ({"hours": 0}, "bad_hours"),
    ({"hours": 721}, "bad_hours"),
    ({"receiver": " "}, "receiver_needed"),
    ({"grounds": ""}, "grounds_needed"),
]


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_a_request_that_lacks_something_is_refused(
    manifest: Manifest, planner: Any, change: dict[str, Any], code: str
) -> None:
    wanted = replace(WANTED, **change)
    refused(code, lambda: ask_release(incident=manifest.incident, officer=planner, wanted=wanted))
    assert not Release.objects.exists()


def test_every_step_is_on_record(asked: Release, officer: Any) -> None:
    release = decide_release(release=asked, officer=officer, agree=True)
    revoke_release(release=release, officer=officer)
    entries = AuditEntry.objects.filter(subject=f"release:{release.pk}").order_by("number")
    assert [(entry.act, entry.actor) for entry in entries] == [
        ("manifest.release_asked", "planner"),
        ("manifest.released", "officer"),
        ("manifest.release_revoked", "officer"),
    ]
    assert entries[1].detail["legal_basis"] == "vital"


def test_only_who_may_export_asks_and_who_may_approve_decides(
    manifest: Manifest, asked: Release, officer: Any, planner: Any
) -> None:
    ask = {"incident": manifest.incident, "wanted": WANTED}
    refused("forbidden", lambda: ask_release(officer=officer, **ask))
    refused("forbidden", lambda: decide_release(release=asked, officer=planner, agree=True))


def test_another_posts_release_is_not_there(
    foreign_incident: Incident, asked: Release, planner: Any, outsider: Any
) -> None:
    refused(
        "not_found",
        lambda: ask_release(incident=foreign_incident, officer=planner, wanted=WANTED),
    )
    refused("not_found", lambda: decide_release(release=asked, officer=outsider, agree=True))

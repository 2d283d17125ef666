"""Consent: in which words, by whom, and what goes with it when it is taken back."""

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from registry.consent.texts import WORDINGS, current_wording
from registry.drafts import PersonDraft, Place
from registry.models import ConsentPurpose
from registry.selectors.consents import consents_of, has_consent
from registry.services import people as services
from registry.services.consents import give_consent, withdraw_consent
from registry.services.whereabouts import set_residence, share_position

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
VILA = Place(country="VU", latitude=-17.7365, longitude=168.3137, accuracy_m=50)
# What was once shown is never reworded: add a version instead, and its digest here.
PUBLISHED = {
    "roster-1": "647a4a448813b379",
    "registry-1": "99cbf1042279dfcd",
    "health-1": "673db785579f0f4c",
    "position-1": "efc781ac7ee38ee8",
    "wechat-1": "5762fedb8e7b97b1",
    "tracing-1": "636060a7c2bf2f22",
    "family-1": "8d38fa371b3e1c63",
    "partners-1": "8406fdc71cbfb614",
    "guardian-1": "a014d1d65f85a30b",
}


@pytest.fixture(autouse=True)
def _held():
    with clock.held_at(NOW):
        yield


def register(name="王小明", **facts):
    return services.register_person(draft=PersonDraft(name=name, **facts))


@pytest.fixture
def wang(db):
    return register(birth_date=date(1990, 3, 7))


@pytest.fixture
def child(db, wang):
    return services.register_person(
        draft=PersonDraft(name="王小雨", birth_date=date(2018, 1, 2), basis="guardian"),
        registered_by=wang,
    )


def digest(wording):
    text = json.dumps(asdict(wording), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_published_words_never_change():
    shown = {w.version: digest(w) for versions in WORDINGS.values() for w in versions}
    assert shown == PUBLISHED


@pytest.mark.parametrize("purpose", ConsentPurpose.values)
def test_every_purpose_says_what_the_law_asks_in_both_languages(purpose):
    words = current_wording(purpose)
    assert len(words.version) <= 20
    for language in ("zh-hans", "en"):
        said = asdict(words.words(language))
        assert all(said.values())
        assert len(" ".join(said.values())) < 1_100
    assert words.words("zh-hans") != words.words("en")


def test_consent_is_kept_with_its_words_its_time_and_who_gave_it(wang):
    first = give_consent(person=wang, purpose="registry", given_by=wang)
    again = give_consent(person=wang, purpose="registry", given_by=wang)
    assert (first.pk, first.text_version, first.given_at) == (again.pk, "registry-1", NOW)
    entry = AuditEntry.objects.get(act="registry.consent")
    assert (entry.actor, entry.subject) == (f"person:{wang.pk}", f"person:{wang.pk}")
    assert entry.detail == {
        "purpose": "registry",
        "text_version": "registry-1",
        "basis": "consent",
    }


def test_newer_words_take_the_place_of_older_ones_and_both_stay(wang):
    older = give_consent(person=wang, purpose="tracing", given_by=wang)
    type(older).objects.update(text_version="tracing-0")
    newer = give_consent(person=wang, purpose="tracing", given_by=wang)
    assert newer.pk != older.pk
    assert [c.withdrawn_at for c in consents_of(wang.pk)] == [None, NOW]


@pytest.mark.parametrize(
    ("purpose", "version", "code"),
    [("parking", "", "unknown_purpose"), ("health", "health-99", "unknown_text_version")],
)
def test_words_that_were_never_shown_are_refused(wang, purpose, version, code):
    with pytest.raises(DomainError) as refused:
        give_consent(person=wang, purpose=purpose, given_by=wang, text_version=version)
    assert refused.value.code == code


def test_without_consent_to_health_nothing_of_it_is_left():
    wang = register(
        needs=("infant", "oxygen"), health_note="哮喘", blood_type="AB-", due_on=date(2025, 3, 1)
    )
    give_consent(person=wang, purpose="health", given_by=wang)
    assert withdraw_consent(person=wang, purpose="health")
    wang.refresh_from_db()
    assert (wang.needs, wang.health_note, wang.blood_type, wang.due_on) == (["infant"], "", "", "")
    assert not has_consent(wang.pk, "health")
    assert not withdraw_consent(person=wang, purpose="health")


def test_position_and_wechat_go_with_their_consent_and_home_stays(wang):
    set_residence(person=wang, place=VILA)
    share_position(person=wang, place=VILA, shared_at=NOW)
    services.add_contact_point(person=wang, channel="sms", address="+6785912345")
    services.add_contact_point(person=wang, channel="wechat", address="o" * 28)
    for purpose in ("position", "wechat"):
        give_consent(person=wang, purpose=purpose, given_by=wang)
        withdraw_consent(person=wang, purpose=purpose)
    assert [w.kind for w in wang.whereabouts.all()] == ["residence"]
    assert [c.channel for c in wang.contact_points.all()] == ["sms"]


def test_guardian_agrees_for_a_child_and_takes_the_child_out_again(wang, child):
    for purpose in ("guardian", "registry"):
        assert give_consent(person=child, purpose=purpose, given_by=wang).given_by == wang
    withdraw_consent(person=child, purpose="guardian", withdrawn_by=wang)
    child.refresh_from_db()
    wang.refresh_from_db()
    assert (child.left_at, wang.left_at) == (NOW, None)
    entry = AuditEntry.objects.get(act="registry.withdraw_consent")
    assert (entry.actor, entry.subject) == (f"person:{wang.pk}", f"person:{child.pk}")


def test_no_child_agrees_for_a_child(wang, child):
    brother = register("王小风", birth_date=date(2009, 5, 5))
    for purpose, giver in (("registry", child), ("guardian", child), ("guardian", brother)):
        with pytest.raises(DomainError) as refused:
            give_consent(person=child, purpose=purpose, given_by=giver)
        assert refused.value.code == "guardian_needed"
    with pytest.raises(DomainError):
        give_consent(person=wang, purpose="guardian", given_by=wang)
    assert not has_consent(child.pk, "registry")


def test_leaving_is_the_withdrawal_of_consent_to_the_registry(wang):
    give_consent(person=wang, purpose="registry", given_by=wang)
    withdraw_consent(person=wang, purpose="registry")
    wang.refresh_from_db()
    assert wang.left_at == NOW

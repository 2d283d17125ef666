"""Two registrations of one person: joined, and taken apart again exactly."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from registry.models import (
    Consent,
    ContactPoint,
    CurrentWhereabouts,
    EmergencyContact,
    Group,
    Household,
    Membership,
    Merge,
    NotTheSame,
    Person,
    Whereabouts,
)
from registry.services import merging
from registry.services.people import add_contact_point, add_emergency_contact
from tests.support.scene import BEYOND, PORT_VILA, settle

pytestmark = pytest.mark.django_db
# What says that something was done, and when.
LEDGERS = {"merge", "notthesame"}


@pytest.fixture
def wang(held_clock):
    return settle("王小明", phone="+6785550101", document_number="E12345678")


@pytest.fixture
def again(held_clock, wang):
    """The same man, registered by his company."""
    held_clock(3600)
    return settle(
        "王晓明", phone="+6785550102", passport_name="WANG/XIAOMING", place=BEYOND,
        birth_date=date(1990, 3, 7), needs=("wheelchair",), health_note="糖尿病",
    )  # fmt: skip


def registry() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of the registry but the ledgers."""
    return {
        model._meta.model_name: {
            row["pk"]: row for row in model._base_manager.values("pk", *columns(model))
        }
        for model in apps.get_app_config("registry").get_models()
        if model._meta.model_name not in LEDGERS
    }


def columns(model) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def refused(code, act, **given):
    with pytest.raises(DomainError) as refusal:
        act(**given)
    assert refusal.value.code == code
    return refusal.value


def test_the_kept_one_has_what_both_had(wang, again):
    add_emergency_contact(person=again, name="王父", relation="父亲", phone="+8613800138000")
    merging.merge_persons(kept=wang, gone=again, by="officer")
    kept = Person.objects.get(pk=wang.pk)
    assert kept.contact_points.count() == 2
    assert kept.emergency_contacts.count() == 1
    assert (kept.name, kept.document_number) == ("王小明", "E12345678")
    assert (kept.passport_name, kept.spelled) == ("WANG/XIAOMING", "wangxiaoming")
    assert (kept.birth_date, kept.needs, kept.health_note) == (
        date(1990, 3, 7), ["wheelchair"], "糖尿病",
    )  # fmt: skip
    assert Person.objects.get(pk=again.pk).left_at == clock.now()
    assert not ContactPoint.objects.filter(person=again).exists()


def test_the_home_written_last_counts(wang, again):
    merging.merge_persons(kept=wang, gone=again, by="officer")
    home = Whereabouts.objects.get(person=wang, kind="residence")
    assert home.city == BEYOND.city
    assert CurrentWhereabouts.objects.get(person=wang).whereabouts == home


def test_apart_again_every_row_is_as_it_was(wang, again):
    before = registry()
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    assert registry() != before
    merging.undo_merge(merge=merge, by="second")
    assert registry() == before
    assert [entry.act for entry in AuditEntry.objects.order_by("number")][-2:] == [
        "person.merged", "person.parted",
    ]  # fmt: skip


def test_what_the_person_corrected_meanwhile_stays(wang, again):
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    Person.objects.filter(pk=wang.pk).update(birth_date=date(1991, 1, 1))
    added = add_contact_point(person=wang, channel="sms", address="+6785550109")
    merging.undo_merge(merge=merge, by="second")
    wang.refresh_from_db()
    assert (wang.birth_date, wang.passport_name) == (date(1991, 1, 1), "")
    assert ContactPoint.objects.get(pk=added.pk).person == wang


def test_same_address_is_as_usable_as_the_better_of_the_two(wang, again):
    shared = ContactPoint.objects.get(person=wang)
    ContactPoint.objects.filter(pk=shared.pk).update(retired_at=clock.now(), verified_at=None)
    add_contact_point(person=again, channel="sms", address="+6785550101", verified_at=clock.now())
    before = registry()
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    shared.refresh_from_db()
    assert shared.person == wang
    assert (shared.retired_at, shared.verified_at) == (None, clock.now())
    merging.undo_merge(merge=merge, by="officer")
    assert registry() == before


def test_families_of_both_are_one(wang, again):
    his, hers = Household.objects.create(), Household.objects.create()
    child, wife = settle("王小宝"), settle("李娜")
    for person, home in ((wang, his), (child, his), (again, hers), (wife, hers)):
        Person.objects.filter(pk=person.pk).update(household=home)
    before = registry()
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    assert {p.pk for p in Person.objects.filter(household=his, left_at=None)} == {
        wang.pk, child.pk, wife.pk,
    }  # fmt: skip
    merging.undo_merge(merge=merge, by="officer")
    assert registry() == before


def test_merged_once_refused_twice(wang, again):
    third = settle("王小明")
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    refused("already_merged", merging.merge_persons, kept=wang, gone=again, by="second")
    refused("already_merged", merging.merge_persons, kept=again, gone=third, by="second")
    error = refused("already_merged", merging.merge_persons, kept=third, gone=again, by="second")
    assert error.extra["kept"] == wang.pk
    merging.undo_merge(merge=merge, by="officer")
    refused("already_undone", merging.undo_merge, merge=merge, by="second")
    refused("same_person", merging.merge_persons, kept=wang, gone=wang, by="officer")


def test_a_chain_is_taken_apart_from_its_end(wang, again, held_clock):
    third = settle("王小明", phone="+6785550103")
    before = registry()
    first = merging.merge_persons(kept=wang, gone=again, by="officer")
    between = registry()
    second = merging.merge_persons(kept=third, gone=wang, by="officer")
    assert third.contact_points.count() == 3
    refused("newer_first", merging.undo_merge, merge=first, by="officer")
    merging.undo_merge(merge=second, by="officer")
    assert registry() == between
    merging.undo_merge(merge=first, by="officer")
    assert registry() == before


def test_who_left_or_was_erased_is_not_merged(wang, again):
    Person.objects.filter(pk=again.pk).update(left_at=clock.now())
    refused("wrong_state", merging.merge_persons, kept=wang, gone=again, by="officer")


def test_not_the_same_is_remembered_once(wang, again):
    for one, other in ((wang, again), (again, wang)):
        merging.not_the_same(one=one, other=other, by="officer")
    row = NotTheSame.objects.get()
    assert (row.low_id, row.high_id) == tuple(sorted((wang.pk, again.pk)))
    merging.merge_persons(kept=wang, gone=again, by="officer")
    assert not NotTheSame.objects.exists()


def test_record_holds_no_personal_data(wang, again):
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    text = str(merge.record)
    for word in ("WANG", "1990", "糖尿病", "E1234", "+678"):
        assert word not in text


def test_whoever_follows_hears_of_both(wang, again, monkeypatch):
    heard = []
    monkeypatch.setattr(merging, "_FOLLOWERS", [lambda ids: heard.append(set(ids))])
    merge = merging.merge_persons(kept=wang, gone=again, by="officer")
    merging.undo_merge(merge=merge, by="officer")
    assert heard == [{wang.pk, again.pk}] * 2


# -- whatever two people have -------------------------------------------------------------------

MOMENTS = st.integers(0, 3)
FACTS = st.fixed_dictionaries(
    {
        "birth_date": st.sampled_from([None, date(1990, 3, 7)]),
        "sex": st.sampled_from("MFX"),
        "document_number": st.sampled_from(["", "E12345678", "E87654321"]),
        "needs": st.sampled_from([(), ("oxygen",), ("oxygen", "wheelchair")]),
        "paused": st.booleans(),
        "phones": st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.booleans()), max_size=3),
        "home": st.sampled_from([None, PORT_VILA, BEYOND]),
        "home_at": MOMENTS,
        "groups": st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=2),
        "household": st.sampled_from([None, 0, 1]),
        "consents": st.sets(st.sampled_from(["registry", "health"])),
    }
)


def make(facts: dict[str, Any], homes: list[Household], groups: list[Group]) -> Person:
    person = Person.objects.create(
        name="王小明", registered_at=clock.now(), birth_date=facts["birth_date"],
        sex=facts["sex"], document_number=facts["document_number"], needs=list(facts["needs"]),
        paused_until=date(2025, 1, 1) if facts["paused"] else None,
        household=None if facts["household"] is None else homes[facts["household"]],
    )  # fmt: skip
    for number, verified, retired in facts["phones"]:
        point = add_contact_point(person=person, channel="sms", address=f"+678555010{number}")
        ContactPoint.objects.filter(pk=point.pk).update(
            verified_at=clock.now() if verified else None,
            retired_at=clock.now() if retired else None,
        )
    if facts["home"]:
        Whereabouts.objects.create(
            person=person, kind="residence",
            recorded_at=clock.now() + timedelta(hours=facts["home_at"]),
            **facts["home"].columns(),
        )  # fmt: skip
    for group, leads in dict(facts["groups"]).items():
        part = "liaison" if leads else "member"
        Membership.objects.create(
            group=groups[group], person=person, part=part, joined_at=clock.now()
        )
    for purpose in facts["consents"]:
        Consent.objects.create(
            person=person, purpose=purpose, given_by=person, given_at=clock.now()
        )
    return person


@given(one=FACTS, other=FACTS)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_and_parting_restores_every_row(held_clock, one, other):
    homes = [Household.objects.create() for _ in range(2)]
    groups = [Group.objects.create(kind="tour", country="VU", created_at=clock.now()) for _ in "ab"]
    kept, gone = make(one, homes, groups), make(other, homes, groups)
    relative = settle("王小宝", household=homes[1])
    Person.objects.filter(pk=relative.pk).update(registered_by=gone)
    merging._settle(kept.pk, gone.pk)
    before = registry()
    merge = merging.merge_persons(kept=kept, gone=gone, by="officer")
    assert (
        not Membership.objects.filter(person=gone).exclude(group__memberships__person=kept).exists()
    )
    merging.undo_merge(merge=Merge.objects.get(pk=merge.pk), by="officer")
    assert registry() == before
    assert EmergencyContact.objects.count() == 0

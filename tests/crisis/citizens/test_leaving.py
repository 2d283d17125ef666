"""Leaving: nothing that identifies a person is found afterwards, in any column, sealed or not."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.models import AuditEntry
from crisis.cases.models import Case
from crisis.cases.services import close_case, record_contact
from crisis.cases.states import Outcome
from crisis.citizens.services.leaving import leave
from crisis.evacuation.models import EntryKey
from crisis.evacuation.selectors import is_intact, rows_of
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.incidents.models import AudienceSlice, Incident
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status, release_to_contacts
from crisis.rollcall.states import EventKind
from notifications.models import Delivery, DeliveryPerson, Inbound, Receipt, Reply, Wave
from notifications.services import inbox, sending, telling
from notifications.states import DeliveryState
from registry import holds
from registry.drafts import PersonDraft, Place
from registry.models import (
    Consent,
    ConsentPurpose,
    ContactPoint,
    Group,
    Household,
    Membership,
    Person,
)
from registry.services.erasing import _BLANK, STAYS, erase_person
from registry.services.people import add_contact_point, add_emergency_contact, register_person
from registry.services.whereabouts import add_trip, set_residence, share_position
from tests.support.pushes import receipt_form, reply_form, store
from tests.support.scene import PORT_VILA, declare, settle
from tests.support.traces import traces
from tests.support.waves import Scripted, due_now

Advance = Callable[[float], None]
PHONE, HOME_PHONE = "+6785550163", "+8613800138063"
CANARIES = (
    "金丝雀", "JINSI", "EK7654321", PHONE, HOME_PHONE, PHONE[1:], HOME_PHONE[1:], "鸟笼街七号",
    "鸟姐姐", "胰岛素", "保单七七", "我在鸟笼街", "官员看见金丝雀", "oKanari0123456789abcdefghijk",
)  # fmt: skip
SHORTENED = ("金*", "JINSI *")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    for module in ("sending", "recovery"):
        monkeypatch.setattr(f"notifications.services.{module}.gateway_for", lambda _: scripted)
    return scripted


@pytest.fixture
def canary(held_clock: object, post: Any) -> Person:
    """Somebody of whom the registry holds everything it can."""
    draft = PersonDraft(
        name="金丝雀", passport_name="JINSI/QUE", birth_date=date(1971, 7, 7),
        document_number="EK7654321", health_note="胰岛素", needs=("oxygen",),
        external_ref="金丝雀-7",
    )  # fmt: skip
    person = register_person(draft=draft, household=Household.objects.create(label="金丝雀家"))
    Person.objects.filter(pk=person.pk).update(
        blood_type="AB-", due_on="2024-12-24", insurer="鸟险", insurance_policy="保单七七"
    )
    for channel, address in (("sms", PHONE), ("wechat", "oKanari0123456789abcdefghijk")):
        add_contact_point(person=person, channel=channel, address=address, verified_at=clock.now())
    add_emergency_contact(person=person, name="鸟姐姐", relation="姐", phone=HOME_PHONE)
    set_residence(person=person, place=PORT_VILA)
    street = Place(country="VU", latitude=-17.7, longitude=168.3, address="鸟笼街七号")
    now = clock.now()
    add_trip(person=person, place=street, starts_at=now, ends_at=now + timedelta(days=3))
    share_position(person=person, place=street, shared_at=now)
    Consent.objects.create(person=person, purpose=ConsentPurpose.HEALTH, text_version="1",
                           given_by=person, given_at=now)  # fmt: skip
    group = Group.objects.create(kind="tour", name="某团", country="VU", created_at=now)
    Membership.objects.create(group=group, person=person, joined_at=now)
    return person


@pytest.fixture
def emergency(canary: Person, post: Any, officer: Any, planner: Any, gateway: Scripted) -> Incident:
    """An incident through which the canary goes: alerted, asked after, answering, on a manifest."""
    settle("旁人", phone="+6785550164")
    incident = declare(post, officer, people=2)
    _send_all()
    release_to_contacts(incident=incident, person_ref=canary.pk, officer=officer)
    _send_all()
    delivery = Delivery.objects.filter(persons__person_ref=canary.pk, channel="sms").first()
    assert delivery
    store(reply_form(PHONE, "救命，我在鸟笼街", "SM63"))
    store(receipt_form("SM64", To=PHONE), key=delivery.key)
    inbox.work_inbox()
    record_status(
        incident=incident, person_ref=canary.pk, kind=EventKind.NEEDS_HELP, officer=officer,
        note="官员看见金丝雀",
    )  # fmt: skip
    manifest = draft_manifest(incident=incident, planner=planner)
    seal_manifest(manifest=manifest, planner=planner)
    return incident


def _send_all() -> None:
    for wave in Wave.objects.all():
        for pk in due_now(wave):
            sending.send_batch(pk)
    while telling.tell_outcomes():
        continue


def _end(incident: Incident, officer: Any, advance: Advance) -> None:
    advance(60)
    case = record_contact(case=Case.objects.get(), officer=officer, note="金丝雀已获救")
    close_case(case=case, officer=officer, outcome=Outcome.HELPED, note="已送回鸟笼街七号")
    stand_down_incident(incident=incident, officer=officer)
    advance(31 * 86_400)


def test_an_open_incident_keeps_its_people_and_says_so(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    departure = leave(person=canary, by=f"person:{canary.pk}")
    canary.refresh_from_db()
    assert (departure.erased, departure.kept) == (0, 1)
    assert canary.left_at is not None
    assert canary.name == "金丝雀"
    stand_down_incident(incident=emergency, officer=officer)
    held_clock(31 * 86_400)
    assert not erase_person(person=canary, by="retention")  # a call for help is still open


def test_nothing_that_identifies_a_person_is_left_anywhere(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    assert len({trace.rpartition(": ")[2] for trace in traces(CANARIES)}) == len(CANARIES)
    before = (Delivery.objects.count(), RollCallEvent.objects.count(), Standing.objects.count())
    _end(emergency, officer, held_clock)
    events = RollCallEvent.objects.count()
    departure = leave(person=canary, by=f"person:{canary.pk}")
    assert (departure.erased, departure.kept) == (1, 0)
    assert traces(CANARIES + SHORTENED) == []
    assert (Delivery.objects.count(), Standing.objects.count()) == (before[0], before[2])
    assert RollCallEvent.objects.count() == events
    assert DeliveryPerson.objects.filter(person_ref=canary.pk).exists()
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert AuditEntry.objects.filter(act="person.erased", subject=f"person:{canary.pk}").exists()


def test_links_are_revoked_and_the_neighbour_keeps_theirs(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    _end(emergency, officer, held_clock)
    leave(person=canary, by="person")
    mine = Delivery.objects.filter(persons__person_ref=canary.pk)
    assert set(mine.values_list("address", "token_hash")) == {("", None)}
    other = Delivery.objects.filter(address="").exclude(persons__person_ref=canary.pk)
    assert not other.exists()
    assert ContactPoint.objects.get().person.name == "旁人"


def test_a_sealed_manifest_keeps_its_places_and_its_seal(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    [manifest] = emergency.manifests.all()
    stored = list(manifest.entries.values_list("sealed_row", flat=True))
    _end(emergency, officer, held_clock)
    leave(person=canary, by="person")
    assert [row.data for row in rows_of(manifest)] == [{"name": f"#{canary.pk}"}]
    assert list(manifest.entries.values_list("sealed_row", flat=True)) == stored
    assert not EntryKey.objects.exists()
    assert is_intact(manifest)


def test_a_manifest_that_was_tampered_with_is_not_made_whole_by_an_erasure(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    [manifest] = emergency.manifests.all()
    EntryKey.objects.update(key="bm9uZXNlbnNl")
    emergency.manifests.update(content_hash="0" * 64)
    EntryKey.objects.all().delete()
    _end(emergency, officer, held_clock)
    leave(person=canary, by="person")
    manifest.refresh_from_db()
    assert not is_intact(manifest)


def test_a_shared_phone_stays_with_whoever_else_gave_it(canary: Person, held_clock: object) -> None:
    partner = settle("伴侣", phone=PHONE)
    leave(person=canary, by="person")
    assert ContactPoint.objects.get(channel="sms").person == partner


def test_family_without_a_phone_leaves_along_when_asked(canary: Person) -> None:
    child = register_person(draft=PersonDraft(name="雏鸟"))
    Person.objects.filter(pk=child.pk).update(registered_by=canary)
    grown = settle("大鸟", phone="+6785550165")
    Person.objects.filter(pk=grown.pk).update(registered_by=canary)
    departure = leave(person=canary, by="person", with_family=True)
    assert (departure.erased, departure.kept) == (2, 0)
    assert list(Person.objects.filter(erased_at=None)) == [grown]


def test_an_audience_that_is_frozen_and_not_written_yet_holds_its_people(
    canary: Person, post: Any, officer: Any
) -> None:
    incident = declare(post, officer, people=1)
    Standing.objects.all().delete()
    assert not holds.held([canary.pk])
    AudienceSlice.objects.filter(incident=incident).update(expanded_at=None)
    assert holds.held([canary.pk]) == {canary.pk}


def test_a_message_that_waits_is_not_sent_any_more(canary: Person, post: Any, officer: Any) -> None:
    incident = declare(post, officer, people=1)
    Standing.objects.all().delete()
    Incident.objects.filter(pk=incident.pk).update(state="discarded")
    leave(person=canary, by="person")
    states = Delivery.objects.filter(persons__person_ref=canary.pk).values_list("state", flat=True)
    assert set(states) == {DeliveryState.CANCELLED}


def test_leaving_twice_erases_once(canary: Person) -> None:
    assert leave(person=canary, by="person").erased == 1
    assert leave(person=canary, by="person").erased == 0
    assert AuditEntry.objects.filter(act="person.erased").count() == 1


def test_every_column_of_a_person_is_erased_or_said_to_stay() -> None:
    columns = {field.name for field in Person._meta.concrete_fields}
    assert columns == set(_BLANK) | STAYS


def test_what_was_said_keeps_its_place(
    emergency: Incident, canary: Person, officer: Any, held_clock: Advance
) -> None:
    _end(emergency, officer, held_clock)
    leave(person=canary, by="person")
    assert (Reply.objects.count(), Receipt.objects.count(), Inbound.objects.count()) == (1, 1, 2)
    reply = Reply.objects.get()
    assert (reply.meaning, reply.text, reply.address_index) == ("needs_help", "", None)

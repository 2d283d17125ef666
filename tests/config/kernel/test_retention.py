"""Rules of retention: each ends what is over, keeps what is needed, and says only how many."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation

from config.kernel import clock, retention
from config.kernel.legal import USES, Basis, use_of
from config.kernel.models import AuditEntry
from config.kernel.tasks import keep_no_longer
from crisis.evacuation.models import EntryKey
from crisis.evacuation.selectors import is_intact
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from notifications.models import Attempt, Delivery, Inbound, Reply
from notifications.services import inbox
from registry.drafts import PersonDraft, Place
from registry.models import (
    Consent,
    ContactPoint,
    CurrentWhereabouts,
    Person,
    Whereabouts,
    WhereaboutsKind,
)
from registry.services.merging import merge_persons
from registry.services.people import add_contact_point, leave_registry, register_person
from registry.services.whereabouts import add_trip, share_position
from tests.support.pushes import reply_form, store
from tests.support.scene import declare, settle
from tests.support.traces import traces
from tests.support.waves import make_wave, number

pytestmark = pytest.mark.django_db
DAY = 86_400.0
Advance = Callable[[float], None]
FIJI = Place(country="FJ", latitude=-18.1, longitude=178.4, accuracy_m=500)


@pytest.fixture
def wang(held_clock: Advance) -> Person:
    return settle("王小明", phone="+6785550101")


def run(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("retention", "--json", *arguments, stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {line["rule"]: line["rows"] for line in lines if line["rows"]}


def test_a_trip_goes_a_while_after_it_stopped_counting(wang: Person, held_clock: Advance) -> None:
    now = clock.now()
    add_trip(person=wang, place=FIJI, starts_at=now, ends_at=now + timedelta(days=3))
    held_clock((3 + 2 + 30) * DAY - 1)
    assert run() == {}
    held_clock(2)
    assert run() == {"trips": 1}
    assert not Whereabouts.objects.filter(kind=WhereaboutsKind.TRIP).exists()
    assert CurrentWhereabouts.objects.get(person=wang).ground == "residence"


def test_a_shared_position_goes_after_72_hours_and_a_week(
    wang: Person, held_clock: Advance
) -> None:
    share_position(person=wang, place=FIJI, shared_at=clock.now())
    held_clock((3 + 7) * DAY - 1)
    assert run() == {}
    held_clock(2)
    assert run() == {"positions": 1}


def test_what_an_open_incident_needs_stays_and_goes_after_it(
    wang: Person, held_clock: Advance, post: Any, officer: Any
) -> None:
    share_position(person=wang, place=FIJI, shared_at=clock.now() - timedelta(days=9))
    incident = declare(post, officer, people=1)
    leave_registry(person=wang)
    held_clock(40 * DAY)
    assert run() == {}
    stand_down_incident(incident=incident, officer=officer)
    held_clock(29 * DAY)
    assert run() == {}
    held_clock(2 * DAY)
    assert run() == {"positions": 1, "left": 1}
    wang.refresh_from_db()
    assert wang.erased_at is not None


def test_a_registration_nobody_proved_goes_with_its_family(held_clock: Advance) -> None:
    liar = register_person(draft=PersonDraft(name="无证", external_ref="web:1"))
    add_contact_point(person=liar, channel="sms", address="+6785550191")
    child = register_person(draft=PersonDraft(name="无证子", external_ref="web:1.1"))
    Person.objects.filter(pk=child.pk).update(registered_by=liar)
    proved = settle("有证", phone="+6785550192", external_ref="web:2")
    family = register_person(draft=PersonDraft(name="有证子"))
    Person.objects.filter(pk=family.pk).update(registered_by=proved)
    rostered = register_person(draft=PersonDraft(name="名册", external_ref="CRBC-1"))
    held_clock(7 * DAY + 1)
    assert run() == {"unverified": 2}
    alive = set(Person.objects.filter(erased_at=None))
    assert alive == {proved, family, rostered}


def test_the_dormant_are_alerted_until_their_time_is_over(
    wang: Person, held_clock: Advance, post: Any, officer: Any
) -> None:
    Person.objects.filter(pk=wang.pk).update(dormant_at=clock.now())
    held_clock(365 * DAY - 10)
    assert run() == {}
    assert declare(post, officer, people=1).audience_count == 1
    Standing.objects.all().delete()
    held_clock(20)
    assert run() == {"dormant": 1}


def test_somebody_registered_twice_can_be_parted_for_a_year_and_is_erased_as_one(
    wang: Person, held_clock: Advance
) -> None:
    again, other = settle("王晓明", phone="+6785550102"), settle("李娜", phone="+6785550103")
    twice = settle("李娜娜", phone="+6785550104")
    merge_persons(kept=wang, gone=again, by="officer")
    merge_persons(kept=other, gone=twice, by="officer")
    held_clock(30 * DAY)
    assert run() == {}
    leave_registry(person=wang)
    assert run() == {"left": 2}
    assert set(Person.objects.filter(erased_at=None)) == {other, twice}
    held_clock(336 * DAY)
    assert run() == {"merged": 1}
    assert set(Person.objects.filter(erased_at=None)) == {other}
    assert traces(["王晓明", "李娜娜"]) == []
    assert traces(["+6785550104"])  # it is their other number


def test_withdrawn_consents_go_after_three_years(wang: Person, held_clock: Advance) -> None:
    Consent.objects.create(person=wang, purpose="health", text_version="1", given_at=clock.now(),
                           withdrawn_at=clock.now())  # fmt: skip
    Consent.objects.create(person=wang, purpose="wechat", text_version="1", given_at=clock.now())
    held_clock(1095 * DAY + 1)
    assert run() == {"consents": 1}
    assert Consent.objects.get().purpose == "wechat"


def test_pushes_calls_and_addresses_go_and_the_counts_stay(held_clock: Advance) -> None:
    make_wave(3)
    Delivery.objects.update(called_at=clock.now())
    delivery = Delivery.objects.order_by("pk")[0]
    Attempt.objects.create(delivery=delivery, epoch=1, gateway="twilio", outcome="accepted",
                           at=clock.now())  # fmt: skip
    store(reply_form(number(1), "房子塌了", "SM1"))
    store(reply_form(number(2), "退订", "SM2"))
    inbox.work_inbox()
    held_clock(90 * DAY + 1)
    assert run() == {"pushes": 2}
    held_clock(90 * DAY)
    assert run() == {"attempts": 1}
    held_clock(185 * DAY)
    assert run() == {"messages": 3}
    assert traces([number(1)[1:], number(3)[1:], "房子塌了"]) == []
    assert (Delivery.objects.count(), Reply.objects.count(), Inbound.objects.count()) == (3, 2, 2)
    stop = Reply.objects.get(meaning="stop")
    assert stop.address_index is not None  # they asked for no reminders, and get none


def test_notes_and_manifests_go_long_after_the_incident(
    wang: Person, held_clock: Advance, post: Any, officer: Any, planner: Any
) -> None:
    incident = declare(post, officer, people=1)
    record_status(incident=incident, person_ref=wang.pk, kind=EventKind.NEEDS_HELP,
                  officer=officer, note="在三楼")  # fmt: skip
    manifest = seal_manifest(
        manifest=draft_manifest(incident=incident, planner=planner), planner=planner
    )
    stand_down_incident(incident=incident, officer=officer)
    held_clock(366 * DAY)
    assert run() == {"notes": 1, "messages": 1}
    held_clock(730 * DAY)
    assert run() == {"manifests": 1}
    assert not EntryKey.objects.exists()
    assert is_intact(manifest)
    assert RollCallEvent.objects.filter(kind="needs_help").exists()


def test_a_dry_run_counts_and_changes_nothing(wang: Person, held_clock: Advance) -> None:
    leave_registry(person=wang)
    assert run("--dry-run") == {"left": 1}
    wang.refresh_from_db()
    assert (wang.name, wang.erased_at) == ("王小明", None)
    assert not AuditEntry.objects.filter(act="retention.applied").exists()
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert "王小明" not in out.getvalue()
    assert ContactPoint.objects.exists()


def test_every_run_that_ended_something_is_audited_with_its_basis(wang: Person) -> None:
    leave_registry(person=wang)
    run()
    entry = AuditEntry.objects.get(act="retention.applied")
    assert entry.subject == "rule:left"
    assert entry.detail == {"rows": 1, "days": 0, "basis": "erasure_duty"}
    assert AuditEntry.objects.get(act="person.erased").actor == "retention"


def test_a_run_out_of_time_goes_on_at_the_end_of_the_line(
    wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    monkeypatch.setattr("celery.current_app.send_task", sent.append)
    keep_no_longer()
    assert sent == []
    leave_registry(person=wang)
    monkeypatch.setattr("config.kernel.tasks.AT_A_TIME_S", -1.0)
    keep_no_longer()
    assert sent == ["kernel.retention"]


def test_beat_rings_for_tasks_that_there_are() -> None:
    from config.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_every_rule_has_a_name_a_period_and_words() -> None:
    names = [rule.name for rule in retention.rules()]
    assert len(names) == len(set(names)) >= 11
    for rule in retention.rules():
        assert rule.days >= 0
        with translation.override("en"):
            assert str(rule.what).isascii()


@pytest.mark.parametrize(
    ("act", "bases"),
    [
        ("incident.declare", {Basis.STATUTORY, Basis.VITAL_INTEREST}),
        ("rollcall.contacts_released", {Basis.STATUTORY, Basis.VITAL_INTEREST}),
        ("manifest.exported", {Basis.STATUTORY, Basis.VITAL_INTEREST}),
        ("person.viewed", {Basis.CONSENT}),
        ("tracing.answered", {Basis.CONSENT}),
        ("person.erased", {Basis.ERASURE_DUTY}),
        ("manifest.pseudonymised", {Basis.ERASURE_DUTY}),
    ],
)
def test_every_use_has_its_basis(act: str, bases: set[Basis]) -> None:
    use = use_of(act)
    assert use is not None
    assert set(use.bases) == bases


def test_what_touches_nobody_has_none() -> None:
    assert use_of("user.created") is None
    assert all(use.bases for use in USES)

"""How long reports are kept, and what is left of whoever is erased."""

from datetime import timedelta

import pytest

from config.kernel import retention
from config.kernel.errors import DomainError
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import RollCallEvent
from crisis.selfreports import services
from crisis.selfreports.models import SelfReport, Submission
from registry.holds import held
from registry.models import ContactPoint, Person
from registry.services.erasing import erase_person

pytestmark = pytest.mark.django_db
DAY_S = timedelta(days=1).total_seconds()


def words_left():
    told = [report.told for report in SelfReport.objects.all()]
    return [text for text in [*told, *(s.body for s in Submission.objects.all())] if text]


def end(held_clock, days):
    held_clock(days * DAY_S)
    while not retention.run(budget_s=5).finished:
        pass


def test_nobody_set_aside_is_erased_while_the_incident_lasts(report, leader, officer, held_clock):
    handed = report(name="周游", phone="5550177")
    services.set_aside(report=handed, reason="spam", officer=officer)
    assert held([leader(handed)]) == {leader(handed)}
    end(held_clock, 100)
    assert Person.objects.get(pk=leader(handed)).erased_at is None
    assert words_left()


def test_words_and_unverified_people_go_after_the_incident(
    incident, report, leader, officer, people, held_clock
):
    unverified = report(name="周游", phone="5550177", note="脚伤", latitude=-17.7, longitude=168.3)
    matched = report(name="王小明", phone="5550101")
    services.match_person(
        report=matched, person_ref=leader(matched), to=people["wang"], officer=officer
    )
    stand_down_incident(incident=incident, officer=officer)
    end(held_clock, 80)
    assert words_left()
    end(held_clock, 20)
    assert words_left() == []
    gone = SelfReport.objects.get(pk=unverified.pk)
    assert (gone.latitude, bytes(gone.client), gone.word) == (None, b"", "safe")
    assert Person.objects.get(pk=leader(unverified)).name == f"#{leader(unverified)}"
    assert not ContactPoint.objects.filter(person=leader(unverified)).exists()
    assert not RollCallEvent.objects.filter(person_ref=leader(unverified)).exclude(note="").exists()
    assert Person.objects.get(pk=people["wang"].pk).name == "王小明"


def test_open_call_for_help_holds_its_caller(incident, report, leader, officer, held_clock):
    handed = report(name="周游", phone="5550177", word="needs_help")
    stand_down_incident(incident=incident, officer=officer)
    end(held_clock, 100)
    assert Person.objects.get(pk=leader(handed)).erased_at is None
    assert words_left()


def test_erasing_the_one_who_is_kept_empties_their_report(
    incident, report, leader, officer, people, held_clock
):
    matched = report(name="王小明", phone="5550101", note="在酒店")
    services.match_person(
        report=matched, person_ref=leader(matched), to=people["wang"], officer=officer
    )
    stand_down_incident(incident=incident, officer=officer)
    held_clock(40 * DAY_S)
    assert erase_person(person=people["wang"], by="officer")
    assert words_left() == []
    with pytest.raises(DomainError) as refusal:
        services.undo_match(report=matched, person_ref=leader(matched), officer=officer)
    assert refusal.value.code == "not_matched"

"""Handing in: nothing is lost, nobody is written twice, help is called once."""

import pytest

from crisis.cases.models import Case
from crisis.incidents.services import stand_down_incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.rollcall.selectors import counts
from crisis.selfreports.models import ReportedPerson, SelfReport, Submission
from crisis.selfreports.selectors import presence
from crisis.selfreports.services import keep_report
from crisis.selfreports.services.receiving import AT_ONCE, new_key, take_in, work_reports
from crisis.selfreports.told import Told
from notifications.models import Delivery, DeliveryPerson
from registry.geography.inside import people_inside
from registry.models import ContactPoint, Person, Whereabouts
from tests.support.scene import QUAKE_AT, draft

pytestmark = pytest.mark.django_db
ZHOU = {"name": "周游", "phone": "555 0177", "place": "海港酒店大堂"}


def standing(person):
    return Standing.objects.get(person_ref=person)


def test_stranger_stands_beside_the_audience_and_not_in_it(incident, report, leader):
    before = counts(incident)
    zhou = leader(report(**ZHOU, note="手机快没电"))
    after = counts(incident)
    assert after.in_audience == before.in_audience == 6
    assert after.condition == before.condition
    assert (after.self_reported["people"], after.self_reported["safe"]) == (1, 1)
    assert (standing(zhou).self_reported, standing(zhou).condition) == (True, "safe")
    line = RollCallEvent.objects.get(person_ref=zhou)
    assert (line.kind, line.source, line.note) == ("safe", "self", "平安 · 手机快没电")
    person = Person.objects.get(pk=zhou)
    assert (person.provisional, person.basis) == (True, "vital_interest")
    assert not Whereabouts.objects.filter(person=person).exists()


@pytest.mark.parametrize(
    ("word", "facet", "value"),
    [
        ("safe", "condition", "safe"),
        ("needs_help", "condition", "needs_help"),
        ("hurt", "condition", "needs_help"),
        ("left", "movement", "left_area"),
        ("wants_out", "wants_out", True),
        ("", "possible_help", True),
        ("nonsense", "possible_help", True),
    ],
)
def test_each_word_reaches_the_roll_call(report, leader, word, facet, value):
    assert getattr(standing(leader(report(**ZHOU, word=word))), facet) == value


def test_pressed_twice_loaded_again_and_gone_back_to_is_one_person(incident, report):
    key = new_key()
    first = report(key=key, **ZHOU)
    again = report(key=key, **ZHOU)
    later = report(key=key, **ZHOU, word="needs_help")
    assert first.pk == again.pk == later.pk
    assert (Submission.objects.count(), ReportedPerson.objects.count()) == (2, 1)
    assert presence(incident).people == 1
    assert later.word == "needs_help"


def test_another_page_with_the_same_name_and_phone_is_the_same_person(incident, report, leader):
    help_called = report(**ZHOU, word="needs_help")
    safe = report(name="周 游", phone="+678 5550177", word="safe")
    assert leader(safe) == leader(help_called)
    assert presence(incident).people == 1
    # But whoever fills a fresh page may be somebody else.
    assert standing(leader(safe)).condition == "needs_help"
    other_phone = report(name="周游", phone="555 0178")
    assert leader(other_phone) != leader(safe)


def test_one_case_for_a_party_however_often_it_calls(incident, report, leader):
    key = new_key()
    hurt = report(key=key, **ZHOU, word="hurt", names="周小游、李静", note="腿断了", wechat="zy77")
    report(key=key, **ZHOU, word="needs_help", note="仍在等")
    report(**ZHOU, word="needs_help")
    case = Case.objects.get()
    assert (case.origin, case.grade, case.person_ref) == ("selfreport", "red", leader(hurt))
    assert "+6785550177" in case.contact
    assert "zy77" in case.contact
    assert "腿断了" in case.event
    assert case.place == "瓦努阿图 海港酒店大堂"
    assert case.persons.count() == 3
    help_needed = Standing.objects.filter(self_reported=True, condition="needs_help")
    assert help_needed.count() == 3


def test_party_has_names_and_heads(incident, report):
    handed = report(**ZHOU, with_me="4", names="周小游\n李静")
    found = presence(incident)
    assert (found.people, found.unnamed, found.reported) == (3, 2, 5)
    rows = Standing.objects.filter(
        person_ref__in=handed.people.filter(leads=False).values("person_ref")
    )
    assert {row.condition for row in rows} == {"safe"}
    assert all(row.spoken_for for row in rows)
    assert len({p.household_id for p in Person.objects.filter(provisional=True)}) == 1


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ({"phone": "555 0177"}, {"no_name"}),
        ({"name": "周游"}, {"no_phone"}),
        ({"name": "周游", "phone": "12"}, {"bad_phone"}),
        ({"name": "周游", "phone": "5550177", "passport": "?"}, {"bad_document"}),
        ({"note": "救命"}, {"no_name", "no_phone"}),
        ({"name": "x" * 5_000, "phone": "5550177", "with_me": "-3"}, set()),
        ({"name": "\u202e\u200b", "names": "，，", "with_me": "九"}, {"no_name", "no_phone"}),
    ],
)
def test_nothing_that_is_typed_is_refused(report, leader, said, flags):
    handed = report(**said, word="needs_help")
    assert set(handed.flags) == flags
    assert standing(leader(handed)).condition == "needs_help"


def test_words_are_sealed_and_names_stand_in_no_address(report):
    handed = report(**ZHOU, passport="E99887766")
    for row in (
        *Submission.objects.extra(select={"raw": "body"}).values_list("raw", flat=True),
        *SelfReport.objects.extra(select={"raw": "told"}).values_list("raw", flat=True),
    ):
        assert b"5550177" not in bytes(row)
    assert "周游" not in handed.number


def test_flood_is_kept_waits_and_is_let_in_help_first(incident, report, held_clock):
    for n in range(AT_ONCE + 3):
        report(name=f"甲{n}", phone=f"55503{n:02}")
    report(name="求救", phone="5550399", word="needs_help")
    assert (presence(incident).people, presence(incident).held) == (AT_ONCE, 4)
    assert Submission.objects.count() == AT_ONCE + 4
    assert work_reports() == 0
    held_clock(601)
    assert work_reports() == 4
    assert presence(incident).held == 0
    assert Case.objects.count() == 1
    kinds = (
        RollCallEvent.objects.filter(source="self").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds[AT_ONCE] == "needs_help"


def test_what_a_dead_process_left_is_taken_up(incident, held_clock):
    keep_report(incident=incident, key=new_key(), told=Told(**ZHOU, word="safe"), client=b"c" * 16)
    assert presence(incident).people == 0
    assert work_reports() == 0
    held_clock(6)
    assert work_reports() == 1
    assert presence(incident).people == 1
    assert work_reports() == 0


def test_late_word_after_the_stand_down_is_kept(incident, officer, report, leader):
    stand_down_incident(incident=incident, officer=officer)
    late = report(**ZHOU, word="needs_help")
    assert standing(leader(late)).condition == "needs_help"
    assert Case.objects.get().incident == incident
    assert not Delivery.objects.filter(persons__person_ref=leader(late)).exists()


def test_phone_that_has_not_got_the_alert_gets_it_once(incident, report, leader, people):
    zhou = leader(report(**ZHOU))
    delivery = Delivery.objects.get(persons__person_ref=zhou)
    assert (delivery.wave.kind, delivery.channel) == ("initial", "sms")
    report(**ZHOU, word="left")
    assert Delivery.objects.filter(persons__person_ref=zhou).count() == 1
    assert not ContactPoint.objects.get(person=zhou).verified_at
    impostor = leader(report(name="王小明", phone="+6785550101"))
    assert not DeliveryPerson.objects.filter(person_ref=impostor).exists()
    assert standing(people["wang"].pk).condition == "unknown"


def test_made_up_people_are_in_no_audience(incident, report, post):
    from crisis.incidents.drafts import area_of

    report(**ZHOU, latitude=-17.74, longitude=168.32, accuracy_m=10.0)
    inside = people_inside(area_of(draft(post)), at=QUAKE_AT)
    assert len(inside) == 6


def test_unread_words_of_a_report_are_read_again_after_a_failure(incident, monkeypatch):
    from crisis.selfreports.services import speaking

    kept = keep_report(
        incident=incident, key=new_key(), told=Told(**ZHOU, word="safe"), client=b"c" * 16
    )
    with monkeypatch.context() as patch:
        patch.setattr(speaking, "write_log", broken)
        with pytest.raises(RuntimeError):
            take_in(kept.pk)
    assert presence(incident).people == 0
    take_in(kept.pk)
    assert presence(incident).people == 1


def broken(**_):
    raise RuntimeError

"""Who is who: matched, verified, set aside, each taken back; counted once whatever the order."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.kernel.errors import DomainError
from crisis.rollcall.models import Standing
from crisis.rollcall.selectors import counts
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from crisis.selfreports import services
from crisis.selfreports.matching import matches_for
from crisis.selfreports.models import SelfReport
from crisis.selfreports.selectors import presence
from registry.models import Merge, Person, Whereabouts
from registry.selectors.merging import kept_for
from registry.services.merging import merge_persons, undo_merge
from registry.services.people import correct_person
from tests.support.scene import BEYOND, settle

pytestmark = pytest.mark.django_db
HERE = {"latitude": -17.74, "longitude": 168.32, "accuracy_m": 20.0}


def figures(incident):
    found = counts(incident)
    return found.in_audience, found.self_reported["people"], presence(incident).reported


def refused(code, act, **given):
    with pytest.raises(DomainError) as refusal:
        act(**given)
    assert refusal.value.code == code


def test_matched_with_the_audience_is_counted_there_and_parted_again(
    incident, report, leader, people, officer
):
    handed = report(name="王小明", phone="5550101", word="needs_help", with_me="2", **HERE)
    wang, person = people["wang"], leader(handed)
    assert figures(incident) == (6, 1, 3)
    services.match_person(report=handed, person_ref=person, to=wang, officer=officer)
    assert figures(incident) == (6, 0, 2)
    assert Standing.objects.get(person_ref=wang.pk).condition == "needs_help"
    assert Whereabouts.objects.filter(person=wang, kind="shared").count() == 1
    services.undo_match(report=handed, person_ref=person, officer=officer)
    assert figures(incident) == (6, 1, 3)
    assert Standing.objects.get(person_ref=wang.pk).condition == "unknown"
    assert not Whereabouts.objects.filter(kind="shared").exists()


def test_matched_with_somebody_registered_elsewhere_is_registered(
    incident, report, leader, people, officer
):
    handed = report(name="孙远", phone="5550107")
    services.match_person(
        report=handed, person_ref=leader(handed), to=people["beyond"], officer=officer
    )
    assert figures(incident) == (7, 0, 0)
    undo_merge(merge=Merge.objects.get(), by="officer")  # from the page of the person
    assert figures(incident) == (6, 1, 1)


def test_registration_is_kept_never_the_report(incident, report, leader, people, officer):
    person = Person.objects.get(pk=leader(report(name="王小明", phone="5550101")))
    refused("keep_registered", merge_persons, kept=person, gone=people["wang"], by="officer")


def test_verified_newcomer_stays_beside_and_gets_a_place(incident, report, leader, officer):
    handed = report(name="周游", phone="5550177", **HERE)
    person = leader(handed)
    services.verify_person(report=handed, person_ref=person, officer=officer)
    assert presence(incident).verified == 1
    assert figures(incident) == (6, 1, 1)
    assert Whereabouts.objects.get(person=person).latitude == -17.74
    refused(
        "wrong_state", services.verify_person, report=handed, person_ref=person, officer=officer
    )
    services.undo_verification(report=handed, person_ref=person, officer=officer)
    assert Person.objects.get(pk=person).provisional
    assert not Whereabouts.objects.filter(person=person).exists()


def test_set_aside_counts_no_more_keeps_its_words_and_comes_back(incident, report, leader, officer):
    handed = report(name="周游", phone="5550177", word="needs_help", names="李静", with_me="3")
    before = sorted(
        Standing.objects.filter(self_reported=True).values_list("person_ref", "condition")
    )
    refused("unknown_reason", services.set_aside, report=handed, reason="", officer=officer)
    services.set_aside(report=handed, reason="false", officer=officer)
    assert figures(incident) == (6, 0, 0)
    refused("wrong_state", services.match_person, report=handed, person_ref=leader(handed),
            to=Person.objects.get(name="王小明"), officer=officer)  # fmt: skip
    assert SelfReport.objects.get().told
    services.take_back(report=handed, officer=officer)
    after = sorted(
        Standing.objects.filter(self_reported=True).values_list("person_ref", "condition")
    )
    assert after == before
    assert figures(incident) == (6, 2, 4)


def test_decided_people_hold_a_report_in_the_count(incident, report, leader, people, officer):
    handed = report(name="王小明", phone="5550101")
    services.match_person(
        report=handed, person_ref=leader(handed), to=people["wang"], officer=officer
    )
    refused("decided_first", services.set_aside, report=handed, reason="spam", officer=officer)


def test_set_aside_report_that_writes_again_stays_aside_and_is_kept(incident, report, officer):
    from crisis.selfreports.selectors import heard_again

    handed = report(name="周游", phone="5550177")
    services.set_aside(report=handed, reason="try", officer=officer)
    again = report(key=handed.key, name="周游", word="needs_help")
    assert again.state == "set_aside"
    assert heard_again(incident) == {handed.pk}
    services.take_back(report=again, officer=officer)
    assert Standing.objects.get(self_reported=True).condition == "needs_help"


def test_two_pages_of_a_family_count_its_children_once(incident, report, leader, officer):
    his = report(name="周游", phone="5550177", names="李静", with_me="3")
    hers = report(name="李静", phone="5550178", names="周游", with_me="3")
    assert presence(incident).reported == 8
    him, her = leader(his), leader(hers)
    her_in_his = his.people.get(leads=False).person_ref
    him_in_hers = hers.people.get(leads=False).person_ref
    for gone, kept in ((her_in_his, her), (him_in_hers, him)):
        of = his if gone == her_in_his else hers
        services.match_person(
            report=of, person_ref=gone, to=Person.objects.get(pk=kept), officer=officer
        )
    assert (presence(incident).people, presence(incident).unnamed) == (2, 2)


def test_others_may_neither_decide_nor_see(incident, report, leader, planner, outsider, people):
    handed = report(name="王小明", phone="5550101")
    given = {"report": handed, "person_ref": leader(handed)}
    refused("forbidden", services.verify_person, officer=planner, **given)
    refused("not_found", services.verify_person, officer=outsider, **given)
    refused("not_found", services.match_person, officer=outsider, to=people["wang"], **given)
    refused("not_reported", services.verify_person, report=handed,
            person_ref=people["wang"].pk, officer=outsider_of(handed))  # fmt: skip


def outsider_of(report):
    return report.incident.submitted_by


# -- Matches -----------------------------------------------------------------------------------


def signs(incident, person, born=None):
    found = matches_for(
        [Person.objects.get(pk=person)],
        incident=incident,
        among=Person.objects.all(),
        born={person: born} if born else {},
    )
    return [(match.person.name, match.signs) for match in found.get(person, [])]


def test_likely_ones_by_document_phone_and_name(incident, report, leader, people):
    from dataclasses import replace
    from datetime import date

    from registry.drafts import draft_of

    wang = people["wang"]
    correct_person(person=wang, draft=replace(draft_of(wang), birth_date=date(1990, 3, 7)))
    both = leader(report(name="王晓明", phone="555 0101", passport="e1234 5678"))
    assert signs(incident, both) == [("王小明", ["document", "phone", "name"])]
    turned = leader(report(name="Xiaoming Wang", phone="5550180"))
    assert signs(incident, turned)[0] == ("王小明", ["name"])
    assert signs(incident, turned, born=1990)[0] == ("王小明", ["name_and_year"])
    assert ("王小明", ["name"]) not in signs(incident, turned, born=1991)
    assert signs(incident, leader(report(name="周游", phone="5550181"))) == []


def test_name_alone_is_looked_for_only_in_the_incident(incident, report, leader):
    settle("周游", place=BEYOND)
    assert signs(incident, leader(report(name="周游", phone="5550181"))) == []


# -- In any order ------------------------------------------------------------------------------


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["match", "part", "verify", "unverify", "aside", "back", "join"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(acts=ACTS)
@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everybody_is_counted_once_whatever_is_decided_in_whatever_order(
    incident, report, leader, people, officer, acts
):
    """Against a plain reading of the registry: one for each person who is kept."""
    from django.db import transaction

    with transaction.atomic():
        reports = [report(name=f"甲{n}", phone=f"55501{n}0") for n in range(4)]
        audience = [people["wang"], people["li"], people["smith"], people["beyond"]]
        for act, a, b in acts:
            decide(act, reports, a, audience[b], leader, officer, b)
            check(incident, reports, leader, people)
        transaction.set_rollback(True)


def decide(act, reports, a, registered, leader, officer, b):
    report, person = reports[a], leader(reports[a])
    other = Person.objects.get(pk=leader(reports[b]))
    acts = {
        "match": lambda: services.match_person(
            report=report, person_ref=person, to=registered, officer=officer
        ),
        "join": lambda: services.match_person(
            report=report, person_ref=person, to=other, officer=officer
        ),
        "part": lambda: services.undo_match(report=report, person_ref=person, officer=officer),
        "verify": lambda: services.verify_person(report=report, person_ref=person, officer=officer),
        "unverify": lambda: services.undo_verification(
            report=report, person_ref=person, officer=officer
        ),
        "aside": lambda: services.set_aside(report=report, reason="spam", officer=officer),
        "back": lambda: services.take_back(report=report, officer=officer),
    }
    try:
        acts[act]()
    except DomainError:
        return


def check(incident, reports, leader, people):
    inside = {people[name].pk for name in people if name != "beyond"}
    counted = SelfReport.objects.exclude(state="set_aside")
    reported = {leader(report) for report in counted}
    kept = Counter({kept_for(person): 0 for person in inside | reported})
    registered = {kept_for(person) for person in inside} | {
        person for person in kept if person == people["beyond"].pk
    }
    found = counts(incident)
    assert found.in_audience == len(registered)
    assert found.self_reported["people"] == len(set(kept) - registered)
    assert sum(found.condition.values()) == found.in_audience
    assert presence(incident).people == found.self_reported["people"]


def test_an_officers_word_about_a_reporter_counts(incident, report, leader, officer, held_clock):
    handed = report(name="周游", phone="5550177", word="needs_help")
    held_clock(60)
    record_status(
        incident=incident, person_ref=leader(handed), kind=EventKind.SAFE, officer=officer
    )
    assert counts(incident).self_reported["safe"] == 1

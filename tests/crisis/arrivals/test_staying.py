"""A safe haven's list, and who may leave it with whom."""

from datetime import date, timedelta

import pytest

from config.kernel import clock, retention, sweep
from config.kernel.models import AuditEntry
from crisis.arrivals.models import Guardian, Stay
from crisis.arrivals.selectors import lone_minors, party_here
from crisis.arrivals.services import (
    GuardianDraft,
    Release,
    StayDraft,
    change_stay,
    name_guardian,
    readmit,
    record_arrivals,
    release,
)
from crisis.arrivals.services.following import follow_gates
from crisis.arrivals.states import LeftAs
from crisis.incidents.models import Incident
from registry.holds import held
from registry.services.erasing import erase_people
from tests.crisis.arrivals.conftest import gate, seal
from tests.support.evacuating import make_home, make_party, stand
from tests.support.refusals import refused

pytestmark = pytest.mark.django_db
TEN = date(2014, 12, 1)
GRANDMOTHER = GuardianDraft(
    name="王奶奶", relation="祖母", document="E10 000-001", basis="户口簿，与父亲通话核对"
)


@pytest.fixture
def check_in(places, out, officer):
    """`check_in(person, …)`: they have arrived in Suva; their stays, in that order."""

    def arrive(*people):
        refs = [one.pk for one in people]
        record_arrivals(
            place=places.suva, transport=out, person_refs=refs, officer=officer,
            at=out.arrives_at,
        )  # fmt: skip
        return [Stay.objects.get(place=places.suva, person_ref=ref, left_at=None) for ref in refs]

    return arrive


@pytest.fixture
def family(incident, check_in):
    """A mother and her son, of one household."""
    home = make_home()
    return check_in(
        stand(incident, "王母", household=home),
        stand(incident, "王小", household=home, birth_date=TEN),
    )


@pytest.fixture
def child(incident, check_in):
    (stay,) = check_in(stand(incident, "王小", birth_date=TEN))
    return stay


def leaving(how, **said):
    return Release(how=how, at=clock.now(), **said)


def go(*stays, by, how, **said):
    return release(stays=stays, draft=leaving(how, **said), officer=by)


# -- The list -------------------------------------------------------------------------------------


def test_what_a_haven_keeps(family, onward, officer):
    mother, son = family
    draft = StayDraft(
        bed="A12",
        food="清真",
        medicine="胰岛素，冷藏",
        needs="儿童毯",
        onward=onward,
        province="44",
    )
    kept = change_stay(stay=mother, draft=draft, officer=officer)
    kept.refresh_from_db()
    assert (kept.bed, kept.food, kept.medicine, kept.onward) == (
        "A12",
        "清真",
        "胰岛素，冷藏",
        onward,
    )
    with refused("bed_taken"):
        change_stay(stay=son, draft=StayDraft(bed="A12"), officer=officer)
    with refused("unknown_province"):
        change_stay(stay=son, draft=StayDraft(province="99"), officer=officer)
    # Who is a child by the registry stays one.
    assert change_stay(stay=son, draft=StayDraft(minor=False), officer=officer).minor


def test_the_next_leg_is_that_of_the_manifest(incident, planner, out, onward, check_in):
    wang = stand(incident, "王小明")
    seal(incident, planner, [(wang, [out, onward])], at=out.departs_at)
    assert check_in(wang)[0].onward == onward


def test_a_bus_that_does_not_start_here_is_no_next_leg(family, out, officer):
    with refused("other_origin"):
        change_stay(stay=family[0], draft=StayDraft(onward=out), officer=officer)


def test_another_posts_officers_have_no_hand_in_it(family, make_user, post, officer):
    from tests.conftest import make_post

    third = make_post(
        code="HIR", country="SB", name_zh="驻所罗门使馆", name_en="Honiara",
        signature_zh="驻所使馆", signature_en="Honiara", duty_phone="+67720000",
        time_zone="Pacific/Guadalcanal",
    )  # fmt: skip
    stranger = make_user("stranger", "officer", third)
    with refused("not_found"):
        change_stay(stay=family[0], draft=StayDraft(bed="1"), officer=stranger)
    with refused("not_found"):
        go(family[0], by=stranger, how=LeftAs.OWN)


# -- Going on -------------------------------------------------------------------------------------


def test_the_gate_ends_a_stay_and_taking_off_brings_it_back(child, onward, family):
    mother = family[0]
    passage = gate(onward, at=onward.departs_at, person=person_of(mother))
    follow_gates(transport_id=onward.pk, person_refs=[mother.person_ref])
    mother.refresh_from_db()
    assert (mother.left_as, mother.left_at, mother.onward) == ("onward", onward.departs_at, onward)
    passage.state = "taken_off"
    passage.save()
    follow_gates(transport_id=onward.pk, person_refs=[mother.person_ref])
    mother.refresh_from_db()
    assert (mother.left_as, mother.left_at) == ("", None)


def person_of(stay):
    from registry.models import Person

    return Person.objects.get(pk=stay.person_ref)


def test_hand_over_to_the_home_province_names_who_takes_over(family, officer):
    with refused("who_needed"):
        go(*family, by=officer, how=LeftAs.PROVINCE, province="44")
    with refused("province_needed"):
        go(*family, by=officer, how=LeftAs.PROVINCE, with_whom="广东省外办 陈主任")
    left = go(
        *family, by=officer, how=LeftAs.PROVINCE, province="44", with_whom="广东省外办 陈主任"
    )
    assert {(stay.left_as, stay.province, stay.left_by) for stay in left} == {
        ("province", "44", officer)
    }
    assert {stay.left_with for stay in Stay.objects.all()} == {"广东省外办 陈主任"}
    with refused("stay_is_over"):
        go(family[0], by=officer, how=LeftAs.OWN)


@pytest.mark.parametrize("hours", [-48, 1])
def test_nobody_leaves_before_arriving_or_tomorrow(family, officer, hours):
    draft = Release(how=LeftAs.OWN, at=clock.now() + timedelta(hours=hours))
    with refused("before_arrival" if hours < 0 else "in_the_future"):
        release(stays=family, draft=draft, officer=officer)


def test_onward_needs_a_transport_from_here(family, onward, officer):
    with refused("onward_needed"):
        go(*family, by=officer, how=LeftAs.ONWARD)
    go(*family, by=officer, how=LeftAs.ONWARD, onward=onward)
    assert readmit(stay=family[0], officer=officer)
    with refused("still_here"):
        readmit(stay=family[0], officer=officer)


# -- Minors ---------------------------------------------------------------------------------------


def test_who_is_alone(places, family, incident, check_in, operation):
    """With the mother nobody is; an infant without a birth date, and one whose escort is another
    party's, are."""
    assert lone_minors(places.suva, clock.now()) == set()
    nephew = stand(incident, "侄子", birth_date=TEN)
    uncle = stand(incident, "舅舅")
    baby = stand(incident, "婴儿", birth_date=None, needs=["infant"])
    stays = check_in(nephew, uncle, baby)
    assert lone_minors(places.suva, clock.now()) == {stays[0].pk, stays[2].pk}
    # An officer joined the two into one party: the uncle is an adult of his own.
    make_party(operation, nephew, uncle)
    assert lone_minors(places.suva, clock.now()) == {stays[2].pk}
    assert [one.pk for one in party_here(stays[0])] == [stays[0].pk, stays[1].pk]


@pytest.mark.parametrize("how", [LeftAs.OWN, LeftAs.PROVINCE])
def test_a_lone_minor_goes_to_nobody_but_a_named_guardian(child, officer, how):
    with refused("lone_minor"):
        go(child, by=officer, how=how, province="44", with_whom="广东省外办")
    child.refresh_from_db()
    assert child.left_at is None


def test_the_guardian_shows_the_document_that_was_named(child, officer, second_officer):
    fetched = {"how": LeftAs.GUARDIAN, "with_whom": "王奶奶", "by": officer}
    with refused("name_guardian"):
        go(child, document="E10000001", **fetched)
    name_guardian(stay=child, draft=GRANDMOTHER, officer=second_officer)
    with refused("other_document"):
        go(child, document="E10000009", **fetched)
    assert AuditEntry.objects.filter(act="stay.refused", subject=f"stay:{child.pk}").count() == 1
    with refused("other_document"):
        go(child, **fetched)
    go(child, document="e10000001", **fetched)
    child.refresh_from_db()
    assert (child.left_as, child.left_by) == ("guardian", officer)


def test_a_guardian_is_named_whole_and_for_minors_alone(child, family, officer):
    with refused("field_needed"):
        name_guardian(
            stay=child, officer=officer, draft=GuardianDraft("王奶奶", "祖母", "E1", basis=" ")
        )
    with refused("no_minor"):
        name_guardian(stay=family[0], draft=GRANDMOTHER, officer=officer)


def test_a_lone_minor_travels_and_goes_to_hospital_with_somebody(child, onward, officer):
    with refused("who_needed"):
        go(child, by=officer, how=LeftAs.ONWARD, onward=onward)
    go(child, by=officer, how=LeftAs.ONWARD, onward=onward, with_whom="领事官员 陈某")


def test_a_family_leaves_together(family, officer, onward):
    """Neither goes without the other: the son is not handed out alone, the mother does not fly."""
    mother, son = family
    handed = {"how": LeftAs.PROVINCE, "province": "44", "with_whom": "广东省外办", "by": officer}
    with refused("lone_minor"):
        go(son, **handed)
    with refused("leaves_minor"):
        go(mother, **handed)
    go(mother, how=LeftAs.HOSPITAL, with_whom="苏瓦医院", by=officer)
    readmit(stay=mother, officer=officer)
    name_guardian(stay=son, draft=GRANDMOTHER, officer=officer)
    go(mother, how=LeftAs.ONWARD, onward=onward, by=officer)


# -- What is kept ---------------------------------------------------------------------------------


def test_an_erased_person_leaves_a_number_and_how_they_left(child, officer, incident):
    name_guardian(stay=child, draft=GRANDMOTHER, officer=officer)
    change_stay(stay=child, draft=StayDraft(bed="A1", medicine="哮喘喷剂"), officer=officer)
    assert child.person_ref in held([child.person_ref])
    go(child, by=officer, how=LeftAs.GUARDIAN, with_whom="王奶奶", document="E10000001")
    Incident.objects.filter(pk=incident.pk).update(
        state="stood_down", stood_down_at=clock.now() - timedelta(days=400)
    )
    sweep.settle()  # and the family has heard, or cannot
    assert child.person_ref not in held([child.person_ref])
    erase_people(person_ids=[child.person_ref], by="test")
    child.refresh_from_db()
    assert (child.bed, child.medicine, child.left_with, child.left_as) == ("", "", "", "guardian")
    assert not Guardian.objects.exists()


def test_words_go_when_the_incident_is_long_over(child, officer, incident):
    name_guardian(stay=child, draft=GRANDMOTHER, officer=officer)
    change_stay(stay=child, draft=StayDraft(food="忌海鲜"), officer=officer)
    for days, food, guardians in ((300, "忌海鲜", 1), (400, "", 1), (1200, "", 0)):
        Incident.objects.filter(pk=incident.pk).update(
            state="stood_down", stood_down_at=clock.now() - timedelta(days=days)
        )
        retention.run(budget_s=60)
        child.refresh_from_db()
        assert (child.food, Guardian.objects.count()) == (food, guardians)

"""A Pacific island after a strong earthquake: from the declaration to the last one who arrives.

Seven people are registered and one is not. A family, somebody in a wheelchair, somebody whose
passport is lost, one who stays, one who has left already; a flight that is cancelled, two gates
that lose the network, a shelter next door.
"""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from config.kernel import audit, clock
from crisis.allocation.selectors import moved
from crisis.allocation.services import adopt_plan, propose_plan, replan
from crisis.arrivals.reading import reconcile
from crisis.arrivals.services import record_arrivals
from crisis.arrivals.services.telling import tell_families
from crisis.boarding.services import NewWalkIn, issue_pack, match_walk_in, take_scans
from crisis.boarding.states import ScanKind
from crisis.evacuation.selectors import difference, is_intact, rows_of
from crisis.evacuation.services import draft_manifest, seal_manifest
from crisis.rollcall.selectors import counts
from crisis.seats.models import Offer
from crisis.seats.services import gather_travellers, make_offer, set_papers
from crisis.seats.services.lapsing import lapse_offers
from crisis.seats.states import OfferState, Papers
from crisis.transports.models import Place
from crisis.transports.services import open_operation, set_status
from crisis.transports.states import PlaceKind, TransportStatus
from registry.models import ConsentPurpose, Household, Person
from registry.services.consents import give_consent
from registry.services.people import add_emergency_contact
from tests.crisis.rollcall.conftest import gateway, hear, incident_waves, send
from tests.support import scene
from tests.support.evacuating import make_place, make_transport
from tests.support.gates import movement, paper, scan

__all__ = ["gateway", "hear", "send"]

pytestmark = pytest.mark.django_db
CHILD = {"birth_date": date(2018, 5, 1), "basis": "guardian"}
SAID = {"wang": "4", "wife": "4", "li": "4", "zhou": "4", "sun": "1", "zhao": "3"}
PHONES = {name: f"+67855501{at:02}" for at, name in enumerate(SAID)}


def settle(name, spelling, **facts):
    """Somebody registered in Port Vila, with a passport."""
    document = paper(f"E1{Person.objects.count():07}", spelling)
    del document["document_index"]
    return scene.settle(name, **document, **facts)


@pytest.fixture
def island(held_clock, gateway, send, hear, post, other_post, officer, outsider, planner):
    """Everybody has been alerted and has answered."""
    home = Household.objects.create(label="王家")
    people = SimpleNamespace(
        wang=settle("王小明", "WANG/XIAOMING", phone=PHONES["wang"], household=home),
        wife=settle("刘芳", "LIU/FANG", phone=PHONES["wife"], household=home),
        child=settle("王宝", "WANG/BAO", household=home, **CHILD),
        li=settle("李老", "LI/LAO", phone=PHONES["li"], needs=["wheelchair"]),
        zhou=settle("周丢", "ZHOU/DIU", phone=PHONES["zhou"], obstacles=["lost"]),
        sun=settle("孙留", "SUN/LIU", phone=PHONES["sun"]),
        zhao=settle("赵走", "ZHAO/ZOU", phone=PHONES["zhao"]),
    )
    add_emergency_contact(person=people.wang, name="王父", relation="父", phone="+8613800000000")
    give_consent(person=people.wang, purpose=ConsentPurpose.FAMILY, given_by=people.wang)
    incident = scene.declare(post, officer, people=7)
    send(*incident_waves(incident))
    for name, said in {
        "wang": "4",
        "wife": "4",
        "li": "4",
        "zhou": "4",
        "sun": "1",
        "zhao": "3",
    }.items():
        hear(PHONES[name], said)
    return SimpleNamespace(
        people=people, incident=incident, planner=planner, outsider=outsider, hear=hear, send=send,
        haven_post=other_post, advance=held_clock,
    )  # fmt: skip


def plan_the_way_out(island):
    """An operation with two flights to the shelter in Suva; a plan that is adopted."""
    island.operation = open_operation(
        incident=island.incident, planner=island.planner, name="维拉港撤离行动"
    )
    add = lambda *facts, **more: make_place(island.operation, *facts, **more)  # noqa: E731
    add(PlaceKind.ASSEMBLY, "维拉港机场", "Port Vila airport", "VU", "VLI")
    island.haven = add(
        PlaceKind.HAVEN, "苏瓦安置点", "Suva shelter", "FJ", "SUV", beds=20, post=island.haven_post
    )
    island.early = make_transport(island.operation, "MU9001", seats=3, wheelchairs=1, hours=4)
    island.late = make_transport(island.operation, "CZ3088", seats=6, wheelchairs=1, hours=9)
    gather_travellers(operation=island.operation)
    island.plan = adopt_plan(
        plan=propose_plan(operation=island.operation, planner=island.planner),
        planner=island.planner,
    )


def way_of(island, person):
    """The numbers of the transports on which the adopted plan puts somebody."""
    row = island.plan.placements.get(traveller__person_ref=person.pk)
    return [leg.transport.number for leg in row.journey.legs.all()] if row.journey else row.reason


def test_everybody_who_wants_out_gets_out(island):
    people = island.people
    plan_the_way_out(island)
    going = set(
        island.operation.travellers.filter(wish="going").values_list("person_ref", flat=True)
    )
    assert going == {people.wang.pk, people.wife.pk, people.child.pk, people.li.pk, people.zhou.pk}

    # The family goes together on the first flight; who lost the passport is kept back, with words.
    assert (
        way_of(island, people.wang) == way_of(island, people.wife) == way_of(island, people.child)
    )
    assert way_of(island, people.zhou) == "no_papers"
    zhou = island.operation.travellers.get(person_ref=people.zhou.pk)
    set_papers(traveller=zhou, officer=island.planner, papers=Papers.ISSUED, reason="已发旅行证")
    island.plan = adopt_plan(
        plan=propose_plan(operation=island.operation, planner=island.planner),
        planner=island.planner,
    )
    assert way_of(island, people.zhou) in (["MU9001"], ["CZ3088"])

    offer_and_confirm(island)
    first = sealed(island)
    assert {row.person_ref for row in rows_of(first)} == going

    cancel_the_early_flight(island, first)
    board_at_two_gates(island)
    arrive_next_door(island)


def offer_and_confirm(island):
    """One answer confirms for the family; who does not answer in time goes to the waiting list."""
    deadline = clock.now() + timedelta(hours=2)
    for traveller in island.operation.travellers.filter(wish="going").select_related("party"):
        placement = island.plan.placements.get(traveller=traveller)
        if not Offer.objects.filter(party=traveller.party).exists():
            make_offer(
                party=traveller.party, journey=placement.journey, deadline_at=deadline,
                officer=island.planner,
            )  # fmt: skip
    island.send(*incident_waves(island.incident))
    island.hear(PHONES["wang"], "5")
    island.hear(PHONES["li"], "5")
    island.hear(PHONES["zhou"], "5")
    assert set(Offer.objects.values_list("state", flat=True)) == {OfferState.CONFIRMED}
    island.advance(3 * 3600)
    assert lapse_offers() == 0


def sealed(island):
    draft = draft_manifest(incident=island.incident, planner=island.planner)
    return seal_manifest(manifest=draft, planner=island.planner)


def cancel_the_early_flight(island, first):
    """Planned anew, only who sat on it moves; the difference says whom."""
    set_status(transport=island.early, status=TransportStatus.CANCELLED, planner=island.planner)
    anew = replan(plan=island.plan, planner=island.planner)
    island.early.refresh_from_db()
    before = {
        row.traveller_id
        for row in island.plan.placements.filter(journey__legs__transport=island.early)
    }
    assert {one.traveller.pk for one in moved(anew, since=island.plan)} == before
    island.plan = adopt_plan(plan=anew, planner=island.planner)
    second = sealed(island)
    found = difference(first, second)
    assert (found.added, found.removed) == ([], [])
    assert len(found.changed) == len(before)
    assert is_intact(first)
    island.manifest = second
    assert {leg.transport_id for e in second.entries.all() for leg in e.legs.all()} == {
        island.late.pk
    }


def board_at_two_gates(island):
    """Both record without network; what they send comes in any order, some of it twice."""
    people = island.people
    packs = [
        issue_pack(
            manifest=island.manifest, transport=island.late, gate=name, planner=island.planner
        ).pack
        for name in ("A", "B")
    ]
    island.advance(60)
    stranger = NewWalkIn(key="walk-in-at-gate-b", name="吴未登记", document=f"E1{7:07}")
    at_a = [scan(people.wang), scan(people.child), scan(people.wife), scan(people.li)]
    at_b = [
        scan(people.wang),
        scan(people.zhou, ScanKind.NO_SHOW, ago_s=30),
        scan(people.zhou, ScanKind.BOARDED, ago_s=10),
        scan(walk_in=stranger),
    ]
    take_scans(pack=packs[1], scans=list(reversed(at_b)))
    take_scans(pack=packs[0], scans=at_a)
    take_scans(pack=packs[1], scans=at_b)
    for person in (people.wang, people.wife, people.child, people.li, people.zhou):
        assert movement(person) == "evacuating"
    assert [movement(one) for one in (people.sun, people.zhao)] == ["in_area", "left_area"]
    island.hear(PHONES["wang"], "1")  # an answer never takes back a boarding
    assert movement(people.wang) == "evacuating"
    island.walk_in = island.operation.walk_ins.get()
    set_status(transport=island.late, status=TransportStatus.CONFIRMED, planner=island.planner)
    set_status(transport=island.late, status=TransportStatus.DEPARTED, planner=island.planner)


def arrive_next_door(island):
    """The officers of the post that receives them record it; the books agree, by name."""
    people = island.people
    board = [people.wang, people.wife, people.child, people.li, people.zhou]
    island.advance(9 * 3600)
    for _ in range(2):  # the list is sent twice, and counts once
        record_arrivals(
            place=Place.objects.get(pk=island.haven.pk), transport=island.late,
            person_refs=[one.pk for one in board], walk_ins=[island.walk_in.pk],
            officer=island.outsider, at=clock.now(),
        )  # fmt: skip
    assert {movement(one) for one in board} == {"evacuated"}
    books = reconcile(island.operation)
    side = books.of(island.late.pk)
    assert {who.ref for who in side.listed} == {one.pk for one in board}
    assert (side.not_boarded, side.not_arrived, side.not_seen_boarding) == (set(), set(), set())
    [extra] = side.not_listed
    assert extra.walk_in
    # At the shelter he says his name, registers, and is the man from the gate.
    wu = settle("吴未登记", "WU/WEIDENGJI")
    match_walk_in(walk_in=island.walk_in, person_ref=wu.pk, planner=island.planner)
    assert len(reconcile(island.operation).out) == 6
    found = counts(island.incident)
    assert found.movement["evacuated"] == 5
    assert sum(found.movement.values()) == found.in_audience == 7
    assert tell_families() > 0
    assert audit.first_broken() is None

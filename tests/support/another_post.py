"""One of everything that belongs to the embassy in Port Vila, for somebody who has no say there."""

from datetime import timedelta
from typing import Any

from config.kernel import clock
from crisis.allocation.models import PlanRun
from crisis.allocation.services import propose_plan
from crisis.arrivals.services import record_arrivals
from crisis.boarding.services import NewWalkIn, issue_pack, take_scans
from crisis.cases.services import make_hand_over, open_case, take_case
from crisis.cases.states import Origin
from crisis.evacuation.services import Wanted, ask_release, draft_manifest
from crisis.operations.paging import ask_for_page
from crisis.operations.problems import Found, Problem
from crisis.rollcall.services import record_status
from crisis.rollcall.states import EventKind
from crisis.seats.services import make_offer
from crisis.staff.duty import Contact, assign_duty
from crisis.staff.models import Cover
from crisis.tracing.services.recording import record_enquiry
from crisis.transports.selectors import operation_of
from crisis.transports.services import FilingDraft, file_for
from crisis.transports.services.journeys import journey_of
from crisis.transports.states import PlaceKind
from notifications.models import Delivery, Reply, Wave
from notifications.states import Meaning, ReplyState
from registry.services.groups import GroupDraft, officer, open_group
from registry.services.merging import merge_persons
from tests.crisis.tracing.conftest import MOTHER
from tests.support import scene
from tests.support.evacuating import make_operation, make_party, make_transport, seal_on
from tests.support.gates import scan

Objects = dict[str, int]
TO_AN_AIRLINE = Wanted("airline", "Air Vanuatu", "VU", "vital", "包机")


def build(post: Any, first: Any, head: Any, third_post: Any) -> Objects:
    """The numbers of Port Vila's things, by the word that stands before a number in an address
    («incidents/7»). A new word needs a line here, or the guard says so."""
    people = scene.port_vila()
    incident = scene.declare(post, first, people=6)
    wang = people["wang"]
    record_status(
        incident=incident, person_ref=wang.pk, kind=EventKind.WANTS_OUT, officer=first, note="x"
    )
    found = {
        "incidents": incident.pk,
        "rollcall": incident.pk,
        "calls": incident.pk,
        "self-reports": incident.pk,
        "waves": Wave.objects.get(source=incident.source).pk,
        "people": wang.pk,
        "contacts": wang.contact_points.first().pk,
        "duplicates": wang.pk,
        "manifests": draft_manifest(incident=incident, planner=head).pk,
        "releases": ask_release(incident=incident, officer=head, wanted=TO_AN_AIRLINE).pk,
        "merges": merge_persons(kept=people["li"], gone=people["silent"], by="officer").pk,
        "triage": _reply(incident).pk,
    }
    words = GroupDraft(kind="company", name="路桥", country="VU")
    found["groups"] = open_group(draft=words, by=officer(first.username)).pk
    found |= _cases(post, first, incident) | _duty(post, first, third_post)
    found |= _evacuation(post, head, incident) | _plans(incident.evacuation, head, wang)
    found |= _arrivals(incident, first, head, (wang, people["li"]))
    found["enquiries"] = record_enquiry(draft=MOTHER, post=post, officer=first).pk
    found |= _gate(incident.evacuation, head, wang)
    return found


def _evacuation(post: Any, head: Any, incident: Any) -> Objects:
    """An operation, with somebody who comes to Port Vila by themselves."""
    operation = make_operation(incident, head)
    filing = file_for(
        operation=operation, key="1", officer=head,
        draft=FilingDraft(
            expected_at=clock.now() + timedelta(hours=6), to_country="VU", names=["张三"]
        ),
    )  # fmt: skip
    return {
        "operations": incident.pk, "places": operation.places.first().pk,
        "transports": make_transport(operation).pk, "leavers": filing.pk, "expected": filing.pk,
    }  # fmt: skip


def _gate(operation: Any, head: Any, person: Any) -> Objects:
    """A pack of a transport's gate, and somebody who was on no list."""
    transport = make_transport(operation, "MU9009")
    manifest = seal_on(operation.incident, transport, [person], head)
    pack = issue_pack(manifest=manifest, transport=transport, gate="A", planner=head).pack
    take_scans(pack=pack, scans=[scan(walk_in=NewWalkIn(key="walk-in-1", name="孙不速"))])
    walk_in = operation.walk_ins.get()
    return {"packs": pack.pk, "walk-ins": walk_in.pk}


def _reply(incident: Any) -> Reply:
    """An emergency contact's word, about somebody of this incident."""
    delivery = Delivery.objects.filter(wave__source=incident.source).first()
    now = clock.now()
    return Reply.objects.create(
        via="sms", delivery=delivery, source=incident.source, meaning=Meaning.POSSIBLE_HELP,
        state=ReplyState.MATCHED, answered_at=now, received_at=now, text="?",
        address_index=delivery.address_index,
    )  # fmt: skip


def _plans(operation: Any, head: Any, person: Any) -> Objects:
    party = make_party(operation, person)
    seats = _seats(operation, head, party)
    run = PlanRun.objects.create(operation=operation, asked_by=head, asked_at=clock.now())
    plan = propose_plan(operation=operation, planner=head)
    return {"plans": plan.pk, "plan-runs": run.pk, **seats}


def _seats(operation: Any, head: Any, party: Any) -> Objects:
    """A place that was offered to somebody."""
    journey = journey_of(operation=operation, transports=[operation.transports.first()])
    deadline = clock.now() + timedelta(hours=1)
    offer = make_offer(party=party, journey=journey, deadline_at=deadline, officer=head)
    traveller = party.travellers.first()
    return {"parties": party.pk, "travellers": traveller.pk, "offers": offer.pk}


def _arrivals(incident: Any, first: Any, head: Any, people: Any) -> Objects:
    """One who has arrived at a safe haven and stays there, and one whose arrival is taken back."""
    operation = operation_of(incident) or make_operation(incident, head)
    haven = operation.places.get(kind=PlaceKind.HAVEN)
    done = record_arrivals(
        place=haven, person_refs=[one.pk for one in people], officer=first, at=clock.now()
    )
    stays, mistaken = done.arrivals
    return {"havens": haven.pk, "arrivals": mistaken.pk, "stays": stays.stay.pk}


def _cases(post: Any, first: Any, incident: Any) -> Objects:
    case = open_case(
        post=post, origin=Origin.CALL, origin_key="call:1", raised_at=clock.now(),
        incident=incident, person_name="小王",
    )  # fmt: skip
    take_case(case=case, officer=first)
    return {
        "cases": case.pk,
        "hand-over": make_hand_over(post=post, officer=first, summary="夜里平静").pk,
    }


def _duty(post: Any, first: Any, third_post: Any) -> Objects:
    now, later = clock.now(), clock.now() + timedelta(hours=8)
    turn = assign_duty(
        user=first, post=post, begins_at=now, ends_at=later,
        contact=Contact("+6785550199"), actor="test",
    )  # fmt: skip
    cover = Cover.objects.create(
        post=post, covered_by=third_post, begins_at=now, ends_at=later, reason="planned",
        ordered_by=first, ordered_at=now,
    )  # fmt: skip
    page = ask_for_page(Found(Problem.CALLED, post.code, post_id=post.pk))
    assert page is not None
    return {
        "posts": post.pk, "neighbours": post.pk, "turns": turn.pk, "covers": cover.pk,
        "pages": page.pk,
    }  # fmt: skip

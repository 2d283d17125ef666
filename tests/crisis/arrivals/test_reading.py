"""Reconciling from the rows: by transport and in all, by name, each human being once."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crisis.arrivals.reconciling import Who, Why
from crisis.arrivals.services import reconcile, record_arrivals
from crisis.boarding.models import WalkIn
from crisis.transports.models import Transport
from registry.services.merging import merge_persons, undo_merge
from tests.crisis.arrivals.conftest import gate, scanned_with, seal
from tests.support.evacuating import make_transport, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(incident, places, out):
    names = ("王小明", "李红", "张三", "陈四", "周五")
    return [stand(incident, name, wants_out=True) for name in names]


def whos(*people):
    return {Who(person.pk) for person in people}


def arrive(place, *people, by, transport):
    record_arrivals(
        place=place, transport=transport, person_refs=[one.pk for one in people], officer=by,
        at=transport.arrives_at,
    )  # fmt: skip


def test_nothing_yet(operation, places):
    found = reconcile(operation)
    assert found.all.agree
    assert not found.crossings


def test_every_difference_by_name_both_ways(
    incident, operation, places, out, cast, officer, planner
):
    wang, li, zhang, chen, zhou = cast
    seal(incident, planner, [(one, [out]) for one in (wang, li, zhang)], at=out.departs_at)
    gate(out, wang)
    gate(out, zhang, "no_show")
    gate(out, chen)
    arrive(places.suva, wang, zhou, by=officer, transport=out)
    sides = reconcile(operation).of(out.pk)
    assert (sides.listed, sides.boarded) == (whos(wang, li, zhang), whos(wang, chen))
    assert sides.arrived == whos(wang, zhou)
    assert sides.not_boarded == whos(li, zhang)
    assert sides.not_listed == whos(chen, zhou)
    assert sides.not_arrived == whos(chen)
    assert sides.not_seen_boarding == whos(zhou)
    crossing = reconcile(operation).crossings[out.pk]
    assert crossing.why(Who(zhang.pk)) == Why.NO_SHOW
    assert crossing.why(Who(li.pk)) == Why.NO_RECORD


def test_two_legs_are_one_person(
    incident, operation, places, out, onward, cast, officer, planner, held_clock
):
    wang, li, *_ = cast
    seal(incident, planner, [(wang, [out, onward]), (li, [out, onward])], at=out.departs_at)
    for one in (wang, li):
        gate(out, one)
    arrive(places.suva, wang, li, by=officer, transport=out)
    held_clock(24 * 3600)
    gate(onward, wang)
    arrive(places.home, wang, by=officer, transport=onward)
    found = reconcile(operation)
    assert (len(found.all.listed), len(found.all.boarded), len(found.all.arrived)) == (2, 2, 2)
    assert found.all.agree
    assert found.of(onward.pk).not_boarded == whos(li)
    assert not found.under_way


def test_a_later_version_without_those_who_are_out_takes_nobody_off_the_list(
    incident, operation, places, out, onward, cast, officer, planner
):
    wang, li, zhang, *_ = cast
    seal(incident, planner, [(wang, [out]), (li, [out])], at=out.departs_at)
    seal(incident, planner, [(zhang, [])], version=2)
    found = reconcile(operation)
    assert found.of(out.pk).listed == whos(wang, li)
    assert found.unassigned == whos(zhang)
    assert found.all.listed == whos(wang, li, zhang)


def test_the_version_that_the_gate_worked_with_counts(
    incident, operation, places, out, cast, planner
):
    wang, li, *_ = cast
    first = seal(incident, planner, [(wang, [out])], at=out.departs_at)
    seal(incident, planner, [(wang, [out]), (li, [out])], version=2, at=out.departs_at)
    assert reconcile(operation).of(out.pk).listed == whos(wang, li)
    scanned_with(first, out, planner, wang)
    assert reconcile(operation).of(out.pk).listed == whos(wang)


def test_who_took_another_bus_from_the_same_place_is_said_to_have(
    incident, operation, places, out, cast, planner
):
    wang, *_ = cast
    other = make_transport(operation, "MU9011", hours=1)
    seal(incident, planner, [(wang, [out])], at=out.departs_at)
    gate(other, wang)
    found = reconcile(operation)
    assert found.crossings[out.pk].why(Who(wang.pk)) == Why.ELSEWHERE
    assert found.of(other.pk).not_listed == whos(wang)
    assert not found.all.not_listed


def test_two_registrations_of_one_person_count_once(
    incident, operation, places, out, cast, officer, planner
):
    """Listed under one number, boarded under another: merged they are one, parted two again."""
    wang, li, *_ = cast
    seal(incident, planner, [(wang, [out])], at=out.departs_at)
    gate(out, li)
    gate(out, wang, "no_show", at=out.arrives_at)
    merge = merge_persons(kept=wang, gone=li, by="officer")
    assert reconcile(operation).of(out.pk).gaps() == {
        "not_boarded": frozenset(), "not_listed": frozenset(),
        "not_arrived": whos(wang), "not_seen_boarding": frozenset(),
    }  # fmt: skip
    undo_merge(merge=merge, by="officer")
    assert reconcile(operation).of(out.pk).not_listed == whos(li)


def test_a_walk_in_who_was_matched_is_the_person(
    incident, operation, places, out, cast, officer, planner
):
    wang, *_ = cast
    seal(incident, planner, [(wang, [out])], at=out.departs_at)
    walk_in = WalkIn.objects.create(
        operation=operation, key="w", name="王", captured_at=out.departs_at
    )
    gate(out, walk_in=walk_in)
    record_arrivals(
        place=places.suva, transport=out, walk_ins=[walk_in.pk], officer=officer, at=out.arrives_at
    )
    assert reconcile(operation).of(out.pk).not_listed == {Who(walk_in.pk, True)}
    WalkIn.objects.filter(pk=walk_in.pk).update(person_ref=wang.pk)
    assert reconcile(operation).of(out.pk).agree
    assert reconcile(operation).all.agree


def test_it_asks_the_same_however_many_there_are(incident, operation, places, out, planner):
    def load(names):
        people = [stand(incident, name) for name in names]
        for one in people:
            gate(out, one)
        return people

    seal(incident, planner, [(one, [out]) for one in load("甲乙丙丁")], at=out.departs_at)
    with count() as first:
        reconcile(operation)
    load("戊己庚辛")
    with count() as second:
        reconcile(operation)
    assert first.queries == second.queries


@contextmanager
def count():
    """How many statements the block asks: `.queries`, once it is over."""
    told = SimpleNamespace(queries=0)
    with CaptureQueriesContext(connection) as captured:
        yield told
    told.queries = len(captured)


def test_a_cancelled_transport_lists_nobody_aboard(incident, operation, places, out, cast, planner):
    wang, *_ = cast
    seal(incident, planner, [(wang, [out])], at=out.departs_at)
    Transport.objects.filter(pk=out.pk).update(status="cancelled")
    assert reconcile(operation).of(out.pk).not_boarded == whos(wang)

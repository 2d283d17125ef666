"""However many ways and times the same call comes in, it is one case."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from config.kernel import clock
from crisis.cases.models import Case, CasePerson
from crisis.cases.selectors import post_for_country
from crisis.cases.services import close_case, open_case, record_contact
from crisis.cases.states import EventKind, Grade, Origin, Outcome
from registry.services.merging import merge_persons
from tests.support.scene import settle

pytestmark = pytest.mark.django_db
Call = Callable[..., Case]


def test_same_cause_opens_it_once(call: Call, told: list[Any]) -> None:
    first = call(origin_key="form:a", person_ref=7)
    assert call(origin_key="form:a", person_ref=7, event="别的话") == first
    assert first.events.count() == 1
    assert len(told) == 1


def test_live_case_of_the_same_person_notes_the_next_call(call: Call, held_clock: Any) -> None:
    first = call(person_ref=7, contact="", landmark="")
    held_clock(60)
    again = call(
        person_ref=7, contact="+6785550111", landmark="港口灯塔旁", latitude=-17.7, longitude=168.3
    )
    assert again == first
    again.refresh_from_db()
    assert (again.contact, again.landmark, again.latitude) == ("+6785550111", "港口灯塔旁", -17.7)
    assert again.due_at == first.due_at
    line = again.events.get(kind=EventKind.CALLED_AGAIN)
    assert "灯塔" in line.note
    assert call(person_ref=8) != first


def test_who_calls_again_after_a_contact_waits_again(
    call: Call, held_clock: Any, officer: Any, told: list[Any]
) -> None:
    case = call(person_ref=7)
    record_contact(case=case, officer=officer)
    # Sent before the contact, told after it: no new wait.
    call(person_ref=7, waited=60)
    case.refresh_from_db()
    assert case.due_at is None
    held_clock(3600)
    call(person_ref=7)
    case.refresh_from_db()
    assert case.due_at == clock.now() + timedelta(minutes=15)
    assert [why for _, why in told] == ["new", "new"]


def test_closed_case_stays_closed_and_a_new_one_opens(call: Call, officer: Any) -> None:
    first = call(person_ref=7)
    close_case(case=first, officer=officer, outcome=Outcome.UNFOUNDED, note="误报")
    assert call(person_ref=7) != first
    assert CasePerson.objects.filter(person_ref=7, live=True).count() == 1


def test_one_call_may_be_about_several(call: Call) -> None:
    case = call(person_ref=7, others=[8, 9])
    assert set(case.persons.values_list("person_ref", flat=True)) == {7, 8, 9}
    assert call(person_ref=9) == case
    other = call(person_ref=10, others=[9])
    assert other != case
    assert set(other.persons.values_list("person_ref", flat=True)) == {10}


def test_merged_registrations_are_one_person(call: Call) -> None:
    kept, gone = settle("王小明"), settle("王晓明")
    case = call(person_ref=gone.pk)
    merge_persons(kept=kept, gone=gone, by="officer")
    assert call(person_ref=kept.pk) == case


def test_what_a_caller_types_is_made_safe_and_a_future_receipt_is_now(call: Call) -> None:
    case = call(person_name="张\u202e三", event="x" * 5000, waited=-3600)
    assert (case.person_name, len(case.event)) == ("张三", 4000)
    assert case.raised_at == clock.now()


def test_post_for_country(post: Any) -> None:
    assert post_for_country("vu") == post
    assert post_for_country("FJ") is None


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_the_same_moment_make_one_case(post: Any) -> None:
    """On SQLite one waits for the other; on PostgreSQL the unique key decides."""
    barrier = Barrier(4)

    def one(n: int) -> int:
        try:
            barrier.wait(10)
            return open_case(
                post=post,
                origin=Origin.REPLY,
                origin_key=f"reply:{n}",
                raised_at=clock.now(),
                person_ref=7,
                grade=Grade.RED,
            ).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as hands:
        cases = set(hands.map(one, range(4)))
    assert len(cases) == 1
    case = Case.objects.get()
    assert case.events.count() == 4

"""Who arrived: written once, heard by the roll call, and taken back when it was a mistake."""

from datetime import timedelta

import pytest

from config.kernel import clock, sweep
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.arrivals.models import Arrival, Stay
from crisis.arrivals.services import Stranger, record_arrivals, record_stranger, undo_arrival
from crisis.boarding.models import WalkIn
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.transports.services import FilingDraft, file_for
from tests.crisis.arrivals.conftest import gate
from tests.support.evacuating import make_place, stand
from tests.support.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang(incident):
    return stand(incident, "王小明", wants_out=True)


@pytest.fixture
def li(incident):
    return stand(incident, "李红", wants_out=True)


def boarded(incident, *people, at):
    write_log(
        incident_id=incident.pk,
        entries=[Entry(one.pk, EventKind.BOARDED, at, f"gate:{one.pk}") for one in people],
        source=Source.GATE,
    )


def movement(incident, person):
    return Standing.objects.get(incident=incident, person_ref=person.pk).movement


def arrive(place, *people, by, transport=None, at=None):
    return record_arrivals(
        place=place, transport=transport, person_refs=[one.pk for one in people], officer=by,
        at=at or clock.now(),
    )  # fmt: skip


def test_who_boarded_and_arrived_is_evacuated(incident, places, out, wang, li, officer):
    boarded(incident, wang, at=out.departs_at)
    gate(out, wang)
    done = arrive(places.suva, wang, li, by=officer)
    assert (len(done.arrivals), done.known) == (2, 0)
    assert movement(incident, wang) == "evacuated"
    # Nobody saw this one board: out of the area, and not by us as far as anybody knows.
    assert movement(incident, li) == "left_area"
    assert {one.person_ref: one.transport_id for one in done.arrivals} == {
        wang.pk: out.pk, li.pk: None,
    }  # fmt: skip


def test_told_twice_it_is_written_once(incident, places, out, wang, officer):
    arrive(places.suva, wang, by=officer, transport=out)
    again = arrive(places.suva, wang, by=officer, transport=out)
    assert (again.arrivals, again.known) == ([], 1)
    assert Arrival.objects.count() == Stay.objects.count() == 1


def test_crossing_again_counts_once(incident, places, out, onward, wang, officer, held_clock):
    boarded(incident, wang, at=out.departs_at)
    arrive(places.suva, wang, by=officer, transport=out)
    write_log(
        incident_id=incident.pk,
        entries=[Entry(wang.pk, EventKind.BOARDED, onward.departs_at, "gate:onward")],
        source=Source.GATE,
    )
    assert movement(incident, wang) == "evacuated"
    held_clock(24 * 3600)
    arrive(places.home, wang, by=officer, transport=onward)
    assert movement(incident, wang) == "evacuated"
    # On one list at a time.
    assert Stay.objects.get(left_at=None).place == places.home
    gone = Stay.objects.get(place=places.suva)
    assert (gone.left_as, gone.onward, gone.left_by) == ("onward", onward, None)


def test_the_bus_at_the_port_brings_nobody_out(incident, operation, places, out, wang, officer):
    port = make_place(operation, "terminal", "维拉港码头", "Wharf", "VU", "VLP")
    boarded(incident, wang, at=out.departs_at)
    arrive(port, wang, by=officer)
    assert movement(incident, wang) == "evacuating"
    assert not Stay.objects.exists()


def test_a_terminal_where_another_post_receives_is_out(
    incident, operation, places, out, wang, officer, other_post
):
    airport = make_place(operation, "terminal", "楠迪机场", "Nadi", "FJ", "NAN", post=other_post)
    boarded(incident, wang, at=out.departs_at)
    arrive(airport, wang, by=officer)
    assert movement(incident, wang) == "evacuated"


def test_the_receiving_post_records_and_nobody_else_does(
    places, out, wang, outsider, planner, make_user
):
    """The embassy in Suva receives at its own safe haven, and sees nothing of the other places."""
    arrive(places.suva, wang, by=outsider, transport=out)
    with refused("not_found"):
        arrive(places.home, wang, by=outsider)
    with refused("forbidden"):
        arrive(places.suva, wang, by=planner)


def test_people_whom_the_operation_does_not_know_are_not_confirmed_to_be_there(
    places, out, outsider, citizen
):
    with refused("unknown_people"):
        arrive(places.suva, citizen, by=outsider)
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("code", ["in_the_future", "other_destination", "transport_cancelled"])
def test_what_cannot_have_happened_is_refused(places, out, onward, wang, officer, code):
    with refused(code):
        if code == "in_the_future":
            arrive(places.suva, wang, by=officer, at=clock.now() + timedelta(minutes=1))
        elif code == "other_destination":
            arrive(places.suva, wang, by=officer, transport=onward)
        else:
            type(out).objects.filter(pk=out.pk).update(status="cancelled")
            out.refresh_from_db()
            arrive(places.suva, wang, by=officer, transport=out)


def test_a_mistake_is_taken_back_by_a_line(incident, places, out, wang, officer):
    boarded(incident, wang, at=out.departs_at)
    (arrival,) = arrive(places.suva, wang, by=officer, transport=out).arrivals
    assert undo_arrival(arrival=arrival, officer=officer) is False
    assert movement(incident, wang) == "evacuating"
    assert not Stay.objects.exists()
    with refused("already_undone"):
        undo_arrival(arrival=arrival, officer=officer)
    # They do arrive, an hour later.
    arrive(places.suva, wang, by=officer, transport=out)
    assert movement(incident, wang) == "evacuated"
    acts = AuditEntry.objects.filter(act__startswith="arrival.").values_list("act", flat=True)
    assert list(acts) == ["arrival.recorded", "arrival.undone", "arrival.recorded"]


def test_taking_back_an_arrival_elsewhere_brings_the_stay_before_it_back(
    places, out, onward, wang, officer, held_clock
):
    arrive(places.suva, wang, by=officer, transport=out)
    held_clock(24 * 3600)
    (home,) = arrive(places.home, wang, by=officer, transport=onward).arrivals
    undo_arrival(arrival=home, officer=officer)
    assert Stay.objects.get(left_at=None).place == places.suva


# -- People on no list ----------------------------------------------------------------------------


def stranger(place, officer, **said):
    words = {"key": "k1", "name": "陌生人", "document": "", **said}
    return record_stranger(place=place, stranger=Stranger(**words), officer=officer, at=clock.now())


def test_somebody_on_no_list_is_kept_by_name_and_once(places, out, officer):
    first, again = stranger(places.suva, officer), stranger(places.suva, officer)
    assert first == again
    assert (first.walk_in.name, first.person_ref, first.line_ref) == ("陌生人", None, None)
    assert Stay.objects.get().walk_in == first.walk_in
    with refused("name_needed"):
        stranger(places.suva, officer, name=" ")


def test_whose_document_the_operation_knows_is_that_person(incident, places, out, officer):
    from registry.drafts import document_index

    zhou = stand(incident, "周一", document_number="E77777777")
    type(zhou).objects.filter(pk=zhou.pk).update(document_index=document_index("E77777777"))
    arrival = stranger(places.suva, officer, document="e7777 7777")
    assert (arrival.person_ref, WalkIn.objects.count()) == (zhou.pk, 0)


def test_a_match_moves_the_line_to_whom_it_belongs(incident, places, out, officer, wang, li):
    """Matched wrongly, then rightly: each time the roll call says what is known."""
    boarded(incident, wang, li, at=out.departs_at)
    walk_in = stranger(places.suva, officer).walk_in
    for person, other in ((wang, li), (li, wang), (None, wang), (wang, li)):
        WalkIn.objects.filter(pk=walk_in.pk).update(person_ref=person and person.pk)
        sweep.settle()
        if person:
            assert movement(incident, person) == "evacuated"
        assert movement(incident, other) == "evacuating"
    assert Arrival.objects.get().line_ref == wang.pk


def test_walk_in_of_another_operation_is_unknown(places, out, officer):
    with pytest.raises(DomainError, match="不属于"):
        record_arrivals(place=places.suva, walk_ins=[987], officer=officer, at=clock.now())


# -- Who left by themselves -----------------------------------------------------------------------


def test_nobody_looks_for_a_party_that_is_here(
    incident, operation, places, wang, li, officer, held_clock
):
    """They filed a way by road and came by a fishing boat: once both are seen the filing ends."""
    filing = file_for(
        operation=operation, key="1", officer=officer,
        draft=FilingDraft(
            expected_at=clock.now() + timedelta(hours=6), to_country="FJ",
            person_refs=[wang.pk, li.pk],
        ),
    )  # fmt: skip
    held_clock(3600)
    arrive(places.suva, wang, by=officer)
    filing.refresh_from_db()
    assert filing.state == "filed"
    arrive(places.suva, li, by=officer)
    filing.refresh_from_db()
    assert filing.state == "arrived"
    assert movement(incident, wang) == movement(incident, li) == "left_area"

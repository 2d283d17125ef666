"""Opening an evacuation, its places and transports, and what each refuses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.transports.models import EvacuationOperation, Place
from crisis.transports.selectors import journeys_of, shown_places
from crisis.transports.services import (
    add_place,
    add_transport,
    chain_transports,
    change_place,
    change_transport,
    end_operation,
    open_operation,
    reopen_operation,
    retire_place,
    set_status,
)
from crisis.transports.services.places import time_zones, zone_near
from crisis.transports.signals import transport_cancelled, transport_changed
from crisis.transports.states import TRANSITIONS, Disclosure, TransportStatus
from tests.support.evacuating import make_transport

pytestmark = pytest.mark.django_db
_T = TransportStatus


def refused(code: str, act: Any, **arguments: Any) -> DomainError:
    with pytest.raises(DomainError) as error:
        act(**arguments)
    assert error.value.code == code
    return error.value


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str, frozenset[str]]]]:
    """What the floors above are told: (which signal, number, fields)."""
    told: list[tuple[str, str, frozenset[str]]] = []

    def gone(transport: Any, **_: Any) -> None:
        told.append(("cancelled", transport.number, frozenset()))

    def changed(transport: Any, fields: frozenset[str], **_: Any) -> None:
        told.append(("changed", transport.number, fields))

    transport_cancelled.connect(gone)
    transport_changed.connect(changed)
    yield told
    transport_cancelled.disconnect(gone)
    transport_changed.disconnect(changed)


# -- The operation -------------------------------------------------------------------------------


def test_operation_is_one_for_each_incident(incident: Any, planner: Any) -> None:
    operation = open_operation(incident=incident, planner=planner, name=" 维拉港撤离 ")
    assert (operation.name, operation.opened_by, operation.state) == ("维拉港撤离", planner, "open")
    refused("operation_exists", open_operation, incident=incident, planner=planner, name="又一个")
    assert EvacuationOperation.objects.get() == operation
    entry = AuditEntry.objects.get(act="operation.opened")
    assert (entry.actor, entry.subject) == ("planner", f"operation:{operation.pk}")


def test_operation_is_opened_by_planners_of_the_post(
    incident: Any, officer: Any, make_user: Any, other_post: Any
) -> None:
    stranger = make_user("suva", "planner", other_post)
    assert refused("forbidden", open_operation, incident=incident, planner=officer, name="x").status
    refused("not_found", open_operation, incident=incident, planner=stranger, name="x")


def test_operation_needs_a_name_and_a_declared_incident(incident: Any, planner: Any) -> None:
    refused("name_needed", open_operation, incident=incident, planner=planner, name=" ")
    incident.state = "draft"
    refused("incident_not_declared", open_operation, incident=incident, planner=planner, name="x")


def test_operation_ends_when_everything_arrived_and_is_opened_again(
    operation: Any, planner: Any, place_draft: Any
) -> None:
    transport = make_transport(operation, "MU1")
    error = refused("transports_running", end_operation, operation=operation, planner=planner)
    assert "MU1" in str(error)
    set_status(transport=transport, status=_T.CANCELLED, planner=planner)
    assert end_operation(operation=operation, planner=planner).ended_by == planner
    arguments = {"operation": operation, "draft": place_draft(), "planner": planner}
    refused("operation_ended", add_place, **arguments)
    reopened = reopen_operation(operation=operation, planner=planner)
    assert (reopened.state, reopened.ended_at) == ("open", None)
    refused("operation_open", reopen_operation, operation=operation, planner=planner)
    assert add_place(**arguments).name_zh == "市体育场"


# -- Places --------------------------------------------------------------------------------------


def test_place_gets_the_time_zone_of_the_nearest_town(
    operation: Any, planner: Any, place_draft: Any
) -> None:
    place = add_place(operation=operation, draft=place_draft(code="vli"), planner=planner)
    assert (place.time_zone, place.code) == ("Pacific/Efate", "VLI")
    perth = place_draft(name_zh="珀斯", country="AU", latitude=-32.0, longitude=116.0)
    assert add_place(operation=operation, draft=perth, planner=planner).time_zone == (
        "Australia/Perth"
    )


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from(["US", "RU", "FJ", "VU", "CN"]))
def test_zone_near_is_one_that_this_machine_knows(
    latitude: float, longitude: float, country: str
) -> None:
    assert zone_near(country, latitude, longitude) in time_zones()


@pytest.mark.parametrize(
    ("code", "field", "fields"),
    [
        ("name_needed", "name_zh", {"name_zh": "\u200b "}),
        ("too_long", "directions", {"directions": "远" * 301}),
        ("place_exists", "name_zh", {"name_zh": "广州"}),
        ("unknown_country", "country", {"country": "QQ"}),
        ("bad_latitude", "latitude", {"latitude": 90.1}),
        ("bad_longitude", "longitude", {"longitude": float("nan")}),
        ("bad_code", "code", {"code": "VLIX"}),
        ("unknown_zone", "time_zone", {"time_zone": "Pacific/Atlantis"}),
        ("bad_beds", "beds", {"beds": -1}),
    ],
)
def test_place_that_cannot_be_is_refused_beside_its_field(
    operation: Any, planner: Any, place_draft: Any, code: str, field: str, fields: dict[str, Any]
) -> None:
    draft = place_draft(**fields)
    error = refused(code, add_place, operation=operation, draft=draft, planner=planner)
    assert error.extra["field"] == field


def test_place_that_would_be_a_target_is_told_to_passengers_alone(
    operation: Any, planner: Any, place_draft: Any
) -> None:
    secret = add_place(
        operation=operation, draft=place_draft(contact="小张 +6785550111"), planner=planner
    )
    told = {place.pk for place in shown_places(operation, passenger=False)}
    assert secret.pk not in told
    assert set(shown_places(operation, passenger=True)) == set(operation.places.all())
    draft = place_draft(disclosure=Disclosure.PUBLIC)
    change_place(place=secret, draft=draft, planner=planner)
    assert secret in shown_places(operation, passenger=False)
    retire_place(place=secret, planner=planner)
    assert secret not in shown_places(operation, passenger=True)


def test_place_in_use_is_not_retired_nor_moved_abroad(
    operation: Any, planner: Any, place_draft: Any
) -> None:
    airport = Place.objects.get(code="VLI")
    transport = make_transport(operation, "MU2")
    assert "MU2" in str(refused("place_in_use", retire_place, place=airport, planner=planner))
    draft = place_draft(name_zh=airport.name_zh, country="FJ", time_zone="Pacific/Fiji")
    refused("country_fixed", change_place, place=airport, draft=draft, planner=planner)
    set_status(transport=transport, status=_T.CANCELLED, planner=planner)
    assert retire_place(place=airport, planner=planner).retired_at == clock.now()
    same = place_draft(name_zh=airport.name_zh)
    refused("place_retired", change_place, place=airport, draft=same, planner=planner)


# -- Transports ----------------------------------------------------------------------------------


def test_transport_is_kept_as_it_was_written(
    operation: Any, planner: Any, transport_draft: Any
) -> None:
    draft = transport_draft(
        carrier="东方航空", carrier_code="mu", stops=["nou", " "], wheelchairs=2, stretchers=1,
        laps=3, baggage_kg=20, payload_kg=18_000,
    )  # fmt: skip
    transport = add_transport(operation=operation, draft=draft, planner=planner)
    transport.refresh_from_db()
    assert transport.capacity == {"seat": 10, "wheelchair": 2, "stretcher": 1, "lap": 3}
    assert (transport.carrier_code, transport.stops) == ("MU", ["NOU"])
    assert transport.arrives_at - transport.departs_at == timedelta(hours=2)


@pytest.mark.parametrize(
    ("code", "field", "fields"),
    [
        ("number_needed", "number", {"number": " "}),
        ("no_capacity", "seats", {"seats": 0}),
        ("bad_capacity", "laps", {"laps": 20_000}),
        ("laps_without_seats", "laps", {"laps": 11}),
        ("bad_weight", "baggage_kg", {"baggage_kg": -1}),
        ("bad_carrier_code", "carrier_code", {"carrier_code": "东航"}),
        ("bad_code", "stops", {"stops": ["NOUMEA"]}),
        ("bad_stops", "stops", {"stops": ["NOU"] * 9}),
        ("too_long", "note", {"note": "长" * 301}),
    ],
)
def test_transport_that_cannot_be_is_refused_beside_its_field(
    operation: Any,
    planner: Any,
    transport_draft: Any,
    code: str,
    field: str,
    fields: dict[str, Any],
) -> None:
    draft = transport_draft(**fields)
    error = refused(code, add_transport, operation=operation, draft=draft, planner=planner)
    assert error.extra["field"] == field


def test_transport_goes_somewhere_else_later_and_once(
    operation: Any, planner: Any, transport_draft: Any, post: Any, officer: Any
) -> None:
    draft = transport_draft()
    act = {"operation": operation, "planner": planner}
    back = transport_draft(destination=draft.origin)
    refused("same_place", add_transport, draft=back, **act)
    early = transport_draft(arrives_at=draft.departs_at)
    refused("bad_times", add_transport, draft=early, **act)
    add_transport(draft=draft, **act)
    refused("transport_exists", add_transport, draft=draft, **act)
    retire_place(place=Place.objects.get(code="CAN"), planner=planner)
    gone = transport_draft(number="X", destination=Place.objects.get(code="CAN"))
    refused("bad_place", add_transport, draft=gone, **act)


@pytest.mark.parametrize("before", TransportStatus)
def test_status_goes_only_where_the_table_lets_it(
    operation: Any, planner: Any, heard: Any, before: TransportStatus
) -> None:
    for after in TransportStatus:
        transport = make_transport(operation, f"{before}{after}"[:20], status=before)
        if after in TRANSITIONS[before]:
            changed = set_status(transport=transport, status=after, planner=planner)
            assert (changed.status, changed.status_at) == (after, clock.now())
            told = ("cancelled", frozenset()) if after == _T.CANCELLED else (
                "changed", frozenset({"status"})
            )  # fmt: skip
            assert heard[-1] == (told[0], transport.number, told[1])
        else:
            refused("wrong_step", set_status, transport=transport, status=after, planner=planner)


def test_change_tells_the_fields_and_nothing_when_nothing_changed(
    operation: Any, planner: Any, transport_draft: Any, heard: Any
) -> None:
    transport = add_transport(operation=operation, draft=transport_draft(), planner=planner)
    act = {"transport": transport, "planner": planner}
    change_transport(draft=transport_draft(), **act)
    assert heard == []
    changed = change_transport(draft=transport_draft(seats=8, note="换小机型"), **act)
    assert heard == [("changed", "MU9001", frozenset({"seats", "note"}))]
    assert changed.seats == 8


def test_what_has_left_changes_its_arrival_alone(
    operation: Any, planner: Any, transport_draft: Any
) -> None:
    transport = add_transport(operation=operation, draft=transport_draft(), planner=planner)
    act = {"transport": transport, "planner": planner}
    for status in (_T.CONFIRMED, _T.DEPARTED):
        set_status(status=status, **act)
    later = transport_draft(arrives_at=clock.now() + timedelta(hours=9))
    assert change_transport(draft=later, **act).arrives_at == later.arrives_at
    refused("departed", change_transport, draft=transport_draft(seats=5), **act)
    set_status(status=_T.ARRIVED, **act)
    refused("transport_over", change_transport, draft=transport_draft(), **act)


def test_journeys_are_chained_and_named_when_they_no_longer_fit(
    operation: Any, planner: Any, officer: Any, transport_draft: Any
) -> None:
    first = add_transport(operation=operation, draft=transport_draft(), planner=planner)
    home = make_transport(operation, "MU2", origin="SUV", destination="CAN", hours=9)
    act = {"operation": operation, "transports": [first, home]}
    refused("forbidden", chain_transports, planner=officer, **act)
    journey = chain_transports(planner=planner, **act)
    assert chain_transports(planner=planner, **act) == journey
    back = {"operation": operation, "transports": [home, first]}
    refused("broken_chain", chain_transports, planner=planner, **back)
    assert journeys_of(operation) == [(journey, [first, home], "")]
    late = transport_draft(arrives_at=clock.now() + timedelta(hours=10))
    change_transport(transport=first, draft=late, planner=planner)
    ((_journey, _legs, wrong),) = journeys_of(operation)
    assert "MU2" in wrong

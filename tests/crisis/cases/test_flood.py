"""crisis/cases/services/flood.py: many calls at once come to what each by itself comes to"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.services import flood, open_case
from crisis.cases.services.opening import Call, Intake
from crisis.cases.states import EventKind, Origin
from crisis.incidents.models import Incident
from crisis.operations.models import Page
from crisis.operations.redcases import EACH_UP_TO
from registry.services.merging import merge_persons
from tests.support.scene import declare, port_vila, settle

pytestmark = pytest.mark.django_db
Told = list[tuple[str, str]]
NOBODY = 900_000  # no key of anybody registered here


@pytest.fixture
def incident(held_clock: Any, post: Any, officer: Any) -> Incident:
    port_vila()
    return declare(post, officer, people=6)


@pytest.fixture
def call(incident: Incident) -> Callable[..., Call]:
    def made(key: str, *persons: int, **changes: Any) -> Call:
        about: dict[str, Any] = {
            "post": incident.post,
            "incident": incident,
            "origin": Origin.REPLY,
            "origin_key": key,
            "raised_at": clock.now(),
            "persons": persons,
            "intake": Intake(contact="+6785550177", event="2 房屋倒塌"),
            "grade": "",
            "opened_by": "",
        }
        return Call(**about | changes)

    return made


def concerned() -> dict[str, set[int]]:
    """Whom each case is about, by its cause."""
    rows = Case.objects.values_list("origin_key", "persons__person_ref")
    return {key: {ref for other, ref in rows if other == key} for key, _ in rows}


def test_each_of_many_gets_what_one_alone_would_get(call: Any, told: Told) -> None:
    alone = open_case(
        post=call("x").post, incident=call("x").incident, origin=Origin.REPLY,
        origin_key="reply:1", raised_at=clock.now(), person_ref=1, others=[2],
        contact="+6785550177", event="2 房屋倒塌",
    )  # fmt: skip
    flood.open_calls([call("reply:2", 3, 4), call("reply:3", 5)])
    first, second = Case.objects.exclude(pk=alone.pk).order_by("pk")
    ours = {"number", "origin_key", "person_ref", "id", "_state"}
    assert facts(first, ours) == facts(second, ours) == facts(alone, ours)
    assert concerned()["reply:2"] == {3, 4}
    lines = [case.events.get() for case in (alone, first, second)]
    told_of = {(line.kind, line.at, line.note, str(line.detail)) for line in lines}
    assert told_of == {(EventKind.OPENED, clock.now(), "", "{'origin': 'reply'}")}
    assert told == [(case.number, "new") for case in (alone, first, second)]


def facts(case: Case, without: set[str]) -> dict[str, Any]:
    case.refresh_from_db()
    return {name: value for name, value in vars(case).items() if name not in without}


def test_who_calls_twice_among_many_calls_again(call: Any) -> None:
    flood.open_calls([call("reply:1", 1), call("reply:2", 2), call("reply:3", 1)])
    assert concerned() == {"reply:1": {1}, "reply:2": {2}}
    again = Case.objects.get(origin_key="reply:1").events.get(kind=EventKind.CALLED_AGAIN)
    assert again.source_key == "reply:3"


def test_what_was_told_before_changes_nothing(call: Any) -> None:
    calls = [call("reply:1", 1), call("reply:2", 1), call("reply:3", 2)]
    for _ in range(2):
        flood.open_calls(calls)
    assert concerned() == {"reply:1": {1}, "reply:3": {2}}
    assert Case.objects.get(origin_key="reply:1").events.count() == 2


def test_who_has_a_case_and_whose_registrations_are_one_keep_one_case(call: Any) -> None:
    kept, gone = settle("王小明"), settle("王晓明")
    flood.open_calls([call("reply:1", gone.pk), call("reply:2", NOBODY)])
    merge_persons(kept=kept, gone=gone, by="officer")
    flood.open_calls(
        [call("reply:3", kept.pk), call("reply:4", NOBODY), call("reply:5", NOBODY + 1)]
    )
    assert set(concerned()) == {"reply:1", "reply:2", "reply:5"}


def test_where_another_was_quicker_each_goes_the_way_of_one(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood.open_calls([call("reply:1", 1)])
    # That case was opened after the look and before the rows: the unique key refuses them all.
    monkeypatch.setattr(flood, "_with_a_case", lambda calls: set())
    flood.open_calls([call("reply:2", 2), call("reply:3", 1), call("reply:4", 3)])
    assert concerned() == {"reply:1": {1}, "reply:2": {2}, "reply:4": {3}}
    again = Case.objects.get(origin_key="reply:1").events.get(kind=EventKind.CALLED_AGAIN)
    assert again.source_key == "reply:3"


def test_duty_roster_hears_of_some_and_then_once_of_the_rest(call: Any) -> None:
    flood.open_calls([call(f"reply:{n}", n) for n in range(1, 40)])
    pages = list(Page.objects.order_by("pk").values_list("where", flat=True))
    assert pages[:-1] == [case.number for case in Case.objects.order_by("pk")[:EACH_UP_TO]]
    assert pages[-1].endswith(" +")


def test_a_hundred_take_as_many_statements_as_ten(call: Any) -> None:
    def statements(first: int, count: int) -> int:
        calls = [call(f"reply:{n}", n) for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as seen:
            flood.open_calls(calls)
        return len(seen)

    statements(1, 10)  # the pages of the first ones
    assert statements(100, 100) <= statements(1_000, 10) + 10

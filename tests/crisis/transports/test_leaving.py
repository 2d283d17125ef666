"""Corridors, and parties that leave by themselves: filed, late, across, overdue, forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock, retention
from crisis.cases.models import Case
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.transports.models import SelfEvacuation
from crisis.transports.selectors import (
    corridors_of,
    expected_for,
    filings_of_person,
    is_stale,
    parties_of,
    published_corridors,
    published_operations,
)
from crisis.transports.services import (
    FilingDraft,
    add_corridor,
    change_corridor,
    check_corridor,
    delay_filing,
    file_for,
    file_own,
    record_crossing,
    retire_corridor,
    say_crossed,
    say_delayed,
    take_back_crossing,
    watch_overdue,
    withdraw_filing,
)
from crisis.transports.services.missing import GRACE
from crisis.transports.states import CorridorStatus, Disclosure
from registry.services.erasing import erase_people
from registry.services.merging import merge_persons
from tests.crisis.transports.test_operations import refused
from tests.support.evacuating import make_home, stand

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def corridor(operation: Any, planner: Any, corridor_draft: Any) -> Any:
    return add_corridor(operation=operation, draft=corridor_draft(), planner=planner)


@pytest.fixture
def wang(incident: Any) -> Any:
    return stand(incident, "王小明", household=make_home())


@pytest.fixture
def filing(operation: Any, corridor: Any, wang: Any, officer: Any) -> Any:
    """王小明 and a friend who is not registered, due across in six hours."""
    draft = FilingDraft(
        expected_at=clock.now() + 6 * HOUR, corridor=corridor, route="乘车到桑托，再乘渡轮",
        contact="+6785550101", person_refs=[wang.pk], names=["李同行", " "],
    )  # fmt: skip
    return file_for(operation=operation, draft=draft, key="1", officer=officer)


def standing(person: Any) -> Standing:
    return Standing.objects.get(person_ref=person.pk)


# -- Corridors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "field", "fields"),
    [
        ("words_needed", "visa_rule", {"visa_rule": " "}),
        ("words_needed", "hours", {"hours": ""}),
        ("too_long", "advice", {"advice": "长" * 501}),
        ("corridor_exists", "name", {}),
        ("unknown_country", "from_country", {"name": "x", "from_country": "QQ"}),
        ("same_country", "to_country", {"name": "x", "to_country": "VU"}),
        ("bad_longitude", "longitude", {"name": "x", "longitude": 181.0}),
    ],
)
def test_corridor_that_cannot_be_is_refused_beside_its_field(
    operation: Any,
    planner: Any,
    corridor: Any,
    corridor_draft: Any,
    code: str,
    field: str,
    fields: dict[str, Any],
) -> None:
    draft = corridor_draft(**fields)
    error = refused(code, add_corridor, operation=operation, draft=draft, planner=planner)
    assert error.extra["field"] == field


def test_corridor_says_when_somebody_last_made_sure(
    corridor: Any, officer: Any, planner: Any, auditor: Any, corridor_draft: Any, held_clock: Any
) -> None:
    held_clock(13 * 3600)
    assert is_stale(corridor)
    act = {"corridor": corridor, "status": CorridorStatus.CLOSED}
    checked = check_corridor(user=officer, **act)
    assert (checked.checked_at, checked.checked_by, checked.status) == (
        clock.now(), officer, "closed",
    )  # fmt: skip
    assert not is_stale(checked)
    refused("forbidden", check_corridor, user=auditor, **act)
    changed = change_corridor(corridor=corridor, draft=corridor_draft(hours="停"), planner=planner)
    assert (changed.hours, changed.checked_by) == ("停", planner)
    retire_corridor(corridor=corridor, planner=planner)
    refused("corridor_retired", check_corridor, user=officer, **act)


def test_public_reads_published_corridors_of_open_evacuations(
    operation: Any, corridor: Any, planner: Any, corridor_draft: Any
) -> None:
    secret = corridor_draft(name="小路", disclosure=Disclosure.PASSENGERS)
    add_corridor(operation=operation, draft=secret, planner=planner)
    assert list(published_operations()) == [operation]
    assert list(published_corridors(operation)) == [corridor]
    assert corridors_of(operation).count() == 2
    retire_corridor(corridor=corridor, planner=planner)
    assert list(published_corridors(operation)) == []
    operation.incident.state = "stood_down"
    operation.incident.save(update_fields=["state"])
    assert list(published_operations()) == []


# -- Filing --------------------------------------------------------------------------------------


def test_receiving_post_gets_the_list(
    filing: Any, corridor: Any, wang: Any, outsider: Any, officer: Any
) -> None:
    assert list(expected_for(outsider)) == [filing]
    assert list(expected_for(officer)) == []
    assert parties_of([filing])[filing.pk] == [(wang.pk, "王小明"), (None, "李同行")]
    assert (filing.to_country, filing.zone) == ("FJ", "Pacific/Fiji")
    assert corridors_of(filing.operation).get().under_way == 1


def test_without_a_corridor_the_country_finds_the_post(
    operation: Any, officer: Any, other_post: Any
) -> None:
    draft = FilingDraft(expected_at=clock.now() + HOUR, to_country="FJ", names=["张三"])
    filing = file_for(operation=operation, draft=draft, key="2", officer=officer)
    assert filing.receiving_post == other_post
    nowhere = FilingDraft(expected_at=clock.now() + HOUR, to_country="NR", names=["张三"])
    filing = file_for(operation=operation, draft=nowhere, key="3", officer=officer)
    assert (filing.receiving_post, filing.zone) == (None, "Pacific/Efate")


def test_filing_is_refused_with_a_sentence(
    operation: Any, officer: Any, corridor: Any, wang: Any, incident: Any, planner: Any
) -> None:
    def draft(**fields: Any) -> FilingDraft:
        given = {"expected_at": clock.now() + HOUR, "corridor": corridor, "names": ["张三"]}
        return FilingDraft(**(given | fields))

    def no(code: str, **fields: Any) -> None:
        refused(
            code, file_for, operation=operation, draft=draft(**fields), key=code, officer=officer
        )

    no("bad_expected", expected_at=clock.now())
    no("bad_expected", expected_at=clock.now() + timedelta(days=31))
    no("nobody", names=[" "])
    no("too_many", names=["人"] * 201)
    no("too_long", route="长" * 1001)
    no("country_needed", corridor=None, to_country="")
    no("not_in_audience", person_refs=[wang.pk, 987654])
    retire_corridor(corridor=corridor, planner=planner)
    no("bad_corridor")
    assert SelfEvacuation.objects.count() == 0


def test_same_form_files_once_and_nobody_is_on_two_ways(
    operation: Any, officer: Any, filing: Any, wang: Any, corridor: Any, planner: Any
) -> None:
    draft = FilingDraft(expected_at=clock.now() + HOUR, corridor=corridor, person_refs=[wang.pk])
    again = file_for(operation=operation, draft=draft, key="1", officer=officer)
    assert again == filing
    act = {"operation": operation, "draft": draft, "officer": officer}
    refused("already_filed", file_for, key="2", **act)
    withdraw_filing(filing=filing, user=planner)
    assert file_for(key="2", **act).state == "filed"
    refused("wrong_step", withdraw_filing, filing=filing, user=planner)


def test_who_is_registered_twice_goes_once(
    operation: Any, officer: Any, incident: Any, wang: Any, corridor: Any
) -> None:
    double = stand(incident, "王小明")
    merge_persons(kept=wang, gone=double, by="officer")
    draft = FilingDraft(
        expected_at=clock.now() + HOUR, corridor=corridor, person_refs=[double.pk, wang.pk]
    )
    filing = file_for(operation=operation, draft=draft, key="1", officer=officer)
    assert parties_of([filing])[filing.pk] == [(wang.pk, "王小明")]
    assert list(filings_of_person(wang)) == [filing]


def test_citizen_files_and_is_answered_for(
    operation: Any, corridor: Any, wang: Any, planner: Any, officer: Any, corridor_draft: Any
) -> None:
    draft = FilingDraft(
        expected_at=clock.now() + HOUR, corridor=corridor, person_refs=[wang.pk], names=["孩子"]
    )
    filing = file_own(operation=operation, draft=draft, key="a", citizen=wang)
    assert filing.filed_by == f"person:{wang.pk}"
    assert (standing(wang).contact, standing(wang).movement) == ("answered", "in_area")
    say_delayed(filing=filing, expected_at=clock.now() + 3 * HOUR, route="绕行", citizen=wang)
    filing.refresh_from_db()
    assert (filing.route, filing.expected_at) == ("绕行", clock.now() + 3 * HOUR)
    check_corridor(corridor=corridor, status=CorridorStatus.CLOSED, user=officer)
    act = {"operation": operation, "key": "b", "citizen": wang}
    corridor.refresh_from_db()
    refused("corridor_closed", file_own, draft=draft, **act)
    secret = corridor_draft(name="小路", disclosure=Disclosure.PASSENGERS)
    path = add_corridor(operation=operation, draft=secret, planner=planner)
    hidden = FilingDraft(expected_at=clock.now() + HOUR, corridor=path, names=["王"])
    refused("not_published", file_own, draft=hidden, **act)


# -- What becomes of them ------------------------------------------------------------------------


def test_across_they_have_left_and_a_mistake_is_taken_back(
    filing: Any, wang: Any, outsider: Any, officer: Any, held_clock: Any, make_user: Any
) -> None:
    held_clock(6 * 3600)
    act = {"filing": filing, "at": clock.now() - HOUR}
    stranger = make_user("nobody", "officer")
    refused("not_found", record_crossing, officer=stranger, **act)
    future = {"filing": filing, "at": clock.now() + HOUR}
    refused("bad_time", record_crossing, officer=outsider, **future)
    record_crossing(officer=outsider, **act)
    assert standing(wang).movement == "left_area"
    assert RollCallEvent.objects.get(kind="left_area").recorded_by == "outsider"
    refused("wrong_step", record_crossing, officer=officer, **act)
    assert take_back_crossing(filing=filing, officer=officer).state == "filed"
    assert standing(wang).movement == "in_area"
    assert say_crossed(filing=filing, citizen=wang).state == "arrived"
    assert standing(wang).movement == "left_area"


def test_overdue_party_opens_one_case_and_is_watched_again_when_heard_of(
    filing: Any, wang: Any, officer: Any, held_clock: Any
) -> None:
    held_clock(6 * 3600 + GRACE.total_seconds() - 1)
    assert watch_overdue() == 0
    held_clock(1)
    assert (watch_overdue(), watch_overdue()) == (1, 0)
    case = Case.objects.get()
    assert (case.origin, case.person_ref, case.contact) == ("overdue", wang.pk, "+6785550101")
    assert "李同行" in case.person_name
    assert "渡轮" in case.event
    assert case.raised_at == filing.expected_at + GRACE
    filing.refresh_from_db()
    assert (filing.state, filing.is_live) == ("overdue", True)
    delay_filing(filing=filing, expected_at=clock.now() + HOUR, route="", user=officer)
    assert watch_overdue() == 0
    assert "有新消息" in case.events.get(kind="note").note
    held_clock(3600 + GRACE.total_seconds())
    assert watch_overdue() == 1
    # The same person's case is open: the second call is noted in it.
    assert Case.objects.count() == 1
    assert case.events.filter(kind="called_again").count() == 1


def test_case_of_people_nobody_registered_hears_that_they_came(
    operation: Any, officer: Any, outsider: Any, held_clock: Any
) -> None:
    draft = FilingDraft(expected_at=clock.now() + HOUR, to_country="FJ", names=["张三"])
    filing = file_for(operation=operation, draft=draft, key="n", officer=officer)
    held_clock(3600 + GRACE.total_seconds())
    watch_overdue()
    record_crossing(filing=filing, at=clock.now(), officer=outsider)
    line = Case.objects.get().events.get(kind="note")
    assert (line.by, "抵达" in line.note) == ("outsider", True)


def test_who_arrived_or_stayed_is_not_looked_for(
    filing: Any, officer: Any, planner: Any, held_clock: Any
) -> None:
    record_crossing(filing=filing, at=clock.now(), officer=officer)
    held_clock(24 * 3600)
    assert watch_overdue() == 0
    refused("wrong_step", withdraw_filing, filing=filing, user=planner)


# -- Keeping -------------------------------------------------------------------------------------


def test_words_go_with_the_person_and_with_time(
    filing: Any, wang: Any, officer: Any, operation: Any, held_clock: Any, settings: Any
) -> None:
    assert erase_people(person_ids=[wang.pk], by="test") == set()  # still on the way
    record_crossing(filing=filing, at=clock.now(), officer=officer)
    operation.incident.state, operation.incident.stood_down_at = "stood_down", clock.now()
    operation.incident.save(update_fields=["state", "stood_down_at"])
    place = operation.places.first()
    place.contact = "小张"
    place.save(update_fields=["contact"])
    held_clock((settings.KEEP_SELF_REPORT_DAYS + 1) * 86_400)
    assert erase_people(person_ids=[wang.pk], by="test") == {wang.pk}
    filing.refresh_from_db()
    assert (filing.route, filing.contact) == ("", "")
    assert [row.name for row in filing.people.order_by("pk")] == ["", ""]
    rule = next(rule for rule in retention.rules() if rule.name == "evacuations")
    assert rule.apply(list(rule.due().values_list("pk", flat=True))) == 1
    place.refresh_from_db()
    assert place.contact == ""
    assert rule.due().count() == 0

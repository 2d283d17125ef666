"""What is kept of a case, how long, and the public form's raw requests."""

from collections.abc import Callable
from typing import Any

import pytest

from config.kernel import retention, rotation
from crisis.cases.models import Case, HelpRequest
from crisis.cases.services import (
    add_note,
    add_partner,
    close_case,
    make_hand_over,
    reopen_case,
)
from crisis.cases.services.requests import (
    AT_ONCE,
    Asked,
    keep_request,
    open_request,
    release_request,
    work_requests,
)
from crisis.cases.states import Origin, Outcome, PartnerKind
from registry.services.erasing import erase_person
from tests.crisis.cases.test_working import code_of
from tests.support.scene import declare, port_vila, settle
from tests.support.traces import traces

pytestmark = pytest.mark.django_db
Call = Callable[..., Case]
DAY = 86_400.0
WORDS = ["CANARYNAME", "CANARYPLACE", "CANARYNOTE", "CANARYPARTNER", "CANARYSUM", "CANARYRAW"]


@pytest.fixture
def told_much(call: Call, officer: Any, post: Any) -> Case:
    person = settle("王小明")
    case = call(person_ref=person.pk, person_name=WORDS[0], place=WORDS[1])
    add_note(case=case, officer=officer, note=WORDS[2])
    add_partner(case=case, officer=officer, kind=PartnerKind.LAWYER, name=WORDS[3])
    make_hand_over(post=post, officer=officer, summary=WORDS[4], whole_post=True)
    request = keep_request(key="k", asked=Asked(event=WORDS[5]), client=bytes(16))
    HelpRequest.objects.filter(pk=request.pk).update(case=case)
    assert len({trace.rpartition(": ")[2] for trace in traces(WORDS)}) == len(WORDS)
    return case


def end(case: Case, officer: Any) -> None:
    close_case(case=case, officer=officer, outcome=Outcome.UNFOUNDED, note=WORDS[2])


def test_live_case_holds_its_person_and_erasing_takes_every_word(
    told_much: Case, officer: Any
) -> None:
    from registry.models import Person

    person = Person.objects.get(pk=told_much.person_ref)
    assert not erase_person(person=person, by="officer")
    end(told_much, officer)
    assert erase_person(person=person, by="officer")
    assert traces(WORDS) == []
    told_much.refresh_from_db()
    assert told_much.forgotten_at is not None
    assert told_much.events.count() > 3
    reason = {"officer": officer, "reason": "补办"}
    assert code_of(lambda: reopen_case(case=told_much, **reason)) == "forgotten"


def test_words_of_closed_cases_go_after_their_time(
    told_much: Case, officer: Any, held_clock: Any, settings: Any
) -> None:
    end(told_much, officer)
    held_clock(settings.KEEP_CASE_DAYS * DAY - 1)
    assert "cases" not in retention.run(budget_s=60).ended
    held_clock(2)
    assert retention.run(budget_s=60).ended["cases"] == 1
    assert traces(WORDS) == []


def test_every_sealed_column_is_found_by_the_rotation() -> None:
    tables = {t.name: {f.name for f in t.fields} for t in rotation.sealed_tables()}
    assert {"cases_case", "cases_caseevent", "cases_casepartner"} <= set(tables)
    assert {"cases_handover", "cases_handovercase", "cases_helprequest"} <= set(tables)


# -- The public form ------------------------------------------------------------------------


def press(key: str, client: bytes = bytes(16), **asked: Any) -> HelpRequest:
    about = {"person_name": "李求助", "contact": "+6785550123", "event": "被困", "country": "VU"}
    return keep_request(key=key, asked=Asked(**about | asked), client=client)


def test_request_is_kept_raw_and_opened_once(post: Any, held_clock: Any) -> None:
    first = press("a")
    assert press("a") == first
    case = open_request(first.pk)
    assert open_request(first.pk) == case
    assert case is not None
    assert (case.post, case.origin, case.incident) == (post, Origin.FORM, None)
    assert case.place.startswith("瓦努阿图")


def test_what_a_dead_process_left_is_opened_by_the_sweep(post: Any, held_clock: Any) -> None:
    request = press("a", country="FJ", place="苏瓦")
    assert work_requests() == 0
    held_clock(6)
    assert work_requests() == 1
    request.refresh_from_db()
    assert request.case is not None
    assert request.case.post is None
    assert request.case.raised_at == request.received_at


def test_form_opened_from_an_incident_is_of_it(post: Any, officer: Any, held_clock: Any) -> None:
    port_vila()
    incident = declare(post, officer, people=6)
    case = open_request(press("a", incident=incident.pk, country="").pk)
    assert case is not None
    assert (case.incident, case.post) == (incident, post)
    lost = open_request(press("b", incident=999, country="VU").pk)
    assert lost is not None
    assert lost.incident is None


def test_many_from_one_address_wait_and_none_is_refused(
    post: Any, officer: Any, held_clock: Any
) -> None:
    for n in range(AT_ONCE):
        assert open_request(press(f"n{n}").pk) is not None
    held = press("one too many")
    assert held.held
    assert open_request(held.pk) is None
    assert not press("from elsewhere", client=b"x" * 16).held
    opened = release_request(request=held, officer=officer)
    assert opened.raised_at == held.received_at
    later = press("later")
    assert later.held
    assert work_requests() == 0
    held_clock(601)
    assert work_requests() == 2
    later.refresh_from_db()
    assert later.case is not None

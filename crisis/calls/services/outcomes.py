"""What a call came to: a line in the roll call, a line of the call, and when to call again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.calls.models import Call, CallAttempt, CallEntry
from crisis.calls.ranking import gap_after
from crisis.calls.selectors import last_outcomes
from crisis.calls.services.claiming import demand_own, end_with_outcome, let_go
from crisis.calls.states import Outcome
from crisis.cases.services import open_case, record_contact
from crisis.cases.states import Origin
from crisis.incidents.states import IncidentState
from crisis.rollcall.services.log import Entry, lock_standings, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from registry.models import ContactPoint
from registry.selectors.calling import phones_to_call
from registry.services.contacts import retire_for_all

KINDS: dict[Outcome, EventKind] = {
    Outcome.SAFE: EventKind.SAFE,
    Outcome.NEEDS_HELP: EventKind.NEEDS_HELP,
    Outcome.WANTS_OUT: EventKind.WANTS_OUT,
    Outcome.NO_ANSWER: EventKind.NO_ANSWER,
    Outcome.WRONG_NUMBER: EventKind.WRONG_NUMBER,
    Outcome.CALL_AGAIN: EventKind.CALL_AGAIN,
}
LATEST_AGAIN = timedelta(days=7)
DEFAULT_AGAIN = timedelta(minutes=30)
NOTE_LENGTH, PLACE_LENGTH = 1_000, 200


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an officer keyed. `people` are those of the call whom it covers, all where it is None;
    `contact_ref` is the number that was called; `again_at` (UTC) belongs to «call again»."""

    outcome: Outcome
    people: Collection[int] | None = None
    contact_ref: int | None = None
    note: str = ""
    place: str = ""
    again_at: datetime | None = None


@transaction.atomic
def record_outcome(*, call: Call, officer: User, result: Result) -> list[CallAttempt]:
    """Write what a call came to, for everybody whom it covers.

    A result counts even when the lease ran out meanwhile: somebody was spoken with. The same
    result pressed twice is written once. Raises DomainError: forbidden, not_found, not_yours,
    wrong_state, call_ended (it has another result), bad_outcome, nobody_covered, bad_time,
    number_needed.
    """
    demand_own(call, officer)
    if call.incident.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN):
        raise DomainError("wrong_state", _("事件尚未宣布，不能记录通话。"), status=409)
    people, again_at = _people(call, result), _again_at(result)
    number = _number(call, result)
    # The locks of a result, in this order: the chain, the call, standings, cases, entries.
    audit.hold_chain()
    Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    if not end_with_outcome(call):
        return _the_same(call, result)
    audit.record(
        actor=officer.username,
        act=f"rollcall.call_{result.outcome.value}",
        subject=call.incident.source,
        call=call.pk,
        people=list(people),
    )
    attempts = _write(call, officer, result, people, again_at, number)
    _tell_roll_call(call, officer, attempts, number)
    _move(call, result.outcome, people, again_at)
    let_go(call)
    return attempts


def _people(call: Call, result: Result) -> list[int]:
    if result.outcome not in KINDS:
        raise DomainError("bad_outcome", _("请选择通话结果。"), {"field": "outcome"})
    chosen = call.people if result.people is None else list(result.people)
    if not chosen or not set(chosen) <= set(call.people):
        sentence = _("请勾选这通电话所覆盖的人。")
        raise DomainError("nobody_covered", sentence, {"field": "people"})
    return [ref for ref in call.people if ref in set(chosen)]


def _again_at(result: Result) -> datetime | None:
    if result.outcome != Outcome.CALL_AGAIN:
        return None
    now = clock.now()
    again_at = result.again_at or now + DEFAULT_AGAIN
    if not now < again_at <= now + LATEST_AGAIN:
        sentence = _("约定的时间应在此刻之后、七天之内。")
        raise DomainError("bad_time", sentence, {"field": "again_at"})
    return again_at


def _number(call: Call, result: Result) -> ContactPoint | None:
    """The number that was called, one of those of the people on this call."""
    own = ContactPoint.objects.filter(person__in=call.people, channel="sms")
    number = own.filter(pk=result.contact_ref).first() if result.contact_ref else None
    if number is None and (result.contact_ref or result.outcome == Outcome.WRONG_NUMBER):
        sentence = _("请选择刚才拨打的号码。")
        raise DomainError("number_needed", sentence, {"field": "contact_ref"})
    return number


def _the_same(call: Call, result: Result) -> list[CallAttempt]:
    written = last_outcomes(call)
    if {row.outcome for row in written} == {result.outcome}:
        return written
    raise DomainError("call_ended", _("这通电话已有结果。如有误，请先撤销。"), status=409)


def _write(
    call: Call,
    officer: User,
    result: Result,
    people: Sequence[int],
    again_at: datetime | None,
    number: ContactPoint | None,
) -> list[CallAttempt]:
    """One line for each; a wrong number is retired for everybody who gave it."""
    retired: list[int] = []
    if result.outcome == Outcome.WRONG_NUMBER and number is not None:
        retired = _retire(number, officer)
    now, line = clock.now(), _next_line(call)
    return [
        CallAttempt.objects.create(
            call=call,
            line=line,
            incident=call.incident,
            person_ref=ref,
            outcome=result.outcome,
            contact_ref=number.pk if number else None,
            retired=retired,
            at=now,
            again_at=again_at,
            officer=officer,
            place=clean(result.place)[:PLACE_LENGTH],
            note=result.note.strip()[:NOTE_LENGTH],
        )
        for ref in people
    ]


def _next_line(call: Call) -> str:
    """What is keyed again after a correction is a line of its own."""
    return f"call:{call.pk}:{call.attempts.values('line').distinct().count()}"


def _retire(number: ContactPoint, officer: User) -> list[int]:
    index = bytes(number.address_index)
    points = ContactPoint.objects.filter(
        channel=number.channel, address_index=index, retired_at=None
    )
    pks = list(points.values_list("pk", flat=True))
    retire_for_all(channel=number.channel, index=index, by=officer.username)
    return pks


def _tell_roll_call(
    call: Call, officer: User, attempts: Sequence[CallAttempt], number: ContactPoint | None
) -> None:
    """An officer's line for each."""
    lock_standings(call.incident_id, sorted(row.person_ref for row in attempts))
    if attempts[0].outcome == Outcome.NEEDS_HELP:
        _open_case(call, officer, attempts, number)
    write_log(
        incident_id=call.incident_id,
        entries=[
            Entry(row.person_ref, KINDS[Outcome(row.outcome)], row.at, row.line, row.note)
            for row in attempts
        ],
        source=Source.OFFICER,
        recorded_by=officer.username,
    )


def _open_case(
    call: Call, officer: User, attempts: Sequence[CallAttempt], number: ContactPoint | None
) -> None:
    """One case for all whom the call covers, with what was said: the roll call tells of the same
    line afterwards, and finds it open. Somebody has spoken with them, so its clock stands."""
    first = attempts[0]
    case = open_case(
        post=call.incident.post,
        incident=call.incident,
        origin=Origin.CALL,
        origin_key=first.line,
        raised_at=first.at,
        person_ref=first.person_ref,
        others=[row.person_ref for row in attempts[1:]],
        contact=number.address if number else "",
        place=first.place,
        event=first.note,
        opened_by=officer.username,
    )
    record_contact(case=case, officer=officer)


def _move(call: Call, outcome: Outcome, people: Sequence[int], again_at: datetime | None) -> None:
    """When these people are offered again."""
    now = clock.now()
    entries = CallEntry.objects.filter(incident=call.incident, person_ref__in=people)
    list(entries.select_for_update(of=("self",)).order_by("pk"))
    if outcome == Outcome.NO_ANSWER:
        entries.update(attempts=F("attempts") + 1, tried_at=now, again_at=None)
        for pk, attempts in list(entries.values_list("pk", "attempts")):
            CallEntry.objects.filter(pk=pk).update(due_at=now + gap_after(attempts))
    elif outcome == Outcome.CALL_AGAIN:
        entries.update(tried_at=now, again_at=again_at, due_at=again_at)
    elif outcome == Outcome.WRONG_NUMBER:
        wait = timedelta(0) if phones_to_call(people) else gap_after(1)
        entries.update(tried_at=now, again_at=None, due_at=now + wait)
    else:
        entries.update(tried_at=now, again_at=None, open=False)

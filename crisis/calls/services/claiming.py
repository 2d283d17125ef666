"""Taking the next: one officer, one call, and nobody offered to two.

Whoever is taken is locked with the family that answers the same phone, looked at again under that
lock, and held by a lease in real time. An officer who goes away loses nothing but the lease.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.calls.models import Call, CallEntry
from crisis.calls.selectors import (
    Candidate,
    is_held,
    is_to_be_found,
    offered,
    open_call_of,
    tier_now,
)
from crisis.calls.services.listing import list_standings
from crisis.calls.states import End, Tier
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from registry.selectors.calling import reached_together

LEASE = timedelta(minutes=5)
"""Real time; the page renews it every minute."""
AFTER_LEAVING = timedelta(seconds=30)
"""A page that is left gives the person back after this; one that is reloaded renews in time."""
FAMILY_AT_MOST = 12
TRIED_AT_ONCE = 40


@transaction.atomic
def take_next(*, incident: Incident, officer: User) -> Call | None:
    """The next person for this officer, with whom they answer the phone; None when nobody waits.

    An officer has one phone: while a call of theirs is open (in whatever incident), it is returned
    instead. Raises DomainError: forbidden, not_found, wrong_state (the incident is not open).
    """
    demand(officer, Capability.RECORD, incident.post)
    if incident.state != IncidentState.DECLARED:
        raise DomainError("wrong_state", _("事件未在进行中，没有呼叫名单。"), status=409)
    # The chain comes before every row that is locked (crisis.cases.services.log says why).
    audit.hold_chain()
    User.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if (mine := _still_mine(officer)) is not None:
        return mine
    for candidate in offered(incident, limit=TRIED_AT_ONCE):
        if not candidate.held and (call := _take(incident, officer, candidate)):
            audit.record(
                actor=officer.username,
                act="rollcall.call_taken",
                subject=incident.source,
                call=call.pk,
                people=call.people,
            )
            return call
    return None


def _still_mine(officer: User) -> Call | None:
    """The officer's open call, its lease renewed; one that ran out is ended."""
    call = open_call_of(officer)
    if call is None:
        return None
    if call.lease_until > clock.real_now() and renew_call(call=call, officer=officer):
        return call
    _end([call.pk], End.EXPIRED)
    CallEntry.objects.filter(call=call).update(call=None, held_until=None)
    return None


def _take(incident: Incident, officer: User, candidate: Candidate) -> Call | None:
    """Hold the candidate and their family, if nobody else holds any of them and the candidate is
    still to be called."""
    lead = candidate.person_ref
    people = [lead, *_family(incident, lead)]
    _ensure_listed(incident, people)
    rows = _lock(incident, people)
    if len(rows) < len(people) or any(is_held(row) for row in rows.values()):
        return None
    standing = Standing.objects.get(incident=incident, person_ref=lead)
    tier = tier_now(rows[lead], standing)
    return None if tier is None else _hold(incident, officer, people, rows, tier)


def _hold(
    incident: Incident,
    officer: User,
    people: list[int],
    rows: dict[int, CallEntry],
    tier: Tier,
) -> Call:
    until = clock.real_now() + LEASE
    _end([row.call_id for row in rows.values() if row.call_id], End.EXPIRED)
    call = Call.objects.create(
        incident=incident,
        officer=officer,
        lead_ref=people[0],
        people=people,
        tier=tier,
        opened_at=clock.now(),
        lease_until=until,
    )
    pks = [row.pk for row in rows.values()]
    CallEntry.objects.filter(pk__in=pks).update(call=call, held_until=until)
    return call


def _family(incident: Incident, lead: int) -> list[int]:
    """Of those who are reached together with the lead, the ones of whom we want to hear too."""
    others = reached_together(lead, most=FAMILY_AT_MOST)
    standings = Standing.objects.counted().filter(incident=incident, person_ref__in=others)
    wanted = {
        row.person_ref
        for row in standings.exclude(condition=Condition.DECEASED)
        if row.possible_help or is_to_be_found(row)
    }
    return [ref for ref in others if ref in wanted]


def _ensure_listed(incident: Incident, people: Sequence[int]) -> None:
    listed = CallEntry.objects.filter(incident=incident, person_ref__in=people)
    missing = set(people) - set(listed.values_list("person_ref", flat=True))
    if missing:
        rows = Standing.objects.filter(incident=incident, person_ref__in=missing)
        list_standings(incident, list(rows))


def _lock(incident: Incident, people: Sequence[int]) -> dict[int, CallEntry]:
    """Their entries, locked; those that another officer is taking at this moment are missing.
    SQLite's transaction is alone already."""
    rows = CallEntry.objects.filter(incident=incident, person_ref__in=people).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return {row.person_ref: row for row in rows}


@transaction.atomic
def renew_call(*, call: Call, officer: User) -> bool:
    """The page is still open: hold on. False when the call ended or somebody else took over."""
    if call.officer_id != officer.pk:
        return False
    until = clock.real_now() + LEASE
    held = CallEntry.objects.filter(call=call).update(held_until=until)
    return bool(held and Call.objects.filter(pk=call.pk, ended_at=None).update(lease_until=until))


@transaction.atomic
def leave_call(*, call: Call, officer: User) -> None:
    """The page was left, perhaps only to be loaded again: the lease runs out soon."""
    if call.officer_id != officer.pk:
        return
    until = clock.real_now() + AFTER_LEAVING
    CallEntry.objects.filter(call=call, held_until__gt=until).update(held_until=until)
    Call.objects.filter(pk=call.pk, ended_at=None, lease_until__gt=until).update(lease_until=until)


@transaction.atomic
def release_call(*, call: Call, officer: User) -> bool:
    """Back onto the list without a result; False when the call had ended before.

    Raises DomainError not_yours.
    """
    demand_own(call, officer)
    audit.hold_chain()
    released = _end([call.pk], End.RELEASED)
    if released:
        let_go(call)
        audit.record(
            actor=officer.username,
            act="rollcall.call_released",
            subject=call.incident.source,
            call=call.pk,
        )
    return bool(released)


def demand_own(call: Call, officer: User) -> None:
    """Raises DomainError: forbidden, not_found, not_yours."""
    demand(officer, Capability.RECORD, call.incident.post)
    if call.officer_id != officer.pk:
        raise DomainError("not_yours", _("这通电话由另一名官员负责。"), status=409)


def let_go(call: Call) -> None:
    CallEntry.objects.filter(call=call).update(call=None, held_until=None)


def _end(pks: Sequence[int], end: End) -> int:
    """Calls that are still open end now."""
    still_open = Call.objects.filter(pk__in=pks, ended_at=None)
    return still_open.update(ended_at=clock.now(), end=end)


def end_with_outcome(call: Call) -> bool:
    """True for whoever ends it first; a call whose lease ran out may still get its outcome."""
    ended = Call.objects.filter(pk=call.pk).exclude(end=End.OUTCOME)
    return bool(ended.update(ended_at=clock.now(), end=End.OUTCOME))


def hold_again(call: Call) -> bool:
    """Open a call again whose outcome was taken back, if the officer has no other and nobody of it
    is held; True when it is open."""
    User.objects.select_for_update(no_key=True).get(pk=call.officer_id)
    if open_call_of(call.officer) is not None:
        return False
    rows = _lock(call.incident, call.people)
    if len(rows) < len(call.people) or any(is_held(row) for row in rows.values()):
        return False
    until = clock.real_now() + LEASE
    Call.objects.filter(pk=call.pk).update(ended_at=None, end="", lease_until=until)
    CallEntry.objects.filter(pk__in=[row.pk for row in rows.values()]).update(
        call=call, held_until=until
    )
    return True

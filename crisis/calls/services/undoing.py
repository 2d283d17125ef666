"""Taking back an outcome that was keyed by mistake: a correction, never a rewritten line.

The call gets a line «undone» that names the mistaken one, and the roll call a line «withdrawn»
whose key names the line that it takes back: the fold passes over both, and the standing is what
it was before, with everything that came in meanwhile (docs/decisions/taking-back-a-mis-key.md).
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.calls.models import Call, CallAttempt, CallEntry
from crisis.calls.selectors import last_outcomes
from crisis.calls.services.claiming import demand_own, hold_again
from crisis.calls.states import End, Outcome
from crisis.cases.selectors import live_case_of
from crisis.cases.services import add_note
from crisis.rollcall.services.log import WITHDRAWS, Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from registry.services.contacts import restore_contacts

UNDO_WITHIN = timedelta(minutes=3)
"""Real time. Later, what is wrong is corrected by an officer's line on the person's page."""


@transaction.atomic
def undo_outcome(*, call: Call, officer: User) -> bool:
    """Take back what was keyed for a call; True when the call is open again for the right key.

    A case that «needs help» opened stays, and is closed by whoever looks into it. Raises
    DomainError: forbidden, not_found, not_yours, nothing_to_undo, too_late.
    """
    demand_own(call, officer)
    audit.hold_chain()
    Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    written = last_outcomes(call)
    if not written:
        raise DomainError("nothing_to_undo", _("这通电话没有可撤销的结果。"), status=409)
    if not may_undo(written):
        sentence = _("已超过三分钟，不能撤销。请在此人的页面上另记一行。")
        raise DomainError("too_late", sentence, status=409)
    _correct(call, officer, written)
    _put_back(call, written)
    audit.record(
        actor=officer.username,
        act="rollcall.call_undone",
        subject=call.incident.source,
        call=call.pk,
        people=[row.person_ref for row in written],
    )
    Call.objects.filter(pk=call.pk).update(end=End.RELEASED)
    return hold_again(call)


def may_undo(written: Sequence[CallAttempt]) -> bool:
    return bool(written) and clock.real_age(written[0].at) <= UNDO_WITHIN


def _correct(call: Call, officer: User, written: Sequence[CallAttempt]) -> None:
    now = clock.now()
    for row in written:
        CallAttempt.objects.create(
            call=call,
            incident=call.incident,
            person_ref=row.person_ref,
            outcome=Outcome.UNDONE,
            at=now,
            officer=officer,
            line=f"{WITHDRAWS}{row.line}",
            undoes=row,
        )
    write_log(
        incident_id=call.incident_id,
        entries=[
            Entry(row.person_ref, EventKind.WITHDRAWN, now, f"{WITHDRAWS}{row.line}")
            for row in written
        ],
        source=Source.OFFICER,
        recorded_by=officer.username,
    )
    if written[0].outcome == Outcome.NEEDS_HELP:
        _tell_case(call, officer, written[0].person_ref)
    if retired := written[0].retired:
        restore_contacts(contact_ids=retired, since=written[0].at, by=officer.username)


def _tell_case(call: Call, officer: User, person_ref: int) -> None:
    """Whether nobody needs help after all is for whoever looks after the case to find."""
    case = live_case_of([person_ref], call.incident)
    if case is not None:
        add_note(case=case, officer=officer, note=_("通话结果误记为求助，已撤销。请核实后结案。"))


def _put_back(call: Call, written: Sequence[CallAttempt]) -> None:
    """On the list as before, and due at once: somebody has them on the phone."""
    for row in written:
        earlier = CallAttempt.objects.filter(
            incident=call.incident, person_ref=row.person_ref, undone_by=None
        ).exclude(outcome=Outcome.UNDONE)
        last = earlier.order_by("pk").last()
        CallEntry.objects.filter(incident=call.incident, person_ref=row.person_ref).update(
            open=True,
            due_at=clock.now(),
            attempts=earlier.filter(outcome=Outcome.NO_ANSWER).count(),
            tried_at=last.at if last else None,
            again_at=last.again_at if last else None,
        )

"""The end of a case, and opening it again."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case, CasePerson
from crisis.cases.services import clocks
from crisis.cases.services.log import begin, lock, write
from crisis.cases.states import SETTLES_HELP, CaseState, EventKind, Outcome
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import Standing
from crisis.rollcall.services import record_status
from crisis.rollcall.states import Condition
from crisis.rollcall.states import EventKind as RollCallKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from registry.selectors.merging import kept_for


@transaction.atomic
def close_case(*, case: Case, officer: User, outcome: Outcome, note: str) -> Case:
    """End a case. Where help was given, or the person said that none is needed, the roll call is
    told so by its own service: of those who stand there as needing help, nobody else. What an
    officer recorded there of an injury or an identity stays for officers to settle.

    Raises DomainError: forbidden, note_needed, wrong_state (closed already), no_contact (nobody
    spoke with them since the last call: then it is neither helped nor not needed).
    """
    if not note.strip():
        raise DomainError("note_needed", _("请写明结案情况。"), {"field": "note"})
    demand(officer, Capability.RECORD, case.post)
    audit.record(
        actor=officer.username, act="case.closed", subject=f"case:{case.number}",
        outcome=outcome.value,
    )  # fmt: skip
    # The standings come before the row of the case: crisis.cases.services.log says why. What is
    # refused below takes them back.
    settled = _settle_help(case, officer) if outcome in SETTLES_HELP else []
    held = lock(case.pk)
    if not held.is_live:
        raise DomainError("wrong_state", _("此个案已经结束。"), status=409)
    if outcome in SETTLES_HELP and held.contacted_at is None:
        sentence = _("最近一次求助之后还没有与本人或现场人员通话，不能这样结案。")
        raise DomainError("no_contact", sentence, {"field": "outcome"}, status=409)
    held.state, held.outcome, held.closed_at = CaseState.CLOSED, outcome, clock.now()
    clocks.end_pause(held)
    clocks.wind(held)
    held.save(update_fields=["state", "outcome", "closed_at", *clocks.CLOCK])
    CasePerson.objects.filter(case=held).update(live=False)
    write(
        held, EventKind.CLOSED, by=officer.username, note=note.strip(),
        outcome=outcome.value, help_closed=settled,
    )  # fmt: skip
    return held


def _settle_help(case: Case, officer: User) -> list[int]:
    """HELP_CLOSED for those of the case who still stand as needing help; returns whom."""
    incident = case.incident
    if incident is None or incident.state not in (
        IncidentState.DECLARED,
        IncidentState.STOOD_DOWN,
    ):
        return []
    people = CasePerson.objects.filter(case=case).values_list("person_ref", flat=True)
    persons = sorted({kept_for(person) for person in people})
    calling = Standing.objects.counted().filter(
        incident=incident, person_ref__in=persons, condition=Condition.NEEDS_HELP
    )
    settled = sorted(calling.values_list("person_ref", flat=True))
    for person in settled:
        record_status(
            incident=incident,
            person_ref=person,
            kind=RollCallKind.HELP_CLOSED,
            officer=officer,
        )
    return settled


@transaction.atomic
def reopen_case(*, case: Case, officer: User, reason: str) -> Case:
    """Open it again: somebody waits from now on. The roll call is not touched.

    Raises DomainError: forbidden, reason_needed, wrong_state (not closed), newer_case (the person
    has another live case by now), forgotten (its words are gone).
    """
    if not reason.strip():
        raise DomainError("reason_needed", _("请写明重新打开的原因。"), {"field": "reason"})
    held = begin(case, officer, "reopened")
    if held.state != CaseState.CLOSED:
        raise DomainError("wrong_state", _("只有已结案的个案可以重新打开。"), status=409)
    if held.forgotten_at is not None:
        raise DomainError("forgotten", _("此个案的内容已按规定删除，请另立新案。"), status=409)
    try:
        with transaction.atomic():
            CasePerson.objects.filter(case=held).update(live=True)
    except IntegrityError:
        sentence = _("此人已有另一件未结的个案，请在那一件中办理。")
        raise DomainError("newer_case", sentence, status=409) from None
    held.state, held.outcome, held.closed_at = CaseState.OPEN, "", None
    clocks.start_again(held, clock.now())
    held.save(update_fields=["state", "outcome", "closed_at", *clocks.CLOCK])
    write(held, EventKind.REOPENED, by=officer.username, note=reason.strip())
    clocks.tell_if_red(held)
    return held

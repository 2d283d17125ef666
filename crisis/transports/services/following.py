"""What becomes of a party that left by itself: later than thought, across, or not going."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from crisis.rollcall.services.log import WITHDRAWS, Entry, write_log
from crisis.rollcall.states import EventKind, Source
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of
from crisis.transports.models import SelfEvacuation
from crisis.transports.services.filing import already_filed, check_expected, check_words
from crisis.transports.services.missing import GRACE, refs_of, tell_case
from crisis.transports.services.refusing import either, refuse
from crisis.transports.states import FILING_TRANSITIONS, ON_THE_WAY, SelfEvacuationState
from registry.models import Person

_S = SelfEvacuationState


def demand_say(user: User, filing: SelfEvacuation, capability: Capability) -> None:
    """The incident's post and the post that waits both keep the list.

    Raises DomainError forbidden, not_found.
    """
    waiting = filing.receiving_post
    if waiting is None or not posts_of(user).filter(pk=waiting.pk).exists():
        waiting = filing.operation.incident.post
    demand(user, capability, waiting)


@transaction.atomic
def record_crossing(*, filing: SelfEvacuation, at: datetime, officer: User) -> SelfEvacuation:
    """The whole party is across, since `at` (UTC): the roll call hears that they have left.

    Raises DomainError forbidden, not_found, wrong_step, bad_time.
    """
    demand_say(officer, filing, Capability.RECORD)
    return _arrive(filing, at, officer.username, Source.OFFICER)


@transaction.atomic
def note_arrival(*, filing: SelfEvacuation, at: datetime, by: str) -> bool:
    """Every one of the party was seen to arrive somewhere else, at `at` (UTC), as `by` recorded:
    nobody waits for them any more. For callers that have asked who says so. False where they had
    arrived or withdrawn before."""
    if not SelfEvacuation.objects.filter(pk=filing.pk, state__in=ON_THE_WAY).exists():
        return False
    _arrive(filing, max(at, filing.filed_at), by, Source.OFFICER)
    return True


@transaction.atomic
def say_crossed(*, filing: SelfEvacuation, citizen: Person) -> SelfEvacuation:
    """One of the party says so, now. Raises DomainError wrong_step."""
    return _arrive(filing, clock.now(), f"person:{citizen.pk}", Source.SELF)


def _arrive(filing: SelfEvacuation, at: datetime, actor: str, source: Source) -> SelfEvacuation:
    if not filing.filed_at - GRACE <= at <= clock.now():
        raise refuse("bad_time", _("抵达时间应在报备之后、现在之前。"), "at")
    entry = _note(filing, actor, "arrived")
    line = f"selfevacuation:{filing.pk}:{entry}"
    held = _step(filing, _S.ARRIVED, arrived_at=at, arrival_line=line)
    held.people.update(live=False)
    _write(held, EventKind.LEFT_AREA, at, line, source, actor)
    tell_case(held, _("已于 %(at)s UTC 抵达。") % {"at": f"{at:%Y-%m-%d %H:%M}"}, by=actor)
    return held


@transaction.atomic
def take_back_crossing(*, filing: SelfEvacuation, officer: User) -> SelfEvacuation:
    """An arrival was recorded by mistake: they are on their way as before.

    Raises DomainError forbidden, not_found, wrong_step, already_filed (one of them is on another
    way by now).
    """
    demand_say(officer, filing, Capability.RECORD)
    _note(filing, officer.username, "arrival_taken_back")
    line = SelfEvacuation.objects.values_list("arrival_line", flat=True).get(pk=filing.pk)
    held = _step(filing, _S.FILED, (_S.ARRIVED,), arrived_at=None, arrival_line="")
    try:
        with transaction.atomic():
            held.people.update(live=True)
    except IntegrityError:
        raise already_filed() from None
    actor = officer.username
    _write(held, EventKind.WITHDRAWN, clock.now(), f"{WITHDRAWS}{line}", Source.OFFICER, actor)
    return held


@transaction.atomic
def delay_filing(
    *, filing: SelfEvacuation, expected_at: datetime, route: str, user: User
) -> SelfEvacuation:
    """They were heard from: later, or by another way. What was overdue is watched again.

    Raises DomainError forbidden, not_found, wrong_step, bad_expected, too_long.
    """
    demand_say(user, filing, either(user))
    return _delay(filing, expected_at, route, user.username)


@transaction.atomic
def say_delayed(
    *, filing: SelfEvacuation, expected_at: datetime, route: str, citizen: Person
) -> SelfEvacuation:
    """One of the party says so. Raises DomainError wrong_step, bad_expected, too_long."""
    held = _delay(filing, expected_at, route, f"person:{citizen.pk}")
    entry = Entry(
        citizen.pk,
        EventKind.ADDED,
        clock.now(),
        f"selfevacuation:{held.pk}:{expected_at:%Y%m%d%H%M}",
    )
    write_log(incident_id=held.operation.incident_id, entries=[entry], source=Source.SELF)
    return held


def _delay(filing: SelfEvacuation, expected_at: datetime, route: str, actor: str) -> SelfEvacuation:
    check_expected(expected_at)
    words = check_words(route=route)
    _note(filing, actor, "changed", expected_at=expected_at)
    held = _step(filing, _S.FILED, ON_THE_WAY, expected_at=expected_at)
    if words["route"]:
        held.route = words["route"]
        held.save(update_fields=["route"])
    said = {"at": f"{expected_at:%Y-%m-%d %H:%M}", "route": held.route or "—"}
    tell_case(held, _("有新消息：预计 %(at)s UTC 抵达。路线：%(route)s") % said, by=actor)
    return held


@transaction.atomic
def withdraw_filing(*, filing: SelfEvacuation, user: User) -> SelfEvacuation:
    """They stay, or go another way. Raises DomainError forbidden, not_found, wrong_step."""
    demand(user, either(user), filing.operation.incident.post)
    return _withdraw(filing, user.username)


@transaction.atomic
def say_withdrawn(*, filing: SelfEvacuation, citizen: Person) -> SelfEvacuation:
    """One of the party says so. Raises DomainError wrong_step."""
    return _withdraw(filing, f"person:{citizen.pk}")


def _withdraw(filing: SelfEvacuation, actor: str) -> SelfEvacuation:
    _note(filing, actor, "withdrawn")
    held = _step(filing, _S.WITHDRAWN)
    held.people.update(live=False)
    return held


# -- One step ------------------------------------------------------------------------------------


def _step(
    filing: SelfEvacuation,
    state: SelfEvacuationState,
    before: Collection[SelfEvacuationState] = tuple(_S),
    **columns: object,
) -> SelfEvacuation:
    """From one of `before`, where the state still allows it. Raises DomainError wrong_step."""
    allowed = [one for one in before if state in FILING_TRANSITIONS[one]]
    rows = SelfEvacuation.objects.filter(pk=filing.pk, state__in=allowed)
    if not rows.update(state=state, **columns):
        raise _wrong_step(filing, state)
    return _fresh(filing)


def _wrong_step(filing: SelfEvacuation, state: SelfEvacuationState) -> Exception:
    now = _S(SelfEvacuation.objects.values_list("state", flat=True).get(pk=filing.pk))
    words = {"before": now.label, "status": state.label}
    return refuse("wrong_step", _("“%(before)s”不能改为“%(status)s”。") % words, status=409)


def _fresh(filing: SelfEvacuation) -> SelfEvacuation:
    rows = SelfEvacuation.objects.select_related(
        "operation__incident__post", "corridor", "receiving_post"
    )
    return rows.get(pk=filing.pk)


def _write(
    filing: SelfEvacuation, kind: EventKind, at: datetime, key: str, source: Source, by: str
) -> None:
    write_log(
        incident_id=filing.operation.incident_id,
        entries=[Entry(ref, kind, at, key) for ref in refs_of(filing)],
        source=source,
        recorded_by=by if source == Source.OFFICER else "",
    )


def _note(filing: SelfEvacuation, actor: str, what: str, **detail: object) -> int:
    """Put it on record, and give the number of the entry. Before any row is locked: the audit
    chain is always waited for first."""
    entry = audit.record(
        actor=actor,
        act=f"selfevacuation.{what}",
        subject=f"selfevacuation:{filing.pk}",
        **detail,
    )
    return entry.number

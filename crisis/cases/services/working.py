"""What officers do in a case: take it, speak, note, bring in others."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.cases.models import Case, CaseEvent, CasePartner, CasePerson
from crisis.cases.selectors import live_case_of
from crisis.cases.services import clocks
from crisis.cases.services.log import begin, write
from crisis.cases.services.opening import Intake
from crisis.cases.signals import red_case_held
from crisis.cases.states import TRANSITIONS, CaseState, EventKind, PartnerKind
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import posts_of
from registry.models import Person, Post

LONGEST_NOTE = 4_000


def live(case: Case) -> None:
    """Raises DomainError wrong_state where the case is over."""
    if not case.is_live:
        raise DomainError("wrong_state", _("此个案已经结束，请先重新打开。"), status=409)


@transaction.atomic
def take_case(*, case: Case, officer: User) -> Case:
    """Whoever takes it looks after it; of two who press at once the second is told who has it.

    A case without a post becomes that of the officer's post. Raises DomainError: forbidden,
    wrong_state, taken.
    """
    held = begin(case, officer, "taken")
    live(held)
    if held.assigned_to_id == officer.pk:
        return held
    if held.assigned_to is not None:
        sentence = _("%(name)s 已经接手此个案。如需换人，请改派。")
        raise DomainError("taken", sentence % {"name": held.assigned_to}, status=409)
    if held.post is None:
        held.post = posts_of(officer).first()
    _assign(held, officer, by=officer)
    red_case_held.send(Case, case=held, officer=officer)
    return held


@transaction.atomic
def assign_case(*, case: Case, officer: User, to: User) -> Case:
    """Give it to somebody of the post. Raises DomainError: forbidden, wrong_state, bad_assignee."""
    held = begin(case, officer, "assigned", to=to.username)
    live(held)
    if held.post is None or not to.can(Capability.RECORD):
        raise DomainError("bad_assignee", _("请选择有权办理此个案的人员。"), {"field": "to"})
    if not posts_of(to).filter(pk=held.post.pk).exists():
        raise DomainError("bad_assignee", _("请选择本使领馆的人员。"), {"field": "to"})
    _assign(held, to, by=officer)
    return held


def _assign(case: Case, to: User, *, by: User) -> None:
    case.assigned_to = to
    case.save(update_fields=["assigned_to", "post"])
    write(case, EventKind.ASSIGNED, by=by.username, to=to.username)


@transaction.atomic
def record_contact(
    *, case: Case, officer: User, note: str = "", at: datetime | None = None
) -> Case:
    """An officer spoke with the person, or with somebody beside them: the clock stops.

    `at` is when, if not now. Raises DomainError: forbidden, wrong_state, bad_time (before the call
    came in, or in the future).
    """
    held = begin(case, officer, "human_contact")
    live(held)
    now = clock.now()
    when = at or now
    if not held.clock_from <= when <= now:
        raise DomainError("bad_time", _("通话时间须在收到求助之后、现在之前。"), {"field": "at"})
    clocks.end_pause(held)
    first = held.contacted_at is None
    waited = round((when - held.clock_from).total_seconds()) - held.paused_s
    if first:
        held.contacted_at = when
        clocks.wind(held)
    if held.state == CaseState.OPEN:
        held.state = CaseState.IN_CONTACT
    if held.assigned_to is None:
        held.assigned_to = officer
        held.post = held.post or posts_of(officer).first()
    held.save(update_fields=["state", "assigned_to", "post", *clocks.CLOCK])
    detail = {"waited_s": max(0, waited)} if first else {}
    write(held, EventKind.HUMAN_CONTACT, by=officer.username, note=_note(note), at=when, **detail)
    return held


@transaction.atomic
def record_try(*, case: Case, officer: User, note: str = "") -> CaseEvent:
    """An officer tried and reached nobody: it is on record, and the clock goes on."""
    held = begin(case, officer, "tried")
    live(held)
    return write(held, EventKind.TRIED, by=officer.username, note=_note(note))


@transaction.atomic
def add_note(*, case: Case, officer: User, note: str) -> CaseEvent:
    """Raises DomainError: forbidden, note_needed. A closed case takes notes too."""
    if not note.strip():
        raise DomainError("note_needed", _("请填写备注。"), {"field": "note"})
    held = begin(case, officer, "noted")
    return write(held, EventKind.NOTE, by=officer.username, note=_note(note))


@transaction.atomic
def start_help(*, case: Case, officer: User, note: str = "") -> Case:
    """Help is under way. Raises DomainError: forbidden, wrong_state (nobody spoke with them)."""
    held = begin(case, officer, "under_way")
    if CaseState.UNDER_WAY not in TRANSITIONS[CaseState(held.state)]:
        raise DomainError("wrong_state", _("请先与本人或现场人员取得联系。"), status=409)
    held.state = CaseState.UNDER_WAY
    held.save(update_fields=["state"])
    write(held, EventKind.UNDER_WAY, by=officer.username, note=_note(note))
    return held


@transaction.atomic
def change_intake(*, case: Case, officer: User, intake: Intake) -> Case:
    """What was learned since. The log keeps which columns changed; what stood there before is
    kept as a sealed note."""
    held = begin(case, officer, "intake")
    live(held)
    told = intake.fields()
    if (intake.latitude, intake.longitude) == (held.latitude, held.longitude):
        told.pop("accuracy_m")
    before = {name: getattr(held, name) for name in told}
    changed = sorted(name for name, value in told.items() if value != before[name])
    if not changed:
        return held
    for name in changed:
        setattr(held, name, told[name])
    held.save(update_fields=changed)
    old = " · ".join(str(before[name]) for name in changed if before[name] not in ("", None))
    write(held, EventKind.INTAKE, by=officer.username, note=_note(old), fields=changed)
    return held


@transaction.atomic
def add_partner(
    *,
    case: Case,
    officer: User,
    kind: PartnerKind,
    name: str = "",
    organisation: str = "",
    phone: str = "",
    note: str = "",
) -> CasePartner:
    """Who else helps. Raises DomainError: forbidden, wrong_state, partner_needed (neither name nor
    organisation)."""
    if not (name.strip() or organisation.strip()):
        raise DomainError(
            "partner_needed", _("请填写协作方的姓名或单位。"), {"field": "organisation"}
        )
    held = begin(case, officer, "partner", kind=kind.value)
    live(held)
    partner = CasePartner.objects.create(
        case=held,
        kind=kind,
        name=clean(name),
        organisation=clean(organisation),
        phone=clean(phone),
        note=_note(note),
        added_at=clock.now(),
        added_by=officer.username,
    )
    write(held, EventKind.PARTNER, by=officer.username, partner=partner.pk, partner_kind=kind.value)
    return partner


@transaction.atomic
def transfer_case(*, case: Case, officer: User, post: Post, reason: str) -> Case:
    """It is another post's business: it is theirs from now on, unassigned, and its clock goes on.

    Raises DomainError: forbidden, reason_needed, wrong_state, same_post, of_incident (a case of an
    incident stays with the incident's post).
    """
    if not reason.strip():
        raise DomainError("reason_needed", _("请写明移交的原因。"), {"field": "reason"})
    held = begin(case, officer, "transferred", to=post.code)
    live(held)
    if held.post == post:
        raise DomainError("same_post", _("此个案已由该使领馆办理。"), {"field": "post"})
    if held.incident is not None:
        sentence = _("属于突发事件的个案由宣布该事件的使领馆办理。")
        raise DomainError("of_incident", sentence, status=409)
    before = held.post.code if held.post else ""
    held.post, held.assigned_to = post, None
    held.save(update_fields=["post", "assigned_to"])
    write(
        held, EventKind.TRANSFERRED, by=officer.username, note=_note(reason),
        before=before, to=post.code,
    )  # fmt: skip
    clocks.tell_if_red(held)
    return held


def _note(text: str) -> str:
    return text.strip()[:LONGEST_NOTE]


@transaction.atomic
def concern_person(*, case: Case, officer: User, person_ref: int) -> Case:
    """An officer found out whom of the registered people it is about.

    Raises DomainError: forbidden, wrong_state, unknown_person, other_case (they have a live case:
    its number stands in `extra`; the two can be merged).
    """
    held = begin(case, officer, "concerns", person=person_ref)
    live(held)
    if not Person.objects.filter(pk=person_ref, erased_at=None).exists():
        raise DomainError("unknown_person", _("没有这个登记编号。"), {"field": "person_ref"})
    other = live_case_of([person_ref], held.incident)
    if other is not None and other.pk != held.pk:
        sentence = _("此人已有未结的个案 %(number)s，可以合并。")
        words = {"number": other.number}
        extra = {"field": "person_ref", **words}
        raise DomainError("other_case", sentence % words, extra, status=409)
    if other is None:
        CasePerson.objects.create(case=held, incident=held.incident, person_ref=person_ref)
        write(held, EventKind.CONCERNS, by=officer.username, person=person_ref)
    if held.person_ref is None:
        held.person_ref = person_ref
        held.save(update_fields=["person_ref"])
    return held

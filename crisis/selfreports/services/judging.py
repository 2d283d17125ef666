"""What an officer decides of a report: who it is, that it is somebody new, that it is nobody.

Each decision can be taken back. Who is matched is said by the registry's own merge
(registry.services.merging), so that parting them on any page parts them here.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.rollcall.services.self_reporting import close_self_reported, open_self_reported
from crisis.selfreports.models import ReportedPerson, SelfReport
from crisis.selfreports.services import receiving
from crisis.selfreports.services.placing import place_person, unplace
from crisis.selfreports.states import TRANSITIONS, ReportState, SetAsideReason
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from registry.models import ContactPoint, Merge, Person
from registry.services.merging import merge_persons, undo_merge


@transaction.atomic
def match_person(*, report: SelfReport, person_ref: int, to: Person, officer: User) -> Merge:
    """Somebody in the report is `to`, who is kept. Raises DomainError: forbidden, not_reported,
    already_merged, same_person, wrong_state, keep_registered."""
    demand(officer, Capability.REGISTER, report.incident.post)
    report = _open(report)
    person = _person(report, person_ref)
    if person.provisional and not to.provisional:
        place_person(report, person)  # it moves with the merge, and back with its undoing
    merge = merge_persons(kept=to, gone=person, by=officer.username)
    _record(officer, "matched", report, person=person_ref, to=to.pk)
    return merge


@transaction.atomic
def undo_match(*, report: SelfReport, person_ref: int, officer: User) -> None:
    """They are two after all. Raises DomainError: forbidden, not_reported, not_matched,
    newer_first, erased."""
    demand(officer, Capability.REGISTER, report.incident.post)
    person = _person(report, person_ref)
    merge = Merge.objects.filter(gone=person, undone_at=None).first()
    if merge is None:
        raise DomainError("not_matched", _("此人没有与登记合并，无可撤销。"), status=409)
    undo_merge(merge=merge, by=officer.username)
    _record(officer, "parted", report, person=person_ref, other=merge.kept_id)


@transaction.atomic
def verify_person(*, report: SelfReport, person_ref: int, officer: User) -> None:
    """An officer has made sure that this is somebody whom the registry did not know. Raises
    DomainError: forbidden, not_reported, wrong_state."""
    demand(officer, Capability.REGISTER, report.incident.post)
    report = _open(report)
    person = _person(report, person_ref)
    rows = Person.objects.filter(pk=person.pk, provisional=True, left_at=None)
    if not rows.update(provisional=False):
        raise DomainError("wrong_state", _("此人已核实、已合并或已搁置。请刷新页面。"), status=409)
    place_person(report, person)
    _record(officer, "verified", report, person=person_ref)


@transaction.atomic
def undo_verification(*, report: SelfReport, person_ref: int, officer: User) -> None:
    """Not made sure after all. Raises DomainError: forbidden, not_reported, wrong_state (matched
    since, or proved a phone of their own)."""
    demand(officer, Capability.REGISTER, report.incident.post)
    person = _person(report, person_ref)
    proved = ContactPoint.objects.filter(person=person, verified_at__isnull=False).exists()
    rows = Person.objects.filter(pk=person.pk, provisional=False, left_at=None)
    if proved or not rows.update(provisional=True):
        raise DomainError(
            "wrong_state", _("此人已合并，或已自行验证电话，不能撤回核实。"), status=409
        )
    unplace([person.pk])
    _record(officer, "unverified", report, person=person_ref)


@transaction.atomic
def set_aside(*, report: SelfReport, reason: str, officer: User) -> None:
    """Count this report no more: its words are kept. Raises DomainError: forbidden,
    unknown_reason, wrong_state, decided_first (somebody in it is matched or verified)."""
    demand(officer, Capability.REGISTER, report.incident.post)
    if reason not in SetAsideReason.values:
        raise DomainError("unknown_reason", _("请选择搁置原因。"), {"field": "reason"})
    report = _locked(report)
    _hold(report, ReportState.SET_ASIDE)
    ids = _alone(report)
    people = Person.objects.filter(pk__in=ids)
    merged_in = Merge.objects.filter(kept__in=ids, undone_at=None)
    if merged_in.exists() or people.exclude(provisional=True, left_at=None).exists():
        raise DomainError(
            "decided_first", _("其中有人已合并或核实，请先撤销，再搁置。"), status=409
        )
    close_self_reported(incident=report.incident, person_refs=ids)
    people.update(left_at=clock.now())
    _move(report, ReportState.SET_ASIDE, officer, reason=reason)
    _record(officer, "set_aside", report, reason=reason)


@transaction.atomic
def take_back(*, report: SelfReport, officer: User) -> None:
    """It counts after all, as it was. Raises DomainError: forbidden, wrong_state, erased."""
    demand(officer, Capability.REGISTER, report.incident.post)
    report = _locked(report)
    if report.state != ReportState.SET_ASIDE:
        raise _wrong_state(report)
    refs = list(report.people.values_list("person_ref", flat=True))
    people = Person.objects.filter(pk__in=refs)
    if report.forgotten_at or people.filter(erased_at__isnull=False).exists():
        raise DomainError("erased", _("这份报备的内容已按规定删除。"), status=409)
    people.filter(provisional=True).exclude(
        pk__in=Merge.objects.filter(undone_at=None).values("gone")
    ).update(left_at=None)
    phones = set(ContactPoint.objects.filter(person__in=refs).values_list("person_id", flat=True))
    open_self_reported(incident=report.incident, people=[(ref, ref in phones) for ref in refs])
    _move(report, ReportState.OPEN, officer)
    _record(officer, "taken_back", report)
    receiving.take_in(report.pk)


def admit_report(*, report: SelfReport, officer: User, all_of_source: bool = False) -> int:
    """Take in a held one now, or all that are held of the same source in the incident; returns how
    many. Raises DomainError forbidden."""
    demand(officer, Capability.REGISTER, report.incident.post)
    held = SelfReport.objects.filter(incident=report.incident, state=ReportState.HELD)
    same = held.filter(client=bytes(report.client)) if all_of_source else held.filter(pk=report.pk)
    _record(officer, "admitted", report, all=all_of_source)
    ids = list(same.order_by("pk").values_list("pk", flat=True))
    return sum(receiving.release(pk, by=officer.username) for pk in ids)


def _alone(report: SelfReport) -> list[int]:
    """Those of the report who stand in no other that counts."""
    elsewhere = ReportedPerson.objects.filter(
        report__incident=report.incident, report__state=ReportState.OPEN
    ).exclude(report=report)
    mine = report.people.exclude(person_ref__in=elsewhere.values("person_ref"))
    return list(mine.values_list("person_ref", flat=True))


def _person(report: SelfReport, person_ref: int) -> Person:
    person = Person.objects.filter(pk=person_ref, pk__in=report.people.values("person_ref")).first()
    if person is None:
        raise DomainError("not_reported", _("此人不在这份报备中。"), status=404)
    return person


def _locked(report: SelfReport) -> SelfReport:
    rows = SelfReport.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("incident__post").get(pk=report.pk)


def _open(report: SelfReport) -> SelfReport:
    held = _locked(report)
    if held.state != ReportState.OPEN:
        raise _wrong_state(held)
    return held


def _hold(report: SelfReport, to: ReportState) -> None:
    if to not in TRANSITIONS[ReportState(report.state)]:
        raise _wrong_state(report)


def _wrong_state(report: SelfReport) -> DomainError:
    sentence = _("这份报备目前为“%(state)s”，不能执行此操作。请刷新页面。")
    return DomainError("wrong_state", sentence % {"state": report.get_state_display()}, status=409)


def _move(report: SelfReport, to: ReportState, officer: User, reason: str = "") -> None:
    SelfReport.objects.filter(pk=report.pk).update(
        state=to, reason=reason, decided_by=officer.username, decided_at=clock.now()
    )


def _record(officer: User, act: str, report: SelfReport, **detail: object) -> None:
    audit.record(
        actor=officer.username,
        act=f"selfreport.{act}",
        subject=f"selfreport:{report.pk}",
        incident=report.incident_id,
        **detail,
    )

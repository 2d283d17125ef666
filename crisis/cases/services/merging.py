"""Two cases of one matter: one is kept, and they can be taken apart again. And cases that merely
have to do with each other."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.cases.models import Case, CaseLink, CaseMerge, CasePerson
from crisis.cases.services import clocks
from crisis.cases.services.log import begin, lock, write
from crisis.cases.states import CaseState, EventKind, Grade
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

# Ungraded counts as red.
_GRAVITY = {"": 3, Grade.RED.value: 3, Grade.ORANGE.value: 2, Grade.YELLOW.value: 1}


@transaction.atomic
def merge_cases(*, kept: Case, gone: Case, officer: User, reason: str) -> CaseMerge:
    """Go on with `kept` alone. It is about everybody whom either was about, gets the graver grade
    of the two, and where nobody was spoken with in it, the earlier clock.

    Raises DomainError: forbidden, reason_needed, same_case, wrong_state (one is over), not_alike
    (of two posts or two incidents).
    """
    if not reason.strip():
        raise DomainError("reason_needed", _("请写明合并的理由。"), {"field": "reason"})
    if kept.pk == gone.pk:
        raise DomainError("same_case", _("不能与自己合并。"), {"field": "number"})
    kept, gone = _both(kept, gone, officer, "merged")
    if not (kept.is_live and gone.is_live):
        raise DomainError("wrong_state", _("只有未结的个案可以合并。"), status=409)
    if kept.post_id != gone.post_id or kept.incident_id != gone.incident_id:
        sentence = _("只有同一使领馆、同一事件的个案可以合并；其他情形请用“关联”。")
        raise DomainError("not_alike", sentence, {"field": "number"}, status=409)
    record: dict[str, Any] = {"state": gone.state, "grade": kept.grade, "people": []}
    _empty(gone, kept)
    _take_over(kept, gone, record)
    merge = CaseMerge.objects.create(
        kept=kept, gone=gone, record=record, merged_at=clock.now(), merged_by=officer.username
    )
    by, note = officer.username, reason.strip()
    write(gone, EventKind.MERGED, by=by, note=note, into=kept.number)
    write(kept, EventKind.ABSORBED, by=by, note=note, gone=gone.number)
    return merge


def _both(one: Case, other: Case, officer: User, act: str) -> tuple[Case, Case]:
    """Both, locked in one order."""
    demand(officer, Capability.RECORD, other.post)
    first, second = sorted((one, other), key=lambda case: case.pk)
    begin(first, officer, act, kept=one.number, gone=other.number)
    lock(second.pk)
    return lock(one.pk), lock(other.pk)


def _empty(gone: Case, kept: Case) -> None:
    clocks.end_pause(gone)
    gone.state, gone.merged_into, gone.closed_at = CaseState.MERGED, kept, clock.now()
    clocks.wind(gone)
    gone.save(update_fields=["state", "merged_into", "closed_at", *clocks.CLOCK])
    CasePerson.objects.filter(case=gone).update(live=False)


def _take_over(kept: Case, gone: Case, record: dict[str, Any]) -> None:
    known = set(kept.persons.values_list("person_ref", flat=True))
    for person in gone.persons.exclude(person_ref__in=known).values_list("person_ref", flat=True):
        row = CasePerson.objects.create(case=kept, incident=kept.incident, person_ref=person)
        record["people"].append(row.pk)
    if _GRAVITY[gone.grade] > _GRAVITY[kept.grade]:
        kept.grade = gone.grade
    if kept.contacted_at is None:
        _join_clocks(kept, gone, record)
    clocks.wind(kept)
    kept.save(update_fields=["grade", "state", *clocks.CLOCK])


def _join_clocks(kept: Case, gone: Case, record: dict[str, Any]) -> None:
    """The matter has waited since the earlier call; if somebody spoke with them in the other case,
    it has had its human contact."""
    if gone.contacted_at is not None and gone.contacted_at >= kept.clock_from:
        record["contacted"] = True
        kept.contacted_at, kept.state = gone.contacted_at, CaseState.IN_CONTACT
    elif gone.contacted_at is None and gone.clock_from < kept.clock_from:
        record["clock_from"] = kept.clock_from.isoformat()
        kept.clock_from = gone.clock_from


@transaction.atomic
def undo_merge(*, merge: CaseMerge, officer: User) -> CaseMerge:
    """Take them apart: the case that went is as it was, its clock too; the one that was kept gives
    back whom it took over, and keeps its grade.

    Raises DomainError: forbidden, already_undone, forgotten.
    """
    kept, gone = _both(merge.kept, merge.gone, officer, "parted")
    held = CaseMerge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    if held.undone_at is not None:
        raise DomainError("already_undone", _("此次合并已经撤销。"), status=409)
    if gone.forgotten_at is not None:
        raise DomainError("forgotten", _("此个案的内容已按规定删除，不能撤销合并。"), status=409)
    CasePerson.objects.filter(pk__in=held.record["people"]).delete()
    gone.state, gone.merged_into, gone.closed_at = held.record["state"], None, None
    clocks.wind(gone)
    gone.save(update_fields=["state", "merged_into", "closed_at", *clocks.CLOCK])
    _alive_again(gone)
    _give_back(kept, held.record)
    held.undone_at, held.undone_by = clock.now(), officer.username
    held.save(update_fields=["undone_at", "undone_by"])
    for case, other in ((kept, gone), (gone, kept)):
        write(case, EventKind.PARTED, by=officer.username, other=other.number)
    clocks.tell_if_red(gone)
    return held


def _alive_again(case: Case) -> None:
    """Its people are in it again, but for those who have another live case by now."""
    for row in CasePerson.objects.filter(case=case):
        others = CasePerson.objects.filter(
            person_ref=row.person_ref, incident=case.incident, live=True
        )
        if not others.exists():
            CasePerson.objects.filter(pk=row.pk).update(live=True)


def _give_back(kept: Case, record: dict[str, Any]) -> None:
    if "clock_from" in record and kept.contacted_at is None:
        kept.clock_from = datetime.fromisoformat(record["clock_from"])
    if record.get("contacted") and not _spoken_since(kept):
        kept.contacted_at = None
        kept.state = CaseState.OPEN if kept.is_live else kept.state
    clocks.wind(kept)
    kept.save(update_fields=["state", *clocks.CLOCK])


def _spoken_since(case: Case) -> bool:
    """Whether anybody spoke with them in this case itself."""
    return case.events.filter(kind=EventKind.HUMAN_CONTACT, at__gte=case.clock_from).exists()


@transaction.atomic
def link_cases(*, one: Case, other: Case, officer: User) -> bool:
    """Note that two cases have to do with each other; False where it is noted already.
    Raises DomainError: forbidden, same_case."""
    if one.pk == other.pk:
        raise DomainError("same_case", _("不能与自己关联。"), {"field": "number"})
    one, other = _both(one, other, officer, "linked")
    low, high = sorted((one, other), key=lambda case: case.pk)
    _link, created = CaseLink.objects.get_or_create(low=low, high=high)
    if created:
        for case, far in ((one, other), (other, one)):
            write(case, EventKind.LINKED, by=officer.username, other=far.number)
    return created


@transaction.atomic
def unlink_cases(*, one: Case, other: Case, officer: User) -> bool:
    """The opposite; False where they are not linked."""
    one, other = _both(one, other, officer, "unlinked")
    low, high = sorted((one, other), key=lambda case: case.pk)
    gone, _rows = CaseLink.objects.filter(low=low, high=high).delete()
    if gone:
        for case, far in ((one, other), (other, one)):
            write(case, EventKind.UNLINKED, by=officer.username, other=far.number)
    return bool(gone)

"""Whose data an open case still needs, and what is left of a case when its words go."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from crisis.cases.models import (
    Case,
    CaseEvent,
    CasePartner,
    CasePerson,
    HandOver,
    HandOverCase,
    HelpRequest,
)
from crisis.cases.states import LIVE, CaseState
from registry.holds import Erasure

_BLANK = {
    "person_name": "", "contact": "", "place": "", "landmark": "", "event": "", "steps_taken": "",
    "pause_reason": "", "latitude": None, "longitude": None, "accuracy_m": None,
}  # fmt: skip


def needed(person_ids: Collection[int]) -> set[int]:
    """Those of these people whom a live case is about."""
    found = CasePerson.objects.filter(person_ref__in=person_ids, live=True)
    return set(found.values_list("person_ref", flat=True))


def forget_people(erasure: Erasure) -> None:
    """Somebody is erased: the words of their cases go, with what others said there. Grade, times
    and who acted stay."""
    about = Case.objects.filter(persons__person_ref__in=erasure.person_ids)
    forget(set(about.values_list("pk", flat=True)))


def register_rules() -> None:
    retention.register(
        retention.Rule("cases", _("已结求助个案中的个人信息"), "KEEP_CASE_DAYS", _old, forget)
    )
    retention.register(
        retention.Rule(
            "help", _("公开求助表提交的原文"), "KEEP_INBOUND_DAYS", _old_requests, _drop_requests
        )
    )


def _old(moment: datetime) -> QuerySet[Case]:
    """Closed that long ago, and what was merged into those."""
    closed = Q(state=CaseState.CLOSED, closed_at__lt=moment)
    merged = Q(state=CaseState.MERGED, closed_at__lt=moment) & ~Q(merged_into__state__in=LIVE)
    return Case.objects.filter(closed | merged, forgotten_at=None)


@transaction.atomic
def forget(ids: Collection[int]) -> int:
    """Remove every word about people from these cases; returns how many there were. Who was
    merged into them is forgotten with them."""
    wanted = set(ids) | set(Case.objects.filter(merged_into__in=ids).values_list("pk", flat=True))
    cases = Case.objects.filter(pk__in=wanted, forgotten_at=None)
    found = cases.update(**_BLANK, forgotten_at=clock.now())
    CaseEvent.objects.filter(case__in=wanted).exclude(note="").update(note="")
    CasePartner.objects.filter(case__in=wanted).update(name="", organisation="", phone="", note="")
    rows = HandOverCase.objects.filter(case__in=wanted)
    hand_overs = set(rows.values_list("hand_over_id", flat=True))
    rows.update(summary="")
    # Its words may be about any of its cases.
    HandOver.objects.filter(pk__in=hand_overs).update(summary="")
    HelpRequest.objects.filter(case__in=wanted).delete()
    return found


def _old_requests(moment: datetime) -> QuerySet[HelpRequest]:
    return HelpRequest.objects.filter(worked_at__isnull=False, received_at__lt=moment)


def _drop_requests(ids: Collection[int]) -> int:
    return HelpRequest.objects.filter(pk__in=ids).delete()[0]

"""What stays of people at gates when they are erased, and when an incident is long over: that
somebody passed, and no word of whom."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import retention
from crisis.boarding.models import GateScan, WalkIn
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from registry.holds import Erasure

_BLANK = {"name": "", "document": "", "note": ""}


def forget(erasure: Erasure) -> None:
    """Names, documents and words that gates wrote of these people go."""
    ids = erasure.person_ids
    WalkIn.objects.filter(person_ref__in=ids).update(**_BLANK)
    scans = GateScan.objects.filter(Q(person_ref__in=ids) | Q(walk_in__person_ref__in=ids))
    scans.exclude(note="").update(note="")


def register_rules() -> None:
    for rule in (
        retention.Rule(
            "walk_ins", _("登乘口登记的未列名乘客"), "KEEP_MANIFEST_DAYS", _old_walk_ins, _blank
        ),
        retention.Rule("gate_notes", _("登乘口的备注"), "KEEP_NOTE_DAYS", _old_notes, _drop_notes),
    ):
        retention.register(rule)


def _over(moment: datetime) -> QuerySet[Incident]:
    return Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)


def _old_walk_ins(moment: datetime) -> QuerySet[WalkIn]:
    walk_ins = WalkIn.objects.filter(operation__incident__in=_over(moment))
    return walk_ins.exclude(name="", document="", note="")


def _blank(ids: Collection[int]) -> int:
    return WalkIn.objects.filter(pk__in=ids).update(**_BLANK)


def _old_notes(moment: datetime) -> QuerySet[GateScan]:
    scans = GateScan.objects.filter(transport__operation__incident__in=_over(moment))
    return scans.exclude(note="")


def _drop_notes(ids: Collection[int]) -> int:
    return GateScan.objects.filter(pk__in=ids).update(note="")

"""Whose data a report still needs, and what is left of a report when its words go."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from crisis.incidents.states import IncidentState
from crisis.selfreports.models import ReportedPerson, SelfReport, Submission
from registry.holds import Erasure
from registry.models import Person
from registry.services.erasing import erase_people

_BLANK = {"told": "", "latitude": None, "longitude": None, "accuracy_m": None, "client": b""}


def needed(person_ids: Collection[int]) -> set[int]:
    """Those of these people who stand in a report of an incident that is not over, or was over
    less than GUIHANG_KEEP_AFTER_INCIDENT_DAYS ago; set aside or not, it may be taken back."""
    recent = clock.now() - timedelta(days=settings.KEEP_AFTER_INCIDENT_DAYS)
    lasting = Q(report__incident__state=IncidentState.DECLARED) | Q(
        report__incident__stood_down_at__gt=recent
    )
    found = ReportedPerson.objects.filter(lasting, person_ref__in=person_ids)
    return set(found.values_list("person_ref", flat=True))


def forget_people(erasure: Erasure) -> None:
    """Somebody is erased: the words of their reports go, those of their party with them. That
    there was a report, when, and what became of it stays."""
    rows = ReportedPerson.objects.filter(person_ref__in=erasure.person_ids)
    _forget(set(rows.values_list("report", flat=True)))


def register_rules() -> None:
    retention.register(
        retention.Rule(
            "self_reports", _("自助报备的内容，及未核实的报备人"), "KEEP_SELF_REPORT_DAYS",
            _old, _end,
        )
    )  # fmt: skip


def _old(moment: datetime) -> QuerySet[SelfReport]:
    over = Q(incident__state=IncidentState.STOOD_DOWN, incident__stood_down_at__lt=moment)
    return SelfReport.objects.filter(over, told_at__lt=moment, forgotten_at=None)


@transaction.atomic
def _end(ids: Collection[int]) -> int:
    """Erase whom nobody has verified, and the words of every report whose people nothing holds."""
    rows = ReportedPerson.objects.filter(report__in=ids)
    nobody = Person.objects.filter(pk__in=rows.values("person_ref"), provisional=True)
    unverified = set(nobody.filter(erased_at=None).values_list("pk", flat=True))
    gone = erase_people(person_ids=unverified, by=retention.ACTOR)
    held = rows.filter(person_ref__in=unverified - gone).values("report")
    waiting = SelfReport.objects.filter(pk__in=ids, forgotten_at=None)
    left = set(waiting.exclude(pk__in=held).values_list("pk", flat=True))
    before = SelfReport.objects.filter(pk__in=ids, forgotten_at__isnull=False).count()
    _forget(left)
    return before + len(left)


def _forget(reports: Collection[int]) -> None:
    chosen = SelfReport.objects.filter(pk__in=reports, forgotten_at=None)
    Submission.objects.filter(report__in=chosen).exclude(body="").update(body="")
    chosen.update(**_BLANK, forgotten_at=clock.now())

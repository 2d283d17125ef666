"""Whose data a safe haven still needs, how long its words are kept, and what erasing leaves."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from crisis.arrivals.models import FamilyNotice, Guardian, Stay
from crisis.arrivals.states import Telling
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from registry.holds import Erasure

_WORDS = {"bed": "", "food": "", "medicine": "", "needs": ""}


def needed(person_ids: Collection[int]) -> set[int]:
    """Those who stay somewhere while the incident is not long over, and those whose families are
    about to be told."""
    recent = clock.now() - timedelta(days=settings.KEEP_AFTER_INCIDENT_DAYS)
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lte=recent)
    here = Stay.objects.filter(_of(person_ids), left_at=None)
    stays = here.exclude(place__operation__incident__in=over).select_related("walk_in")
    waiting = FamilyNotice.objects.filter(person_ref__in=person_ids, state=Telling.WAITING)
    found = {ref for stay in stays if (ref := stay.whose) is not None}
    return found | set(waiting.values_list("person_ref", flat=True))


def forget_stays(erasure: Erasure) -> None:
    """Of somebody erased it stays on record that a number was here and how they left."""
    stays = Stay.objects.filter(_of(erasure.person_ids))
    Guardian.objects.filter(stay__in=stays).delete()
    stays.update(**_WORDS, left_with="", province="")


def _of(person_ids: Collection[int]) -> Q:
    return Q(person_ref__in=person_ids) | Q(walk_in__person_ref__in=person_ids)


def register_rules() -> None:
    retention.register(
        retention.Rule(
            "stays", _("安置点对饮食、用药和需要的记录"), "KEEP_NOTE_DAYS", _old, _drop_words
        )
    )
    retention.register(
        retention.Rule(
            "handovers",
            _("安置人员移交给谁，指定的监护人"),
            "KEEP_MANIFEST_DAYS",
            _old_handovers,
            _drop_handovers,
        )
    )


def _over(moment: datetime) -> QuerySet[Stay]:
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)
    return Stay.objects.filter(place__operation__incident__in=over)


def _old(moment: datetime) -> QuerySet[Stay]:
    return _over(moment).exclude(**_WORDS)


def _drop_words(ids: Collection[int]) -> int:
    return Stay.objects.filter(pk__in=ids).update(**_WORDS)


def _old_handovers(moment: datetime) -> QuerySet[Stay]:
    return _over(moment).filter(~Q(left_with="") | Q(guardian__isnull=False))


def _drop_handovers(ids: Collection[int]) -> int:
    Guardian.objects.filter(stay__in=ids).delete()
    return Stay.objects.filter(pk__in=ids).update(left_with="")

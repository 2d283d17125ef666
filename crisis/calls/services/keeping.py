"""How long officers' words about calls are kept: as long as those in the roll call."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import retention
from crisis.calls.models import CallAttempt
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from registry.holds import Erasure

_WORDS = ~Q(note="") | ~Q(place="")


def register_rules() -> None:
    retention.register(
        retention.Rule("calls", _("官员在通话中的备注和地点"), "KEEP_NOTE_DAYS", _old, _drop)
    )


def _old(moment: datetime) -> QuerySet[CallAttempt]:
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)
    return CallAttempt.objects.filter(_WORDS, incident__in=over)


def _drop(ids: Collection[int]) -> int:
    return CallAttempt.objects.filter(pk__in=ids).update(note="", place="")


def forget_words(erasure: Erasure) -> None:
    """What a call came to stays with a number; what was said in it goes."""
    CallAttempt.objects.filter(person_ref__in=erasure.person_ids).update(note="", place="")

"""Officers' words about people who are erased go; who went with whom, by number, stays."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import retention
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.seats.models import Offer, Party, Traveller, TravellerEvent
from registry.holds import Erasure


def forget_people(erasure: Erasure) -> None:
    """Every reason that an officer wrote of them, and of the parties they are in."""
    rows = Traveller.objects.filter(person_ref__in=erasure.person_ids)
    _forget(set(rows.values_list("pk", flat=True)))


def register_rules() -> None:
    retention.register(
        retention.Rule("seats", _("撤离席位安排中官员写的理由"), "KEEP_NOTE_DAYS", _old, _forget)
    )


def _old(moment: datetime) -> QuerySet[Traveller]:
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)
    worded = TravellerEvent.objects.exclude(reason="").values("traveller")
    offered = Offer.objects.exclude(end_reason="").values("party")
    return Traveller.objects.filter(
        ~Q(order_reason="")
        | ~Q(kept_reason="")
        | ~Q(party__reason="")
        | Q(pk__in=worded)
        | Q(party__in=offered),
        operation__incident__in=over,
    )


@transaction.atomic
def _forget(ids: Collection[int]) -> int:
    rows = Traveller.objects.filter(pk__in=ids)
    parties = list(rows.values_list("party", flat=True))
    TravellerEvent.objects.filter(traveller__in=ids).exclude(reason="").update(reason="")
    Party.objects.filter(pk__in=parties).exclude(reason="").update(reason="")
    Offer.objects.filter(party__in=parties).exclude(end_reason="").update(end_reason="")
    return rows.update(order_reason="", kept_reason="")

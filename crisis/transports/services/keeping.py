"""Whose data a party on its way still needs, and what is left when its words go."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from crisis.incidents.states import IncidentState
from crisis.transports.models import EvacuationOperation, Place, SelfEvacuation, SelfEvacuee
from registry.holds import Erasure


def needed(person_ids: Collection[int]) -> set[int]:
    """Those of these people who are on their way, and not across yet."""
    rows = SelfEvacuee.objects.filter(person_ref__in=person_ids, live=True)
    return {ref for ref in rows.values_list("person_ref", flat=True) if ref}


def forget_people(erasure: Erasure) -> None:
    """Somebody is erased: route and telephone of the parties they were in go, with the names of
    those who went along unregistered. When a party left and arrived stays."""
    about = SelfEvacuee.objects.filter(person_ref__in=erasure.person_ids)
    _forget(SelfEvacuation.objects.filter(pk__in=about.values("filing")))


def register_rules() -> None:
    retention.register(
        retention.Rule(
            "evacuations",
            _("自行撤离报备的路线、电话和同行人姓名，以及撤离地点现场联系人"),
            "KEEP_SELF_REPORT_DAYS",
            _old,
            _end,
        )
    )


def _old(moment: datetime) -> QuerySet[EvacuationOperation]:
    return EvacuationOperation.objects.filter(
        incident__state=IncidentState.STOOD_DOWN,
        incident__stood_down_at__lt=moment,
        forgotten_at=None,
    )


@transaction.atomic
def _end(ids: Collection[int]) -> int:
    operations = EvacuationOperation.objects.filter(pk__in=ids, forgotten_at=None)
    _forget(SelfEvacuation.objects.filter(operation__in=operations))
    Place.objects.filter(operation__in=operations).exclude(contact="").update(contact="")
    return operations.update(forgotten_at=clock.now())


def _forget(filings: QuerySet[SelfEvacuation]) -> None:
    SelfEvacuee.objects.filter(filing__in=filings).update(name="")
    filings.update(route="", contact="")

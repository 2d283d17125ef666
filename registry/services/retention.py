"""How long the registry keeps what: its rules for config.kernel.retention."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import clock, retention
from registry.holds import held
from registry.models import Consent, ContactPoint, Merge, Person, Whereabouts, WhereaboutsKind
from registry.models.whereabouts import SHARED_LASTS, TRIP_GRACE
from registry.services.current import settle
from registry.services.erasing import erase_people

BY_WEB = "web:"
AT_A_TIME = 20


def register_rules() -> None:
    for rule in (
        retention.Rule("trips", _("结束的行程"), "KEEP_TRIP_DAYS", _past_trips, _drop_places),
        retention.Rule(
            "positions", _("本人分享的位置"), "KEEP_POSITION_DAYS", _stale_positions, _drop_places
        ),
        retention.Rule(
            "unverified", _("从未验证电话的网上登记"), "KEEP_UNVERIFIED_DAYS", _unverified, _erase
        ),
        retention.Rule("left", _("已退出登记的人"), "KEEP_LEFT_DAYS", _left, _erase),
        retention.Rule(
            "merged", _("已并入另一条登记的重复登记"), "KEEP_MERGED_DAYS", _merged, _erase
        ),
        retention.Rule("dormant", _("多次询问未答的人"), "KEEP_DORMANT_DAYS", _dormant, _erase),
        retention.Rule(
            "consents", _("已撤回的同意记录"), "KEEP_CONSENT_DAYS", _old_consents, _drop_consents
        ),
    ):
        retention.register(rule)


# -- Places ----------------------------------------------------------------------------------


def _past_trips(moment: datetime) -> QuerySet[Whereabouts]:
    """Legs count for two days after their end; the period begins then."""
    trips = Whereabouts.objects.filter(kind=WhereaboutsKind.TRIP)
    return trips.filter(ends_at__lt=moment - TRIP_GRACE)


def _stale_positions(moment: datetime) -> QuerySet[Whereabouts]:
    shared = Whereabouts.objects.filter(kind=WhereaboutsKind.SHARED)
    return shared.filter(recorded_at__lt=moment - SHARED_LASTS)


@transaction.atomic
def _drop_places(ids: Collection[int]) -> int:
    rows = Whereabouts.objects.filter(pk__in=ids).values_list("pk", "person_id")
    owners = dict(rows)
    needed = held(set(owners.values()))
    over = [pk for pk, person in owners.items() if person not in needed]
    Whereabouts.objects.filter(pk__in=over).delete()
    settle({owners[pk] for pk in over}, clock.now())
    return len(over)


# -- People ----------------------------------------------------------------------------------


def _unverified(moment: datetime) -> QuerySet[Person]:
    """Registered on the web, by somebody who never proved an address, with those whom they
    registered and who proved none either."""
    by_web = Q(external_ref__startswith=BY_WEB) | Q(registered_by__external_ref__startswith=BY_WEB)
    people = Person.objects.filter(by_web, registered_at__lt=moment, erased_at=None)
    mine = ContactPoint.objects.filter(person=OuterRef("pk"), verified_at__isnull=False)
    theirs = ContactPoint.objects.filter(
        person=OuterRef("registered_by"), verified_at__isnull=False
    )
    return people.filter(~Exists(mine), ~Exists(theirs))


def _left(moment: datetime) -> QuerySet[Person]:
    """Who was merged into another row has not left: an officer may take the two apart again."""
    standing = Merge.objects.filter(gone=OuterRef("pk"), undone_at=None)
    return Person.objects.filter(~Exists(standing), left_at__lte=moment, erased_at=None)


def _merged(moment: datetime) -> QuerySet[Person]:
    standing = Merge.objects.filter(gone=OuterRef("pk"), undone_at=None, merged_at__lt=moment)
    return Person.objects.filter(Exists(standing), erased_at=None)


def _dormant(moment: datetime) -> QuerySet[Person]:
    return Person.objects.filter(dormant_at__lt=moment, left_at=None, erased_at=None)


def _erase(ids: Collection[int]) -> int:
    """A few at a time: each is in the audit log, whose lock an officer may be waiting for."""
    wanted = list(ids)
    parts = [wanted[start : start + AT_A_TIME] for start in range(0, len(wanted), AT_A_TIME)]
    return sum(len(erase_people(person_ids=part, by=retention.ACTOR)) for part in parts)


# -- Consents --------------------------------------------------------------------------------


def _old_consents(moment: datetime) -> QuerySet[Consent]:
    return Consent.objects.filter(withdrawn_at__lt=moment)


def _drop_consents(ids: Collection[int]) -> int:
    return Consent.objects.filter(pk__in=ids).delete()[0]

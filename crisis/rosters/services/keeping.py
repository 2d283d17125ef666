"""How long the files of rosters are kept: some days, and not beyond the people in them."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import retention
from crisis.rosters.models import RosterPiece, RosterRefusal, RosterUpload
from crisis.rosters.states import OVER
from registry.holds import Erasure


def register_rules() -> None:
    """The files of uploads that ended, and what was refused of them, go after GUIHANG_ROSTER_DAYS.
    The counts stay."""
    retention.register(retention.Rule("rosters", _("名册文件"), "ROSTER_DAYS", _with_file, _forget))


def _with_file(moment: datetime) -> QuerySet[RosterUpload]:
    old = RosterUpload.objects.filter(state__in=OVER, uploaded_at__lt=moment)
    return old.filter(pieces__isnull=False).distinct()


def forget_people(erasure: Erasure) -> None:
    """Somebody is erased: files in which they may stand go too. They cannot be looked through
    without being opened, so all that ended of the groups they were in."""
    groups = {"group__memberships__person__in": erasure.person_ids}
    ended = RosterUpload.objects.filter(state__in=OVER, pieces__isnull=False, **groups)
    _forget(list(ended.distinct().values_list("pk", flat=True)))


@transaction.atomic
def _forget(ids: Collection[int]) -> int:
    RosterRefusal.objects.filter(upload__in=ids).delete()
    RosterPiece.objects.filter(upload__in=ids).delete()
    return len(ids)

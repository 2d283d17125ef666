"""How long the files of rosters are kept: some days, and not beyond the people in them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from config.kernel import clock
from crisis.rosters.models import RosterPiece, RosterRefusal, RosterUpload
from crisis.rosters.states import OVER
from registry.holds import Erasure


def forget_old() -> int:
    """Delete the files of uploads that ended, and what was refused of them, after
    GUIHANG_ROSTER_DAYS. The counts stay. Returns how many uploads lost something."""
    before = clock.now() - timedelta(days=settings.ROSTER_DAYS)
    old = RosterUpload.objects.filter(state__in=OVER, uploaded_at__lt=before)
    return _forget(list(old.filter(pieces__isnull=False).distinct().values_list("pk", flat=True)))


def forget_people(erasure: Erasure) -> None:
    """Somebody is erased: files in which they may stand go too. They cannot be looked through
    without being opened, so all that ended of the groups they were in."""
    groups = {"group__memberships__person__in": erasure.person_ids}
    ended = RosterUpload.objects.filter(state__in=OVER, pieces__isnull=False, **groups)
    _forget(list(ended.distinct().values_list("pk", flat=True)))


@transaction.atomic
def _forget(ids: list[int]) -> int:
    RosterRefusal.objects.filter(upload__in=ids).delete()
    RosterPiece.objects.filter(upload__in=ids).delete()
    return len(ids)

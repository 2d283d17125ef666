"""People who are erased: their places on manifests stay, their rows open no more."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.kernel import audit, clock, retention
from crisis.evacuation.models import EntryKey, Manifest, ManifestEntry, Pseudonymised
from crisis.evacuation.selectors import content_hash, is_intact
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from registry.holds import Erasure

ACTOR = "erasure"


def forget_rows(erasure: Erasure) -> None:
    """Delete the keys of these people's entries, drafts and sealed manifests alike. A seal that
    held before holds on: over what can still be read."""
    _delete(EntryKey.objects.filter(entry__person_ref__in=erasure.person_ids))


def register_rules() -> None:
    retention.register(
        retention.Rule(
            "manifests", _("撤离名单中的个人信息"), "KEEP_MANIFEST_DAYS", _old_keys, _drop_keys
        )
    )


def _old_keys(moment: datetime) -> QuerySet[EntryKey]:
    over = Incident.objects.filter(state=IncidentState.STOOD_DOWN, stood_down_at__lt=moment)
    return EntryKey.objects.filter(entry__manifest__incident__in=over)


def _drop_keys(ids: Collection[int]) -> int:
    return _delete(EntryKey.objects.filter(pk__in=ids))


@transaction.atomic
def _delete(keys: QuerySet[EntryKey]) -> int:
    touched = Manifest.objects.filter(entries__own_key__in=keys).distinct().order_by("pk")
    intact = [manifest for manifest in touched if is_intact(manifest)]
    deleted = keys.delete()[0]
    for manifest in intact:
        _note(manifest)
    return deleted


def _note(manifest: Manifest) -> None:
    erased = ManifestEntry.objects.filter(manifest=manifest, own_key=None).count()
    note = Pseudonymised.objects.create(
        manifest=manifest, at=clock.now(), people=erased, content_hash=content_hash(manifest)
    )
    audit.record(
        actor=ACTOR,
        act="manifest.pseudonymised",
        subject=f"manifest:{manifest.pk}",
        people=note.people,
        content_hash=note.content_hash,
    )

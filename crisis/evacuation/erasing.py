"""People who are erased: their places on manifests stay, their rows open no more."""

from config.kernel import audit, clock
from crisis.evacuation.models import EntryKey, Manifest, ManifestEntry, Pseudonymised
from crisis.evacuation.selectors import content_hash, is_intact
from registry.holds import Erasure

ACTOR = "erasure"


def forget_rows(erasure: Erasure) -> None:
    """Delete the keys of these people's entries, drafts and sealed manifests alike. A seal that
    held before holds on: over what can still be read."""
    keys = EntryKey.objects.filter(entry__person_ref__in=erasure.person_ids)
    touched = Manifest.objects.filter(entries__own_key__in=keys).distinct().order_by("pk")
    intact = [manifest for manifest in touched if is_intact(manifest)]
    keys.delete()
    for manifest in intact:
        _note(manifest)


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

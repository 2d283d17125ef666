"""Drafting, sealing and handing out manifests."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.evacuation.exports import FORMATS, Export
from crisis.evacuation.models import EntryKey, Manifest, ManifestEntry
from crisis.evacuation.rows import entry_of
from crisis.evacuation.selectors import content_hash
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.seats.parties import Seat, seat
from crisis.seats.roster import candidates
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand

WORDS_LENGTH = 200
PLANNABLE = (IncidentState.DECLARED, IncidentState.STOOD_DOWN)


def draft_manifest(*, incident: Incident, planner: User) -> Manifest:
    """A new version from the roll call as it stands; earlier versions stay as they are.

    Who is on it, and in which order: crisis.seats.roster and parties. Raises DomainError
    forbidden, not_found (outside the jurisdiction), incident_not_declared, nobody_to_evacuate
    (for a first version; a later one may be empty, which says that nobody is left to fetch).
    """
    demand(planner, Capability.PLAN, incident.post)
    with transaction.atomic():
        incident = _locked(incident)
        if incident.state not in PLANNABLE:
            raise DomainError(
                "incident_not_declared", _("突发事件尚未宣布，不能编制名单。"), status=409
            )
        now, last = clock.now(), _last_version(incident)
        seats = seat(candidates(incident, day=now.date()))
        if not seats and not last:
            raise DomainError(
                "nobody_to_evacuate", _("目前没有人求助或要求撤离，无须编制名单。"), status=409
            )
        manifest = Manifest.objects.create(
            incident=incident,
            version=last + 1,
            drafted_by=planner,
            drafted_at=now,
        )
        if seats:
            _write(manifest, seats)
        audit.record(
            actor=planner.username,
            act="manifest.drafted",
            subject=_subject(manifest),
            version=manifest.version,
            people=len(seats),
        )
    return manifest


def _write(manifest: Manifest, seats: Sequence[Seat]) -> None:
    entries, keys = zip(*(entry_of(manifest, one) for one in seats), strict=True)
    ManifestEntry.objects.bulk_create(entries, batch_size=1000)
    EntryKey.objects.bulk_create(keys, batch_size=1000)


def seal_manifest(*, manifest: Manifest, planner: User) -> Manifest:
    """Close the newest draft for ever, with a hash over its rows; partners are told.

    Raises DomainError forbidden, not_found, already_sealed, outdated_draft (a newer version
    exists: what was true when it was drafted is true no more).
    """
    demand(planner, Capability.PLAN, manifest.incident.post)
    with transaction.atomic():
        incident = _locked(manifest.incident)
        _check_newest(incident, manifest)
        seal = {
            "state": Manifest.State.SEALED,
            "sealed_by": planner,
            "sealed_at": clock.now(),
            "content_hash": content_hash(manifest),
        }
        drafts = Manifest.objects.filter(pk=manifest.pk, state=Manifest.State.DRAFT)
        if not drafts.update(**seal):
            raise _already_sealed()
        manifest.refresh_from_db()
        _tell_sealed(manifest, planner)
    return manifest


def export_manifest(
    *, manifest: Manifest, user: User, format: str, purpose: str, receiver: str
) -> Export:
    """A file of the manifest, to be streamed or saved, after the export is on record.

    `purpose` says why, `receiver` who gets it; both go to the audit log, so no personal data.
    Raises DomainError forbidden, not_found, unknown_format, purpose_needed, receiver_needed.
    """
    demand(user, Capability.EXPORT, manifest.incident.post)
    if format not in FORMATS:
        raise DomainError("unknown_format", _("没有这种文件格式。"), {"formats": sorted(FORMATS)})
    audit.record(
        actor=user.username,
        act="manifest.exported",
        subject=_subject(manifest),
        version=manifest.version,
        state=manifest.state,
        format=format,
        purpose=_words("purpose_needed", purpose, _("请写明导出用途（1 至 200 字）。")),
        receiver=_words("receiver_needed", receiver, _("请写明接收单位（1 至 200 字）。")),
        people=manifest.entries.count(),
        content_hash=manifest.content_hash,
    )
    return Export(manifest, FORMATS[format])


def _locked(incident: Incident) -> Incident:
    """One planner at a time; on SQLite the transaction itself is the lock."""
    return Incident.objects.select_for_update().get(pk=incident.pk)


def _last_version(incident: Incident) -> int:
    return incident.manifests.aggregate(last=Max("version"))["last"] or 0


def _check_newest(incident: Incident, manifest: Manifest) -> None:
    current = Manifest.objects.only("state").get(pk=manifest.pk)
    if current.state == Manifest.State.SEALED:
        raise _already_sealed()
    newest = _last_version(incident)
    if manifest.version != newest:
        raise DomainError(
            "outdated_draft",
            _("已有更新的第 %(newest)s 版，请封存最新一版。") % {"newest": newest},
            {"newest": newest},
            status=409,
        )


def _already_sealed() -> DomainError:
    return DomainError(
        "already_sealed", _("这一版已经封存，不能再改；更正请编制新版。"), status=409
    )


def _tell_sealed(manifest: Manifest, planner: User) -> None:
    facts = {
        "version": manifest.version,
        "people": manifest.entries.count(),
        "content_hash": manifest.content_hash,
    }
    audit.record(actor=planner.username, act="manifest.sealed", subject=_subject(manifest), **facts)
    emit(
        type=EventType.MANIFEST_SEALED,
        subject=manifest.incident.source,
        data={"incident": manifest.incident_id, "manifest": manifest.pk, **facts},
        time=manifest.sealed_at,
    )


def _subject(manifest: Manifest) -> str:
    return f"manifest:{manifest.pk}"


def _words(code: str, text: str, complaint: str) -> str:
    words = clean(text)
    if not 0 < len(words) <= WORDS_LENGTH:
        raise DomainError(code, complaint)
    return words

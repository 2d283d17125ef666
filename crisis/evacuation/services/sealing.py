"""Closing a draft for ever."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.evacuation.models import Manifest
from crisis.evacuation.selectors import content_hash
from crisis.evacuation.services.common import last_version, locked, subject
from crisis.events.services import emit
from crisis.events.types import EventType
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand


def seal_manifest(*, manifest: Manifest, planner: User) -> Manifest:
    """Close the newest draft for ever, with a hash over its rows; partners are told.

    Raises DomainError forbidden, not_found, already_sealed, outdated_draft (a newer version
    exists: what was true when it was drafted is true no more).
    """
    demand(planner, Capability.PLAN, manifest.incident.post)
    with transaction.atomic():
        incident = locked(manifest.incident)
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


def _check_newest(incident: Incident, manifest: Manifest) -> None:
    current = Manifest.objects.only("state").get(pk=manifest.pk)
    if current.state == Manifest.State.SEALED:
        raise _already_sealed()
    newest = last_version(incident)
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
    audit.record(actor=planner.username, act="manifest.sealed", subject=subject(manifest), **facts)
    emit(
        type=EventType.MANIFEST_SEALED,
        subject=manifest.incident.source,
        data={"incident": manifest.incident_id, "manifest": manifest.pk, **facts},
        time=manifest.sealed_at,
    )

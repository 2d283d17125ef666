"""Handing a manifest out: to whom, what for, and which columns."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.evacuation.exports import FORMATS, Export, Format
from crisis.evacuation.exports.rows import sheet_of
from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.profiles import PROFILES, Profile
from crisis.evacuation.selectors import transports_of
from crisis.evacuation.services.common import subject, words
from crisis.evacuation.services.releasing import HOME, check_release
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Transport


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets a file, and what for; both go to the audit log, so no personal data.

    `profile` (crisis.evacuation.profiles) says which columns. Of profiles that may go abroad
    `country` says where the receiver is; outside the mainland it takes a `release`, which names
    the receiver itself.
    """

    name: str
    purpose: str
    profile: str = "ministry"
    country: str = ""
    release: Release | None = None


def export_manifest(
    *,
    manifest: Manifest,
    user: User,
    format: str,
    receiver: Receiver,
    transport: Transport | None = None,
) -> Export:
    """A file of the manifest, or of one transport of it, to be streamed or saved, after the export
    is on record.

    Raises DomainError forbidden, not_found, unknown_format, unknown_profile, unsuited_format,
    seal_first (others than our own people get sealed versions alone), transport_needed,
    not_listed (nobody is on this transport), country_needed, profile_stays_home, release_needed
    and as check_release does (outside the mainland), purpose_needed, receiver_needed, and what the
    format's own check says (crisis.evacuation.exports.paxlst).
    """
    demand(user, Capability.EXPORT, manifest.incident.post)
    made, profile = _known(format, receiver.profile)
    _check_sealed(manifest, profile)
    _check_transport(manifest, profile, made, transport)
    facts = _facts(manifest, transport)
    _check_abroad(manifest, profile, receiver, transport, facts["people"])
    made.check(sheet_of(manifest, profile, transport))
    audit.record(
        actor=user.username,
        act="manifest.exported",
        subject=subject(manifest),
        format=format,
        **facts,
        **_told(receiver),
    )
    return Export(manifest, made, profile, transport)


def _known(format: str, profile: str) -> tuple[Format, Profile]:
    if format not in FORMATS:
        raise DomainError("unknown_format", _("没有这种文件格式。"), {"formats": sorted(FORMATS)})
    if profile not in PROFILES:
        raise DomainError("unknown_profile", _("没有这类接收方。"), {"profiles": [*PROFILES]})
    if not FORMATS[format].suits(PROFILES[profile]):
        raise DomainError(
            "unsuited_format",
            _("这种格式不适用于这类接收方。"),
            {"profiles": list(FORMATS[format].profiles)},
        )
    return FORMATS[format], PROFILES[profile]


def _check_sealed(manifest: Manifest, profile: Profile) -> None:
    if manifest.state == Manifest.State.DRAFT and not profile.own:
        raise DomainError("seal_first", _("这一版还是草稿，封存后才能交给其他单位。"), status=409)


def _check_transport(
    manifest: Manifest, profile: Profile, format: Format, transport: Transport | None
) -> None:
    """A manifest that was drawn from the roll call names no transports, and is handed out whole."""
    listed = transports_of(manifest)
    if transport is not None and transport not in listed:
        raise DomainError("not_listed", _("这一版名单没有人乘坐这个运输工具。"), status=409)
    if transport is None and (format.by_transport or (listed and profile.by_transport)):
        raise DomainError("transport_needed", _("请选择运输工具：这类接收方只拿自己那一份。"))


def _check_abroad(
    manifest: Manifest,
    profile: Profile,
    receiver: Receiver,
    transport: Transport | None,
    people: int,
) -> None:
    release = receiver.release
    if release is not None:
        if release.incident_id != manifest.incident_id:
            raise DomainError("not_found", _("未找到。"), status=404)
        check_release(release, profile.code, transport, people)
    elif not profile.abroad and receiver.country not in ("", HOME):
        raise DomainError("profile_stays_home", _("这类名单不向境外提供。"), {"field": "profile"})
    elif profile.abroad and not receiver.country:
        raise DomainError(
            "country_needed", _("请写明接收单位所在的国家或地区。"), {"field": "country"}
        )
    elif profile.abroad and receiver.country != HOME:
        raise DomainError(
            "release_needed",
            _("向境外接收方提供名单，须先取得对外提供授权，并在导出时选择它。"),
            {"field": "release"},
            status=409,
        )


def _facts(manifest: Manifest, transport: Transport | None) -> dict[str, Any]:
    entries = manifest.entries
    people = entries if transport is None else entries.filter(legs__transport=transport)
    return {
        "version": manifest.version,
        "state": manifest.state,
        "transport": transport and transport.pk,
        "people": people.count(),
        "content_hash": manifest.content_hash,
    }


def _told(receiver: Receiver) -> dict[str, Any]:
    release = receiver.release
    return {
        "profile": receiver.profile,
        "country": release.country if release else receiver.country or HOME,
        "release": release and release.pk,
        "purpose": words("purpose_needed", receiver.purpose, _("请写明导出用途（1 至 200 字）。")),
        "receiver": words(
            "receiver_needed",
            release.receiver if release else receiver.name,
            _("请写明接收单位（1 至 200 字）。"),
        ),
    }

"""对外提供授权: what goes outside the mainland is released by an officer, on a legal ground.

Who exports asks, who may approve decides, and these are two people, except that one who may do both
decides alone for as few people as one officer may alert alone (blueprint promise 8); that is
reviewed afterwards by another. Code: docs/decisions/what-leaves-the-mainland-is-released.md.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.evacuation.models import Release
from crisis.evacuation.profiles import PROFILES
from crisis.evacuation.selectors import people_listed
from crisis.evacuation.services.common import words
from crisis.evacuation.states import LegalGround, ReleaseState
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Transport
from registry.countries import is_country

HOME = "CN"
LONGEST_H = 30 * 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a release shall allow. `hours` from now; `transport` limits it to one."""

    profile: str
    receiver: str
    country: str
    basis: str
    grounds: str
    hours: int = 72
    transport: Transport | None = None


def ask_release(*, incident: Incident, officer: User, wanted: Wanted) -> Release:
    """Ask that a receiver outside the mainland may get the manifests of an incident.

    Raises DomainError forbidden, not_found, profile_stays_home, foreign_country_needed,
    unknown_basis, bad_hours, not_listed, receiver_needed, grounds_needed.
    """
    demand(officer, Capability.EXPORT, incident.post)
    _check(incident, wanted)
    now = clock.now()
    release = Release.objects.create(
        incident=incident,
        profile=wanted.profile,
        receiver=words("receiver_needed", wanted.receiver, _("请写明接收单位（1 至 200 字）。")),
        country=wanted.country,
        transport=wanted.transport,
        basis=wanted.basis,
        grounds=words("grounds_needed", wanted.grounds, _("请写明理由（1 至 200 字）。")),
        people=people_listed(incident, wanted.transport),
        asked_by=officer,
        asked_at=now,
        valid_until=now + timedelta(hours=wanted.hours),
    )
    _note(release, officer, "manifest.release_asked", receiver=release.receiver)
    return release


def decide_release(*, release: Release, officer: User, agree: bool) -> Release:
    """Let it go, or not. Raises DomainError forbidden, not_found, already_decided, and
    second_officer_needed where whoever asked would decide for more people than one may alone."""
    demand(officer, Capability.APPROVE, release.incident.post)
    alone = officer.pk == release.asked_by_id
    people = people_listed(release.incident, release.transport)
    if agree and alone and people > settings.TWO_PERSON_THRESHOLD:
        raise DomainError(
            "second_officer_needed",
            _("涉及 %(people)s 人，超过一人可决定的 %(limit)s 人，须由另一名官员授权。")
            % {"people": people, "limit": settings.TWO_PERSON_THRESHOLD},
            {"people": people, "limit": settings.TWO_PERSON_THRESHOLD},
            status=409,
        )
    state = ReleaseState.RELEASED if agree else ReleaseState.REFUSED
    waiting = Release.objects.filter(pk=release.pk, state=ReleaseState.WAITING)
    change = {"state": state, "people": people, "decided_by": officer, "decided_at": clock.now()}
    if not waiting.update(**change):
        raise DomainError("already_decided", _("这项申请已有决定。"), status=409)
    act = "manifest.released" if agree else "manifest.release_refused"
    return _told(release, officer, act, alone=alone)


def revoke_release(*, release: Release, officer: User) -> Release:
    """Nothing more goes by it from now. Raises DomainError forbidden, not_found, not_released."""
    demand(officer, Capability.APPROVE, release.incident.post)
    given = Release.objects.filter(pk=release.pk, state=ReleaseState.RELEASED)
    change = {"state": ReleaseState.REVOKED, "revoked_by": officer, "revoked_at": clock.now()}
    if not given.update(**change):
        raise DomainError("not_released", _("这项授权没有生效，无从收回。"), status=409)
    return _told(release, officer, "manifest.release_revoked")


def review_release(*, release: Release, officer: User) -> Release:
    """A second officer has looked at what one decided alone. Raises DomainError forbidden,
    not_found, not_to_review (decided by two, reviewed already, or one's own)."""
    demand(officer, Capability.APPROVE, release.incident.post)
    alone = Release.objects.filter(
        pk=release.pk, asked_by=F("decided_by"), reviewed_at=None
    ).exclude(decided_by=officer)
    if not alone.update(reviewed_by=officer, reviewed_at=clock.now()):
        raise DomainError("not_to_review", _("这项授权不需要您复核。"), status=409)
    return _told(release, officer, "manifest.release_reviewed")


def check_release(release: Release, profile: str, transport: Transport | None, people: int) -> None:
    """Raise DomainError release_ended or release_too_narrow where a file is not what was released,
    and second_look_needed where one officer released it for fewer people than it lists now."""
    ended = release.state != ReleaseState.RELEASED or release.valid_until <= clock.now()
    if ended:
        raise DomainError("release_ended", _("这项授权没有生效或已过期，请重新申请。"), status=409)
    narrow = release.transport_id not in (None, transport and transport.pk)
    if release.profile != profile or narrow:
        raise DomainError(
            "release_too_narrow", _("授权的接收方类型或运输工具与这份文件不同。"), status=409
        )
    if release.is_alone and people > settings.TWO_PERSON_THRESHOLD:
        raise DomainError(
            "second_look_needed",
            _("名单已有 %(people)s 人，超过一人可授权的人数，须由另一名官员重新授权。")
            % {"people": people},
            status=409,
        )


def _check(incident: Incident, wanted: Wanted) -> None:
    profile = PROFILES.get(wanted.profile)
    if profile is None or not profile.abroad:
        raise DomainError("profile_stays_home", _("这类名单不向境外提供。"), {"field": "profile"})
    if not is_country(wanted.country) or wanted.country == HOME:
        raise DomainError(
            "foreign_country_needed", _("请选择境外的国家或地区。"), {"field": "country"}
        )
    if wanted.basis not in LegalGround.values:
        raise DomainError("unknown_basis", _("请选择法律依据。"), {"field": "basis"})
    if not 0 < wanted.hours <= LONGEST_H:
        raise DomainError(
            "bad_hours",
            _("有效期为 1 至 %(longest)s 小时。") % {"longest": LONGEST_H},
            {"field": "hours"},
        )
    transport = wanted.transport
    if transport is not None and transport.operation.incident_id != incident.pk:
        raise DomainError("not_listed", _("没有这个运输工具。"), {"field": "transport"})


def _told(release: Release, officer: User, act: str, **detail: object) -> Release:
    release.refresh_from_db()
    _note(release, officer, act, **detail)
    return release


def _note(release: Release, officer: User, act: str, **detail: object) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=f"release:{release.pk}",
        incident=release.incident_id,
        profile=release.profile,
        country=release.country,
        transport=release.transport_id,
        legal_basis=release.basis,
        people=release.people,
        **detail,
    )

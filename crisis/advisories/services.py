"""Issuing and withdrawing advisories."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.advisories.models import Advisory, Level
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of
from registry.countries import is_country
from registry.models import Jurisdiction

# A form takes minutes to fill in; anything older would be an advisory nobody could have read,
# and 条例 第二十六条 hangs a cost on having been warned.
BACKDATED_AT_MOST = timedelta(minutes=15)
# The ministry's own notices name an end, and are renewed; a forgotten one must not stand for ever.
LONGEST = timedelta(days=366)
REASON_LENGTH, REGION_LENGTH = 2000, 80


@dataclass(frozen=True, slots=True)
class NewAdvisory:
    """What an officer asks for. `country` is ISO 3166-1 alpha-2; an empty region is all of it.

    Times are UTC; without `starts_at` it holds from now.
    """

    country: str
    level: int
    reason: str
    expires_at: datetime
    starts_at: datetime | None = None
    region: str = ""


def issue_advisory(*, advisory: NewAdvisory, officer: User) -> Advisory:
    """Put an advisory in force for a country that the officer's posts serve.

    Raises DomainError: forbidden, unknown_country, outside_jurisdiction (403), bad_level,
    reason_needed, region_too_long, starts_in_past, expires_before_start, expires_too_late.
    """
    demand(officer, Capability.ISSUE_ADVISORY)
    now = clock.now()
    starts_at = max(advisory.starts_at or now, now)
    _check_country(advisory.country, officer)
    _check_times(advisory, starts_at, now)
    with transaction.atomic():
        row = Advisory.objects.create(
            country=advisory.country,
            region=_region(advisory.region),
            level=_level(advisory.level),
            reason=_reason(advisory.reason),
            starts_at=starts_at,
            expires_at=advisory.expires_at,
            issued_by=officer,
            issued_at=now,
        )
        audit.record(
            actor=officer.username,
            act="advisory.issued",
            subject=f"advisory:{row.pk}",
            country=row.country,
            level=row.level,
            expires_at=row.expires_at.isoformat(),
        )
    return row


def withdraw_advisory(*, advisory: Advisory, officer: User) -> Advisory:
    """End an advisory early, from now; the row stays, for what held when.

    Raises DomainError: forbidden, outside_jurisdiction (403), already_withdrawn, already_expired.
    """
    demand(officer, Capability.ISSUE_ADVISORY)
    _check_country(advisory.country, officer)
    now = clock.now()
    with transaction.atomic():
        standing = Advisory.objects.filter(
            pk=advisory.pk, withdrawn_at__isnull=True, expires_at__gt=now
        )
        if not standing.update(withdrawn_at=now):
            raise _not_standing(advisory)
        audit.record(
            actor=officer.username,
            act="advisory.withdrawn",
            subject=f"advisory:{advisory.pk}",
            country=advisory.country,
        )
    advisory.refresh_from_db()
    return advisory


def _not_standing(advisory: Advisory) -> DomainError:
    advisory.refresh_from_db()
    if advisory.withdrawn_at is not None:
        return DomainError("already_withdrawn", _("这条安全提醒已经撤回。"), status=409)
    return DomainError("already_expired", _("这条安全提醒已经到期。"), status=409)


def _check_country(country: str, officer: User) -> None:
    if not is_country(country):
        raise DomainError(
            "unknown_country",
            _("没有这个国家代码：%(country)s。请用 ISO 3166-1 两位代码，如 VU。")
            % {"country": country[:20]},
        )
    if not Jurisdiction.objects.filter(country=country, post__in=posts_of(officer)).exists():
        raise DomainError(
            "outside_jurisdiction",
            _("%(country)s 不在您所在使领馆的领区内。") % {"country": country},
            status=403,
        )


def _check_times(advisory: NewAdvisory, starts_at: datetime, now: datetime) -> None:
    asked = advisory.starts_at
    if asked is not None and asked < now - BACKDATED_AT_MOST:
        raise DomainError("starts_in_past", _("生效时间已过；安全提醒不能倒签。"))
    if advisory.expires_at <= starts_at:
        raise DomainError("expires_before_start", _("有效期必须晚于生效时间和当前时间。"))
    if advisory.expires_at > starts_at + LONGEST:
        raise DomainError(
            "expires_too_late",
            _("有效期最长 %(days)s 天，到期前请续发。") % {"days": LONGEST.days},
            {"days": LONGEST.days},
        )


def _level(level: int) -> Level:
    try:
        return Level(level)
    except ValueError:
        raise DomainError(
            "bad_level", _("级别必须是 1、2 或 3。"), {"levels": Level.values}
        ) from None


def _reason(reason: str) -> str:
    text = clean(reason)
    if not 0 < len(text) <= REASON_LENGTH:
        raise DomainError(
            "reason_needed", _("请写明理由，最多 %(most)s 字。") % {"most": REASON_LENGTH}
        )
    return text


def _region(region: str) -> str:
    text = clean(region)
    if len(text) > REGION_LENGTH:
        raise DomainError(
            "region_too_long", _("地区名称最多 %(most)s 字。") % {"most": REGION_LENGTH}
        )
    return text

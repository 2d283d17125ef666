"""What is in force, where and when. Advisories are public: every member of staff may read all."""

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from crisis.advisories.models import Advisory, Level


def standing_at(at: datetime) -> QuerySet[Advisory]:
    """Every advisory in force at `at`: it had begun, and had neither expired nor been withdrawn.

    A later withdrawal does not change what held at `at`; one that was issued after `at` did not.
    """
    return Advisory.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at),
        starts_at__lte=at,
        expires_at__gt=at,
    )


def binding(country: str, at: datetime, region: str = "") -> Advisory | None:
    """The advisory that binds in a country at `at`: the highest, the longest where two are equal.

    An advisory for a region binds in that region alone; one for the whole country binds in all
    its regions.
    """
    standing = standing_at(at).filter(country=country, region__in={"", region})
    return standing.order_by("-level", "-expires_at", "-id").first()


def in_force(country: str, at: datetime, region: str = "") -> Level | None:
    """The highest level in force; None is 当前无级别提醒 (see `level_text`)."""
    advisory = binding(country, at, region)
    return Level(advisory.level) if advisory else None


def level_text(level: Level | None) -> str:
    """The level's name, or that there is none."""
    return str(level.label) if level is not None else _("当前无级别提醒")


def in_force_everywhere(at: datetime) -> list[Advisory]:
    """The binding advisory of each country and of each region that has one of its own.

    Highest level first, then by country code.
    """
    ordered = standing_at(at).select_related("issued_by")
    found: dict[tuple[str, str], Advisory] = {}
    for advisory in ordered.order_by("-level", "-expires_at", "-id"):
        found.setdefault((advisory.country, advisory.region), advisory)
    return sorted(found.values(), key=lambda one: (-one.level, one.country, one.region))


def history(country: str) -> QuerySet[Advisory]:
    """All advisories a country ever had, newest first."""
    return (
        Advisory.objects.filter(country=country)
        .select_related("issued_by")
        .order_by(F("starts_at").desc(), F("id").desc())
    )

"""USGS earthquakes, GeoJSON summary and detail format.

https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php: a FeatureCollection or one Feature;
times are milliseconds since 1970 UTC; coordinates are longitude, latitude, depth in km; `mag` may
be null; `ids` lists the ids of all contributing networks between commas, and the preferred `id`
may change from one update to the next.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.hazards.feeds.base import Reading, Report
from crisis.hazards.models import HazardKind

FEED = "usgs"
PLACE_LENGTH = 200
ID_LENGTH = 60


class _UnreadableError(Exception):
    """One feature lacks what a signal needs; the text says what."""


def parse(document: object) -> Reading:
    """Read a decoded FeatureCollection or Feature; one broken feature does not spoil the rest.

    Raises DomainError `bad_hazard_document` when it is neither.
    """
    reading = Reading()
    for number, feature in enumerate(_features(document), start=1):
        try:
            reading.reports.append(_report(feature))
        except _UnreadableError as problem:
            reading.problems.append(
                _("第 %(number)s 条：%(problem)s") % {"number": number, "problem": problem}
            )
    return reading


def _features(document: object) -> list[Any]:
    if isinstance(document, dict):
        if document.get("type") == "Feature":
            return [document]
        features = document.get("features")
        if document.get("type") == "FeatureCollection" and isinstance(features, list):
            return features
    raise DomainError(
        "bad_hazard_document",
        _("这不是 USGS 的 GeoJSON：需要 FeatureCollection 或 Feature。"),
    )


def _report(feature: object) -> Report:
    properties, external_id = _parts(feature)
    longitude, latitude, depth_km = _coordinates(feature)
    occurred_at = _instant(properties, "time")
    return Report(
        feed=FEED,
        external_id=external_id,
        aliases=_aliases(properties) | {external_id},
        kind=HazardKind.EARTHQUAKE if properties.get("type") == "earthquake" else HazardKind.OTHER,
        place=clean(str(properties.get("place") or ""))[:PLACE_LENGTH],
        latitude=latitude,
        longitude=longitude,
        magnitude=_figure(properties.get("mag"), "mag"),
        depth_km=depth_km,
        tsunami=properties.get("tsunami") == 1,
        occurred_at=occurred_at,
        reported_at=_instant(properties, "updated"),
        raw={key: feature[key] for key in ("id", "properties", "geometry")},  # type: ignore[index]
    )


def _parts(feature: object) -> tuple[Mapping[str, Any], str]:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise _UnreadableError(_("没有 properties。"))
    external_id = feature.get("id")
    if not isinstance(external_id, str) or not 0 < len(external_id) <= ID_LENGTH:
        raise _UnreadableError(_("没有可用的 id。"))
    return feature["properties"], external_id


def _coordinates(feature: Any) -> tuple[float, float, float | None]:
    """Longitude folded into [-180, 180): the catalogue runs past the antimeridian."""
    geometry = feature.get("geometry")
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(point, list) or len(point) < 2:
        raise _UnreadableError(_("没有坐标。"))
    longitude, latitude = _figure(point[0], "longitude"), _figure(point[1], "latitude")
    if longitude is None or latitude is None or not -90 <= latitude <= 90:
        raise _UnreadableError(_("坐标超出范围。"))
    depth = _figure(point[2], "depth") if len(point) > 2 else None
    return (longitude + 180) % 360 - 180 if abs(longitude) > 180 else longitude, latitude, depth


def _figure(value: object, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _UnreadableError(_("%(name)s 不是数字。") % {"name": name})
    return float(value)


def _instant(properties: Mapping[str, Any], name: str) -> datetime:
    """Milliseconds since 1970; negative before it (datetime.fromtimestamp takes both)."""
    value = _figure(properties.get(name), name)
    if value is None:
        raise _UnreadableError(_("没有 %(name)s。") % {"name": name})
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise _UnreadableError(_("%(name)s 不是有效时间。") % {"name": name}) from None


def _aliases(properties: Mapping[str, Any]) -> frozenset[str]:
    """ ",us7000nzf3,at00soo," → {us7000nzf3, at00soo}."""
    return frozenset(part for part in str(properties.get("ids") or "").split(",") if part)

"""Nominatim, AMap and Baidu: one of them by setting. What each says becomes metres of accuracy.

Only the address and the country's name are sent, never who lives there.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from geopy.geocoders import BaiduV3, Nominatim
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from registry.countries import country_name
from registry.geocoding.guard import GuardedAdapter

USER_AGENT = "guihang-consular-registry"
HOSTS = {
    "nominatim": "nominatim.openstreetmap.org",
    "amap": "restapi.amap.com",
    "baidu": "api.map.baidu.com",
}
LEAST_M = 50.0
# Their points are shifted on purpose (GCJ-02, BD-09) by up to some 1,500 m.
SHIFTED_M = 2_000.0
_AMAP_LEVELS = {
    "门牌号": 100.0, "门址": 100.0, "单元号": 100.0, "兴趣点": 300.0, "道路交叉路口": 300.0,
    "道路": 2_000.0, "村庄": 3_000.0, "热点商圈": 3_000.0, "乡镇": 8_000.0, "开发区": 8_000.0,
    "区县": 20_000.0, "市": 30_000.0,
}  # fmt: skip
# Baidu's confidence: the error is at most so many metres (lbsyun.baidu.com, geocoding).
_BAIDU_CONFIDENCE = (
    (100, 50.0), (90, 50.0), (80, 100.0), (75, 200.0), (70, 300.0), (60, 500.0), (50, 1_000.0),
    (40, 2_000.0), (30, 5_000.0), (25, 8_000.0), (20, 10_000.0),
)  # fmt: skip
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Answer:
    """A point, how well it is known, and the country it is said to lie in (empty: not said)."""

    latitude: float
    longitude: float
    accuracy_m: float
    country: str


class AMap(Geocoder):
    """AMap's geocoding (restapi.amap.com/v3/geocode/geo), which geopy does not bring."""

    def __init__(self, api_key: str, *, domain: str, **options: Any) -> None:
        super().__init__(**options)
        self.api_key, self.domain = api_key, domain

    def geocode(self, query: str) -> Location | None:
        asked = urlencode({"key": self.api_key, "address": query, "output": "JSON"})
        url = f"{self.scheme}://{self.domain}/v3/geocode/geo?{asked}"
        return self._call_geocoder(url, self._parse_json)

    def _parse_json(self, page: Any) -> Location | None:
        if page["status"] != "1":
            raise ValueError("AMap refused")
        if not page["geocodes"]:
            return None
        found = page["geocodes"][0]
        longitude, latitude = found["location"].split(",")
        return Location("", (float(latitude), float(longitude)), found)


def ask(address: str, country: str) -> Answer | None:
    """What the geocoder of the settings knows; None if nothing useful.

    Raises GeopyError, and KeyError, TypeError, ValueError or AttributeError for an answer that is
    not what its makers document.
    """
    provider = settings.GEOCODER
    found = _ASKING[provider](f"{address}, {country_name(country, 'en')}", country)
    if found is None:
        return None
    latitude, longitude = float(found.latitude), float(found.longitude)
    accuracy = _ACCURACY[provider](found.raw)
    if accuracy is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    stated = found.raw.get("address") if provider == "nominatim" else None
    return Answer(
        latitude, longitude, accuracy, str((stated or {}).get("country_code", "")).upper()
    )


def _options() -> dict[str, Any]:
    host = host_of(settings.GEOCODER)
    return {
        "timeout": settings.GEOCODER_TIMEOUT,
        "user_agent": USER_AGENT,
        "proxies": {},
        "scheme": "http" if settings.GEOCODER_LOCAL else "https",
        "adapter_factory": partial(
            GuardedAdapter, hosts=frozenset({host}), local=settings.GEOCODER_LOCAL
        ),
    }


def host_of(provider: str) -> str:
    return str(settings.GEOCODER_HOST or HOSTS[provider])


def _nominatim(text: str, country: str) -> Any:
    geocoder = Nominatim(domain=host_of("nominatim"), **_options())
    return geocoder.geocode(text, country_codes=country.lower(), addressdetails=True)


def _amap(text: str, country: str) -> Any:
    return AMap(settings.GEOCODER_KEY, domain=host_of("amap"), **_options()).geocode(text)


def _baidu(text: str, country: str) -> Any:
    geocoder = BaiduV3(settings.GEOCODER_KEY, **_options())
    geocoder.api = geocoder.api.replace(HOSTS["baidu"], host_of("baidu"))
    return geocoder.geocode(text)


def _box_m(raw: Any) -> float | None:
    """Half the diagonal of the box around what was found: a house is small, a city large."""
    south, north, west, east = (float(edge) for edge in raw["boundingbox"])
    shrink = math.cos(math.radians((south + north) / 2))
    half = math.hypot(north - south, (east - west) * shrink) * _METRES_PER_DEGREE / 2
    return max(LEAST_M, half)


def _amap_m(raw: Any) -> float | None:
    metres = _AMAP_LEVELS.get(raw.get("level"))
    return None if metres is None else max(metres, SHIFTED_M)


def _baidu_m(raw: Any) -> float | None:
    confidence = int(raw.get("confidence") or 0)
    metres = next((m for least, m in _BAIDU_CONFIDENCE if confidence >= least), None)
    return None if metres is None else max(metres, SHIFTED_M)


_ASKING: dict[str, Callable[[str, str], Any]] = {
    "nominatim": _nominatim, "amap": _amap, "baidu": _baidu,
}  # fmt: skip
_ACCURACY: dict[str, Callable[[Any], float | None]] = {
    "nominatim": _box_m, "amap": _amap_m, "baidu": _baidu_m,
}  # fmt: skip

"""Scenarios from public facts. What is known stands in the signal's own file and in these lines.

Port Vila 2024: USGS us7000nzf3; 231 citizens in Vanuatu, evacuated by charter (public statements
of December 2024). Tohoku 2011: USGS official20110311054624120_30; the post gathered citizens from
the four prefectures at Niigata. Nepal 2015: USGS us20002926; some 8,000 citizens in the country.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.drills.fleets import PORT_VILA, Fleet

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post that takes part. Its number is made up."""

    code: str
    name_zh: str
    name_en: str
    signature_zh: str
    signature_en: str
    duty_phone: str
    time_zone: str
    country: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """`focus` is how many of the people are in each country; the rest live elsewhere.
    Without a `fleet` the manifest says who is to go, not yet on what."""

    code: str
    signal_file: str
    post: PostFacts
    title: str
    radius_m: float
    countries: tuple[str, ...]
    template: str
    variables: Mapping[str, str]
    focus: Mapping[str, int] = field(default_factory=dict)
    level: str = "red"
    fleet: Fleet | None = None

    @property
    def signal_path(self) -> Path:
        return DATA / self.signal_file


_ALL = (
    Scenario(
        code="port-vila-2024",
        signal_file="us7000nzf3.geojson",
        post=PostFacts(
            code="VLI",
            name_zh="中国驻瓦努阿图大使馆",
            name_en="Embassy of China in Vanuatu",
            signature_zh="驻瓦努阿图使馆",
            signature_en="Chinese Embassy Vanuatu",
            duty_phone="+6785550100",
            time_zone="Pacific/Efate",
            country="VU",
        ),
        title="维拉港7.3级地震",
        radius_m=150_000,
        countries=("VU",),
        template="earthquake_tsunami",
        variables={
            "place": "维拉港",
            "place_en": "Port Vila",
            "event": "强震",
            "event_en": "Strong quake",
            "magnitude": "7.3",
        },
        focus={"VU": 231},
        fleet=PORT_VILA,
    ),
    Scenario(
        code="tohoku-2011",
        signal_file="official20110311054624120_30.geojson",
        post=PostFacts(
            code="KIJ",
            name_zh="中国驻新潟总领事馆",
            name_en="Consulate-General of China in Niigata",
            signature_zh="驻新潟总领馆",
            signature_en="Chinese Consulate Niigata",
            duty_phone="+81255550100",
            time_zone="Asia/Tokyo",
            country="JP",
        ),
        title="日本东北9.1级地震海啸",
        radius_m=400_000,
        countries=(),
        template="earthquake_tsunami",
        variables={
            "place": "日本东北",
            "place_en": "Tohoku, Japan",
            "event": "强震海啸",
            "event_en": "Quake and tsunami",
            "magnitude": "9.1",
        },
        focus={"JP": 6000},
    ),
    Scenario(
        code="nepal-2015",
        signal_file="us20002926.geojson",
        post=PostFacts(
            code="KTM",
            name_zh="中国驻尼泊尔大使馆",
            name_en="Embassy of China in Nepal",
            signature_zh="驻尼泊尔使馆",
            signature_en="Chinese Embassy Nepal",
            duty_phone="+97715550100",
            time_zone="Asia/Kathmandu",
            country="NP",
        ),
        title="尼泊尔7.8级地震",
        radius_m=250_000,
        countries=("NP",),
        template="earthquake",
        variables={
            "place": "尼泊尔",
            "place_en": "Nepal",
            "event": "强震",
            "event_en": "Strong quake",
            "magnitude": "7.8",
        },
        focus={"NP": 4000},
    ),
)
SCENARIOS: dict[str, Scenario] = {scenario.code: scenario for scenario in _ALL}


def scenario_named(code: str) -> Scenario:
    """The scenario; DomainError unknown_scenario names those there are."""
    try:
        return SCENARIOS[code]
    except KeyError:
        raise DomainError(
            "unknown_scenario",
            _("没有名为“%(code)s”的演练脚本。可用：%(known)s。")
            % {"code": code, "known": "、".join(SCENARIOS)},
        ) from None

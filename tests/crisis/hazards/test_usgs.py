"""crisis/hazards/feeds/usgs.py"""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.kernel.errors import DomainError
from crisis.hazards.feeds import usgs
from crisis.hazards.models import HazardKind

DRILLS = Path(settings.BASE_DIR) / "crisis" / "drills" / "data"
SHARED = Path(settings.BASE_DIR).parent / "shared" / "fixtures" / "usgs"


@pytest.fixture
def port_vila() -> dict[str, Any]:
    return json.loads((DRILLS / "us7000nzf3.geojson").read_text())


def only(document: object) -> Any:
    reading = usgs.parse(document)
    assert reading.problems == []
    [report] = reading.reports
    return report


def test_port_vila_reads_as_published(port_vila: dict[str, Any]) -> None:
    report = only(port_vila)
    assert report.external_id == "us7000nzf3"
    assert report.kind == HazardKind.EARTHQUAKE
    assert (report.latitude, report.longitude, report.depth_km) == (-17.6914, 168.0842, 54.4)
    assert report.magnitude == 7.3
    assert report.tsunami is True
    assert report.occurred_at == datetime(2024, 12, 17, 1, 47, 25, tzinfo=UTC)
    assert report.raw["properties"]["title"] == "M 7.3 - 2024 Port Vila, Vanuatu Earthquake"


@pytest.mark.parametrize(
    ("name", "magnitude", "when", "latitude", "longitude", "depth_km"),
    [
        ("official20110311054624120_30", 9.1, (2011, 3, 11, 5, 46, 24), 38.297, 142.373, 29),
        ("us20002926", 7.8, (2015, 4, 25, 6, 11, 25), 28.2305, 84.7314, 8.22),
    ],
)
def test_the_other_drills_read_as_published(
    name: str,
    magnitude: float,
    when: tuple[int, ...],
    latitude: float,
    longitude: float,
    depth_km: float,
) -> None:
    report = only(json.loads((DRILLS / f"{name}.geojson").read_text()))
    assert (report.external_id, report.magnitude, report.depth_km) == (name, magnitude, depth_km)
    assert (report.latitude, report.longitude) == (latitude, longitude)
    assert report.occurred_at == datetime(*when, tzinfo=UTC)


def test_null_magnitude_and_negative_depth_stay_as_reported(port_vila: dict[str, Any]) -> None:
    port_vila["properties"]["mag"] = None
    port_vila["geometry"]["coordinates"][2] = -1.2
    report = only(port_vila)
    assert report.magnitude is None
    assert report.depth_km == -1.2


def test_a_quarry_blast_is_no_earthquake(port_vila: dict[str, Any]) -> None:
    port_vila["properties"]["type"] = "quarry blast"
    assert only(port_vila).kind == HazardKind.OTHER


def test_longitude_past_the_antimeridian_is_folded(port_vila: dict[str, Any]) -> None:
    port_vila["geometry"]["coordinates"][0] = -181.5
    assert only(port_vila).longitude == 178.5


def test_all_ids_of_the_event_are_known(port_vila: dict[str, Any]) -> None:
    port_vila["properties"]["ids"] = ",at00soo,us7000nzf3,"
    assert only(port_vila).aliases == {"at00soo", "us7000nzf3"}


def test_a_time_before_1970_is_a_time(port_vila: dict[str, Any]) -> None:
    port_vila["properties"]["time"] = -305_500_000_000
    assert only(port_vila).occurred_at.year == 1960


BROKEN: list[tuple[str, Any]] = [
    ("time", None),
    ("time", "2024"),
    ("time", 10**20),
    ("mag", "big"),
    ("mag", True),
    ("updated", None),
]


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_a_broken_property_spoils_its_feature_alone(
    port_vila: dict[str, Any], name: str, value: object
) -> None:
    broken = copy.deepcopy(port_vila)
    broken["properties"][name] = value
    reading = usgs.parse({"type": "FeatureCollection", "features": [broken, port_vila]})
    assert [report.external_id for report in reading.reports] == ["us7000nzf3"]
    assert len(reading.problems) == 1


@pytest.mark.parametrize("point", [None, [], [168.0], [168.0, 91.0], [float("nan"), 1.0], "here"])
def test_a_feature_without_a_usable_point_is_a_problem(
    port_vila: dict[str, Any], point: object
) -> None:
    port_vila["geometry"]["coordinates"] = point
    reading = usgs.parse(port_vila)
    assert (reading.reports, len(reading.problems)) == ([], 1)


@pytest.mark.parametrize("feature", [None, 7, {}, {"properties": {}}, {"properties": {}, "id": ""}])
def test_a_feature_that_is_none_is_a_problem(feature: object) -> None:
    reading = usgs.parse({"type": "FeatureCollection", "features": [feature]})
    assert (reading.reports, len(reading.problems)) == ([], 1)


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"type": "Topology"}, {"type": "FeatureCollection"}]
)
def test_another_document_is_refused(document: object) -> None:
    with pytest.raises(DomainError) as refusal:
        usgs.parse(document)
    assert refusal.value.code == "bad_hazard_document"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared fixtures are not on this machine")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("classes_summary-0-1ev", 1),
        ("classes_summary-2-1ev", 1),
        ("dataframes_detailed-0-2ev", 2),
        ("dataframes_summary-0-2ev", 2),
        ("query-quiet", 10),
        ("search_id-0-ci3144585", 1),
        ("summary-1.0_day-2022-04-04", 160),
    ],
)
def test_real_documents_read_whole(name: str, count: int) -> None:
    document = json.loads((SHARED / f"{name}.geojson").read_text())
    reading = usgs.parse(document)
    assert (len(reading.reports), reading.problems) == (count, [])
    for report in reading.reports:
        assert report.external_id in report.aliases
        assert report.occurred_at <= report.reported_at

"""The offline map: its data, and that it draws nothing that is not ours to draw."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from crisis.console.map import ground_data, view_of
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.ground import grounds_now
from crisis.incidents.services import submit_widening
from tests.support.scene import BEYOND, POLYGON

COASTLINE = Path(finders.find("console/coastline.json"))


def test_coastline_is_small_land_alone_and_on_the_globe():
    sheet = json.loads(COASTLINE.read_text())
    assert set(sheet) == {"unit", "land"}
    assert COASTLINE.stat().st_size < 400_000
    for rings in sheet["land"]:
        for ring in rings:
            assert len(ring) >= 6  # three corners
            x, y = ring[0], ring[1]
            for step_x, step_y in zip(ring[2::2], ring[3::2], strict=True):
                assert abs(x) <= 180 * sheet["unit"]
                assert abs(y) <= 90 * sheet["unit"]
                x, y = x + step_x, y + step_y


def test_grounds_are_the_declared_and_what_was_added(incident, officer):
    area = AreaDraft(latitude=BEYOND.latitude, longitude=BEYOND.longitude, radius_m=5_000.0)
    submit_widening(
        incident=incident, area=area, officer=officer, widening_key="k", confirmed_count=1
    )
    assert json.loads(ground_data(grounds_now(incident))) == [
        {"circle": [-17.6914, 168.0842, 100_000.0]},
        {"circle": [-18.9, 168.1, 5_000.0]},
    ]


def test_polygon_is_shown_as_stored_however_it_was_pasted():
    pasted = json.dumps({"type": "Feature", "geometry": POLYGON, "properties": {}})
    ground = AreaDraft(polygon=pasted, countries=("VU",))
    assert json.loads(ground_data([ground])) == [{"polygon": POLYGON}]


def test_country_has_no_shape():
    assert ground_data([AreaDraft(countries=("VU",))]) == "[]"
    assert ground_data("") == "[]"


def test_view_goes_on_across_the_antimeridian():
    south, west, north, east = map(float, view_of(["FJ", "VU", "WS"]).split(","))
    assert south < -19
    assert north > -14
    assert (150 < west < 170, 180 < east < 200) == (True, True)
    assert view_of([]) == ""


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "维拉港"), ("en", "Port-Vila")])
def test_towns_are_named_in_the_pages_language(as_user, officer, language, name):
    client = as_user(officer)
    client.post(reverse("console:language"), {"language": language, "next": "/"})
    rows = client.get(reverse("console:map-places")).json()
    assert [name, -17.736, 168.314] in rows


@pytest.mark.parametrize("mode", ["drill", "live"])
def test_map_says_which_installation_it_belongs_to(as_user, officer, settings, mode):
    settings.MODE = mode
    text = as_user(officer).get(reverse("console:declare")).text
    assert f'class="map is-{mode}"' in text
    assert ("实战 LIVE</span>" in text, "演练 DRILL</span>" in text) == (
        mode == "live",
        mode == "drill",
    )


def test_a_ground_is_anything_with_the_columns_of_an_area():
    ground = SimpleNamespace(latitude=1.0, longitude=179.9, radius_m=10.0, polygon=None)
    assert json.loads(ground_data([ground])) == [{"circle": [1.0, 179.9, 10.0]}]

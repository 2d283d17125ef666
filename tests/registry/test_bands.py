"""Bands of places that were numbered otherwise before."""

from importlib import import_module

import pytest
from django.apps import apps

from registry.geography.areas import make_area, make_circle
from registry.geography.inside import people_inside
from registry.models import Person, Whereabouts
from tests.registry.geography.conftest import AT

MIGRATION = import_module("registry.migrations.0013_bands_of_an_eighth")
LATITUDES = (-90.0, -17.74, -0.01, 0.0, 0.12, 0.125, 66.66, 90.0, None)


@pytest.fixture
def numbered_before(db, monkeypatch):
    """Three pieces of places, as numbered by twentieths."""
    monkeypatch.setattr(MIGRATION, "_PIECE", 3)
    for latitude in LATITUDES:
        point = {} if latitude is None else {"longitude": 168.31, "accuracy_m": 0.0, "band": 0}
        person = Person.objects.create(name="测试", registered_at=AT)
        Whereabouts.objects.create(
            person=person,
            kind="residence",
            country="VU",
            recorded_at=AT,
            latitude=latitude,
            **point,
        )
    MIGRATION.narrow(apps, None)


def bands():
    return list(Whereabouts.objects.order_by("pk").values_list("band", flat=True))


def test_every_place_is_found_under_its_new_number(numbered_before):
    assert bands() == [-1800, -355, -1, 0, 2, 2, 1333, 1800, None]
    MIGRATION.widen(apps, None)
    assert bands() == [-720, -142, -1, 0, 0, 1, 533, 720, None]
    for latitude in LATITUDES[:-1]:
        area = make_area(circle=make_circle(latitude, 168.31, 1))
        assert len(people_inside(area, at=AT)) == 1, latitude

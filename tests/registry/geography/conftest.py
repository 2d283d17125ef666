"""People for geography: one line makes a person with one place."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.drafts import band_of
from registry.models import Person, Whereabouts

AT = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    def make(**columns: Any) -> Person:
        return Person.objects.create(name="测试", registered_at=AT - timedelta(days=99), **columns)

    return make


@pytest.fixture
def place() -> Callable[..., Whereabouts]:
    """A whereabouts row; give `latitude` and `longitude`, or only a country."""

    def make(
        person: Person,
        latitude: float | None = None,
        longitude: float | None = None,
        **columns: Any,
    ) -> Whereabouts:
        if latitude is not None:
            columns.setdefault("accuracy_m", 0.0)
            columns["band"] = band_of(latitude)
        columns = {"kind": "residence", "country": "VU", "recorded_at": AT, **columns}
        return Whereabouts.objects.create(
            person=person, latitude=latitude, longitude=longitude, **columns
        )

    return make

"""What a gate has to look at."""

from datetime import date

import pytest

from crisis.boarding.checks import Passenger, checks, is_of_age

DAY = date(2024, 12, 17)
WHOLE = {
    "document_number": "E12345678", "document_expires_on": "2030-01-01",
    "birth_date": "1985-03-08", "needs": [],
}  # fmt: skip


def found(place="seat", with_adult=True, **data):
    return checks(Passenger(WHOLE | data, place, with_adult), DAY)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({}, []),
        ({"document_number": ""}, ["no_document"]),
        ({"document_expires_on": "2024-12-16"}, ["document_expired"]),
        ({"document_expires_on": "2024-12-17"}, ["document_short"]),
        ({"document_expires_on": "2025-06-17"}, ["document_short"]),
        ({"document_expires_on": "2025-06-18"}, []),
        ({"document_expires_on": "soon"}, []),
        ({"birth_date": "2006-12-17", "with_adult": False}, []),
        ({"birth_date": "2006-12-18", "with_adult": False}, ["minor_alone"]),
        ({"birth_date": "2006-12-18"}, []),
        ({"birth_date": "", "with_adult": False}, []),
        ({"birth_date": "", "needs": ["infant"], "with_adult": False}, ["minor_alone"]),
        ({"needs": ["wheelchair"], "place": "wheelchair"}, ["wheelchair"]),
        ({"needs": ["wheelchair"]}, ["wheelchair", "place_differs"]),
        ({"needs": ["wheelchair"], "place": "stretcher"}, ["wheelchair", "stretcher"]),
        ({"needs": ["oxygen", "pregnant"]}, ["oxygen", "pregnant"]),
        ({"birth_date": "2022-12-18", "place": "lap"}, ["lap"]),
        ({"birth_date": "2022-12-17", "place": "lap"}, ["lap_too_old"]),
    ],
)
def test_checks(data, codes):
    assert found(**data) == codes


def test_row_that_opens_no_more_says_so():
    assert checks(Passenger({"name": "#7"}, "seat", True), DAY) == ["unreadable"]


def test_of_age_on_the_birthday():
    assert is_of_age({"birth_date": "2006-12-17"}, DAY)
    assert not is_of_age({"birth_date": "2006-12-18"}, DAY)

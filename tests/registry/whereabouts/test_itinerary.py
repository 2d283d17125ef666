"""Pasted itineraries: what is understood, and what is said of the rest."""

import time
from datetime import date

import pytest

from registry.whereabouts import itinerary
from registry.whereabouts.dates import find_dates
from registry.whereabouts.gazetteer import look_up, spot_of_airport
from registry.whereabouts.itinerary import read_itinerary

TODAY = date(2026, 11, 22)


def legs(text, today=TODAY, home=""):
    read = read_itinerary(text, today=today, home=home)
    assert not read.unread, read.unread
    return [
        (s.spot.country, s.spot.city, f"{s.starts:%Y-%m-%d %H:%M}", f"{s.ends:%Y-%m-%d %H:%M}")
        for s in read.stays
    ]


@pytest.mark.parametrize(
    ("line", "city", "first", "last"),
    [
        ("2026-12-01 至 2026-12-07 瓦努阿图维拉港", "维拉港", "2026-12-01", "2026-12-07"),
        ("12月1日-12月7日 斐济楠迪", "楠迪", "2026-12-01", "2026-12-07"),
        ("12月1日-7日，斐济 楠迪", "楠迪", "2026-12-01", "2026-12-07"),
        ("2026年12月28日至2027年1月3日 斐济苏瓦", "苏瓦", "2026-12-28", "2027-01-03"),
        ("1 Dec - 7 Dec 2026, Nadi, Fiji", "楠迪", "2026-12-01", "2026-12-07"),
        ("1st to 7th December: PORT VILA", "维拉港", "2026-12-01", "2026-12-07"),
        ("1–7 Dec 2026 Suva Fiji", "苏瓦", "2026-12-01", "2026-12-07"),
        ("Dec 1, 2026 to Dec 7, 2026 Port Vila (Vanuatu)", "维拉港", "2026-12-01", "2026-12-07"),
        # The year that is not written: over New Year, long past, and under way.
        ("28 Dec - 3 Jan Suva", "苏瓦", "2026-12-28", "2027-01-03"),
        ("28 Dec - 3 Jan 2027 Suva", "苏瓦", "2026-12-28", "2027-01-03"),
        ("2月1日-2月7日 斐济楠迪", "楠迪", "2027-02-01", "2027-02-07"),
        ("11月1日-12月7日 斐济楠迪", "楠迪", "2026-11-01", "2026-12-07"),
    ],
)
def test_stay_in_a_line(line, city, first, last):
    assert [(c, s[:10], e[:10]) for _, c, s, e in legs(line)] == [(city, first, last)]


def test_flights_become_the_stays_between_them():
    assert legs("CA123 PEK-VLI 12DEC 0930 13DEC 2105") == [
        ("VU", "维拉港", "2026-12-13 21:05", "2026-12-27 23:59")
    ]
    booking = """
      1  CA 901 Y  28DEC PEKNAN HK1  1330 0640+1
      2  FJ 931 Y  02JAN NAN VLI HK1  2330 0120+1
      3. FJ932 VLI/NAN 09JAN 0800 1030
      4. FJ 391 NAN→HKG 09JAN 1400 2000
    """
    assert legs(booking) == [
        ("FJ", "楠迪", "2026-12-29 06:40", "2027-01-02 23:30"),
        ("VU", "维拉港", "2027-01-03 01:20", "2027-01-09 08:00"),
    ]


def test_way_home_ends_a_trip_wherever_home_is():
    there_and_back = "NF10 VLI-NAN 01DEC 0800 1030\nNF11 NAN-VLI 05DEC 1200 1400"
    assert [leg[0] for leg in legs(there_and_back, home="VU")] == ["FJ"]
    assert [leg[0] for leg in legs(there_and_back, home="FJ")] == ["FJ", "VU"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("12月1日-12月7日", "没有写地点"),
        ("12月1日-12月7日 亚特兰蒂斯", "认不出地点"),
        ("1 Dec - 7 Dec London", "不止一个国家"),
        ("2026-12-09 to 2026-12-07 Suva", "早于"),
        ("31 Feb - 3 Mar Suva", "两个日期"),
        ("乘机人 王小明 电子客票", "没有看到日期"),
        ("CA123 PEK-VLI 0930", "没有日期"),
    ],
)
def test_line_that_is_not_understood_says_why(line, why):
    read = read_itinerary(f"\n{line}\n12月1日-7日 斐济楠迪", today=TODAY)
    assert [(u.line, u.text) for u in read.unread] == [(2, line)]
    assert why in read.unread[0].why
    assert len(read.stays) == 1


def test_what_is_too_long_is_said():
    many = "12月1日-7日 斐济楠迪\n" * (itinerary.MAX_LINES + 5)
    read = read_itinerary(many, today=TODAY)
    assert (len(read.stays), len(read.unread)) == (itinerary.MAX_LINES, 1)


@pytest.mark.parametrize(
    "hostile", ["1", "a", "12DEC", "- ", "1 - ", "dec ", "12月", "2026-", "PEK-", "09:3", "至"]
)
def test_hostile_line_costs_nothing(hostile):
    text = (hostile * 50_000)[:50_000]
    began = time.perf_counter()
    for pattern in (itinerary._FLIGHT, itinerary._PAIR, itinerary._TIME):
        sum(1 for _ in pattern.finditer(text))
    find_dates(text[: itinerary.MAX_LINE], TODAY)
    read_itinerary(text, today=TODAY)
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("日本仙台市青叶区", "", ["仙台"]),
        ("12 Rue Higginson, Port Vila", "VU", ["维拉港"]),
        ("New Delhi Restaurant, Suva", "FJ", ["苏瓦"]),
        ("New York, USA", "", ["纽约"]),
        ("somewhere", "NP", [""]),
        ("火星", "", []),
    ],
)
def test_gazetteer(text, country, expected):
    found = [spot.city for spot in look_up(text, country=country)]
    assert found == expected


def test_airport_is_its_city():
    vila = spot_of_airport("VLI")
    assert (vila.country, vila.city, vila.timezone) == ("VU", "维拉港", "Pacific/Efate")
    assert spot_of_airport("XQZ") is None

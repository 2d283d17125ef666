"""The small tables: names as the ministry writes them, cities where the drills happen."""

import pytest

from registry.countries import country_name, find_country, is_country, nationality_of
from registry.places import cities, cities_of, find_city


@pytest.mark.parametrize(
    ("code", "chinese"),
    [
        ("TW", "中国台湾省"), ("HK", "中国香港"), ("MO", "中国澳门"), ("VU", "瓦努阿图"),
        ("LY", "利比亚"),
    ],
)  # fmt: skip
def test_names_are_those_of_the_package(code, chinese):
    assert country_name(code, "zh-hans") == chinese
    assert find_country(chinese) == code


def test_english_names_and_unknown_codes():
    assert country_name("TW", "en") == "Taiwan, Province of China"
    assert (country_name("QQ", "en"), is_country("QQ"), is_country("vu")) == ("QQ", False, False)
    assert (find_country(" fiji "), find_country("vu"), find_country("")) == ("FJ", "VU", None)


@pytest.mark.parametrize(
    ("written", "code"), [("香港", "HK"), ("Macau", "MO"), ("台湾", "TW"), ("Hong Kong", "HK")]
)
def test_parts_of_china_are_found_as_people_write_them_and_are_no_nationality(written, code):
    assert find_country(written) == code
    assert nationality_of(code) == "CN"
    assert nationality_of("VU") == "VU"


def test_every_city_is_abroad_in_a_known_country():
    assert 1_500 <= len(cities()) <= 3_000
    assert all(
        is_country(c.country) and c.country not in ("CN", "HK", "MO", "TW") for c in cities()
    )
    assert all(-90 <= c.latitude <= 90 and -180 <= c.longitude <= 180 for c in cities())


@pytest.mark.parametrize(
    ("country", "name", "label"),
    [
        ("VU", "Port Vila", "维拉港"), ("VU", "luganville", "卢甘维尔"), ("JP", "仙台市", "仙台"),
        ("JP", "Ishinomaki", "石卷"), ("JP", "Morioka", "盛冈"), ("JP", "Fukushima", "福岛"),
        ("JP", "Niigata", "新潟"), ("NP", "Kathmandu", "加德满都"), ("NP", "Pokhara", "博卡拉"),
    ],
)  # fmt: skip
def test_places_of_the_drills_are_found(country, name, label):
    city = find_city(country, name)
    assert city is not None
    assert city.label("zh-hans") == label


def test_unknown_city_is_none_and_the_largest_comes_first():
    assert find_city("VU", "Atlantis") is None
    assert find_city("VU", " ") is None
    assert cities_of("VU")[0].name == "Port-Vila"
    assert cities_of("QQ") == ()

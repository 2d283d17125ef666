"""crisis/knowledge/selectors.py, and what the files say."""

from datetime import date, timedelta

import pytest

from config.kernel import clock
from crisis.knowledge.models import CountryFacts
from crisis.knowledge.seeds import countries_abroad, dialing_of
from crisis.knowledge.selectors import (
    STALE_AFTER,
    facts_of,
    is_stale,
    known_of,
    newest_facts,
    words_of,
)
from registry.countries import is_country

pytestmark = pytest.mark.django_db


def write(country, officer, **words):
    return CountryFacts.objects.create(
        country=country,
        source="x",
        checked_on=date(2024, 1, 1),
        saved_by=officer,
        saved_at=clock.now(),
        **words,
    )


def test_newest_version_holds(officer, post, django_assert_num_queries):
    write("VU", officer, police="1")
    newest = write("VU", officer, police="2")
    other = write("FJ", officer)
    assert facts_of("VU") == newest
    with django_assert_num_queries(2):
        assert newest_facts(["VU", "FJ", "NZ"]) == {"VU": newest, "FJ": other}


def test_country_knows_its_post_and_how_to_dial_home(post, settings):
    settings.HOTLINES = ["+86-10-12308", "+86-10-65612308"]
    known = known_of("VU")
    assert known.posts == (post,)
    assert known.dial == ("00 86 10 12308", "00 86 10 65612308")
    assert known_of("US").dial[0] == "011 86 10 12308"
    assert (known_of("BR").dial, known_of("US").posts) == ((), ())


def test_what_nobody_checked_is_stale():
    today = date(2025, 1, 1)
    assert is_stale(None, today)
    assert is_stale(today - STALE_AFTER, today)
    assert not is_stale(today - STALE_AFTER + timedelta(days=1), today)


def test_file_knows_every_country_abroad_and_no_part_of_china():
    codes = countries_abroad()
    assert all(map(is_country, codes))
    assert not set(codes) & {"CN", "HK", "MO", "TW"}
    assert len(codes) == 245


@pytest.mark.parametrize(
    ("country", "dial_out", "emergency"),
    [
        ("VU", "00", ("112",)),
        ("JP", "010", ("110", "119")),
        ("US", "011", ("112", "911")),
        ("AU", "0011", ("000", "106", "112")),
        ("AQ", "", ()),
        ("nowhere", "", ()),
    ],
)
def test_numbers_are_those_of_the_numbering_plans(country, dial_out, emergency):
    dialing = dialing_of(country)
    assert (dialing.dial_out, dialing.emergency) == (dial_out, emergency)


def test_every_emergency_number_of_the_file_is_one_to_the_library():
    """The file is cut from its metadata; its own test of a number is another way to the same."""
    from phonenumbers import is_emergency_number

    wrong = [
        (country, number)
        for country in countries_abroad()
        for number in dialing_of(country).emergency
        if not is_emergency_number(number, country)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("slug", ["can", "cannot"])
def test_guide_has_words_before_anybody_wrote(slug, language):
    words = words_of(slug, language)
    assert (words.version, words.checked_on) == (0, None)
    assert words.title
    assert "\n- " in words.body
    with pytest.raises(KeyError):
        words_of(slug, "fr")

"""Synthetic people: exact in the focus country, the same for the same seed, usable numbers."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import phonenumbers
import pytest
from django.core.management import CommandError, call_command

from config.kernel.errors import DomainError
from registry.addresses import address_index, normalise_address
from registry.generator import generate_people
from registry.geography.areas import make_area, make_circle
from registry.geography.inside import people_inside
from registry.models import ContactPoint, EmergencyContact, Household, Person, Whereabouts
from registry.models.whereabouts import BANDS_PER_DEGREE
from registry.reach import addresses_for
from registry.synthetic.maker import Maker
from registry.synthetic.phones import Numbers

AT = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
VU = make_area(countries=["VU"])


@pytest.fixture
def people(db):
    generate_people(count=2_000, seed=7, focus={"VU": 231, "NP": 40}, at=AT)


@pytest.mark.usefixtures("people")
def test_focus_is_exact_and_the_rest_is_elsewhere():
    assert Person.objects.count() == 2_000
    assert len(people_inside(VU, at=AT)) == 231
    assert len(people_inside(make_area(countries=["NP"]), at=AT)) == 40


@pytest.mark.usefixtures("people")
def test_most_of_vanuatu_is_around_port_vila_and_some_are_known_by_country_only():
    vila = make_area(circle=make_circle(-17.7365, 168.3137, 30_000))
    assert 130 <= len(people_inside(vila, at=AT)) <= 210
    assert np.isnan(people_inside(VU, at=AT).distances).all()
    whole = make_area(circle=vila.circle, countries=["VU"])
    assert 8 <= np.isnan(people_inside(whole, at=AT).distances).sum() <= 60


@pytest.mark.usefixtures("people")
def test_everyone_has_one_residence_and_points_know_their_band():
    residences = Whereabouts.objects.filter(kind="residence")
    assert residences.count() == 2_000
    exact = residences.filter(accuracy_m__lte=100).count() / 2_000
    vague = residences.filter(latitude=None).count() / 2_000
    assert (exact, vague) == (pytest.approx(0.70, abs=0.05), pytest.approx(0.10, abs=0.04))
    points = Whereabouts.objects.exclude(latitude=None).values_list("latitude", "band")
    assert all(np.floor(latitude * BANDS_PER_DEGREE) == band for latitude, band in points)


@pytest.mark.usefixtures("people")
def test_all_kinds_of_document_family_and_language_are_there():
    kinds = Counter(Person.objects.values_list("document_kind", flat=True))
    assert len(kinds) == 6
    assert Person.objects.filter(language="en").count() > 20
    assert Person.objects.exclude(nationality="CN").exists()
    assert Person.objects.exclude(needs=[]).exists()
    assert Household.objects.count() > 200
    assert EmergencyContact.objects.count() > 500


@pytest.mark.usefixtures("people")
def test_addresses_are_in_their_one_written_form_and_numbers_are_valid():
    for point in ContactPoint.objects.all()[:500]:
        assert normalise_address(point.channel, point.address) == point.address
        assert bytes(point.address_index) == address_index(point.channel, point.address)


@pytest.mark.usefixtures("people")
def test_a_few_percent_cannot_be_reached_at_all():
    reach = addresses_for(list(Person.objects.values_list("pk", flat=True)))
    assert 0.01 < len(reach.unaddressed) / 2_000 < 0.10
    by_wechat = {a.address_index for a in reach.addresses if a.channel == "wechat"}
    assert 0.4 < len(by_wechat) / 2_000 < 0.65


def test_same_seed_draws_the_same_people_and_another_seed_others():
    def drawn(seed: int) -> list[dict]:
        (chunk,) = Maker(seed=seed, at=AT, focus={"VU": 9}).chunks(60)
        return [chunk.people, chunk.whereabouts, chunk.contacts, chunk.households]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


@pytest.mark.django_db
def test_two_runs_share_no_address_and_the_same_seed_is_refused():
    generate_people(count=150, seed=1, at=AT)
    generate_people(count=150, seed=2, at=AT)
    indexes = [bytes(i) for i in ContactPoint.objects.values_list("address_index", flat=True)]
    assert len(indexes) == len(set(indexes))
    with pytest.raises(DomainError) as refused:
        generate_people(count=1, seed=2, at=AT)
    assert refused.value.code == "already_generated"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("focus", "code"),
    [({"VU": 11}, "bad_focus"), ({"VU": -1}, "bad_focus"), ({"QQ": 1}, "unknown_country")],
)
def test_bad_focus_is_refused(focus, code):
    with pytest.raises(DomainError) as refused:
        generate_people(count=10, seed=1, focus=focus, at=AT)
    assert refused.value.code == code
    assert not Person.objects.exists()


@pytest.mark.parametrize("country", ["VU", "JP", "NP", "US", "FJ", "AQ", "CN", "TH"])
def test_numbers_are_valid_and_all_different(country):
    numbers = Numbers(first=0)
    made = [numbers.new(country) for _ in range(1_500)]
    assert len(set(made)) == 1_500
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(n)) for n in made[::97])


@pytest.mark.django_db
def test_command_writes_people_and_refuses_a_live_installation(capsys, settings):
    call_command("generate_people", "--count=30", "--focus=vu=5", "--at=2024-12-17T02:00:00Z")
    assert "30 people" in capsys.readouterr().out
    assert len(people_inside(VU, at=AT)) == 5
    settings.MODE = "live"
    with pytest.raises(CommandError, match="实战系统"):
        call_command("generate_people", "--count=1", "--seed=2")

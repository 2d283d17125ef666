"""What may be written into the registry, and how it is found again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from registry.drafts import PersonDraft, Place
from registry.models import Household, Person
from registry.selectors import people as selectors
from registry.services import people as services
from registry.services import whereabouts as places

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
VILA = Place(country="vu", latitude=-17.7365, longitude=168.3137, accuracy_m=50)


@pytest.fixture(autouse=True)
def _held():
    with clock.held_at(NOW):
        yield


@pytest.fixture
def wang():
    draft = PersonDraft(
        name=" 王\u200b小明 ", passport_name="wang/xiaoming", document_number="ez 123-4567",
        needs=("infant",), external_ref="A-1",
    )  # fmt: skip
    return services.register_person(draft=draft)


def test_person_is_written_clean_and_found_by_all_that_is_known(wang):
    services.add_contact_point(person=wang, channel="sms", address="5912345", region="VU")
    wang.refresh_from_db()
    assert (wang.name, wang.document_number, wang.registered_at) == ("王小明", "EZ1234567", NOW)
    for find, hits, misses in (
        (selectors.find_by_name, ("王小", "Wang/X"), ("", "小明", "王大")),
        (selectors.find_by_document, ("EZ1234567", "ez 1234567"), ("EZ1234568",)),
        (selectors.find_by_phone, ("+678 591 2345",), ("+6785912346",)),
    ):
        assert [list(find(text)) for text in hits] == [[wang]] * len(hits)
        assert [list(find(text)) for text in misses] == [[]] * len(misses)
    assert selectors.persons_by_ids([wang.pk, 10**9]) == {wang.pk: wang}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"name": " \u200b"}, "name"),
        ({"name": "王" * 81}, "name"),
        ({"sex": "male"}, "sex"),
        ({"nationality": "XX"}, "nationality"),
        ({"document_number": "12"}, "document_number"),
        ({"passport_name": "王小明"}, "passport_name"),
        ({"birth_date": NOW.date() + timedelta(days=1)}, "birth_date"),
        ({"needs": ("parking",)}, "needs"),
    ],
)
def test_bad_person_is_refused_and_the_field_named(columns, field):
    with pytest.raises(DomainError) as refused:
        services.register_person(draft=PersonDraft(**{"name": "王", **columns}))
    assert refused.value.extra["field"] == field


def test_same_reference_is_refused(wang):
    with pytest.raises(DomainError) as refused:
        services.register_person(draft=PersonDraft(name="王", external_ref="A-1"))
    assert refused.value.code == "already_registered"


def test_contact_point_is_one_and_proof_is_kept(wang):
    first = services.add_contact_point(person=wang, channel="sms", address="+6785912345")
    again = services.add_contact_point(
        person=wang, channel="sms", address="+678 591 2345", verified_at=NOW
    )
    assert (again.pk, again.verified_at) == (first.pk, NOW)
    assert services.retire_address(channel="sms", index=bytes(first.address_index)) == 1
    assert services.retire_address(channel="sms", index=bytes(first.address_index)) == 0


def test_residence_is_replaced_and_trips_are_kept_once(wang):
    places.set_residence(person=wang, place=VILA)
    places.set_residence(person=wang, place=Place(country="FJ"))
    for _ in range(2):
        places.add_trip(person=wang, place=VILA, starts_at=NOW, ends_at=NOW + timedelta(days=3))
    known = list(wang.whereabouts.all())
    assert sorted((p.kind, p.country, p.band) for p in known if p.band is not None) == [
        ("trip", "VU", -142)
    ]
    assert [(p.kind, p.country) for p in known if p.band is None] == [("residence", "FJ")]


def test_late_older_position_changes_nothing(wang):
    places.share_position(person=wang, place=VILA, shared_at=NOW)
    late = places.share_position(
        person=wang, place=Place(country="FJ"), shared_at=NOW - timedelta(hours=1)
    )
    assert (late.country, wang.whereabouts.count()) == ("VU", 1)


def test_trip_ends_after_it_begins(wang):
    with pytest.raises(DomainError) as refused:
        places.add_trip(person=wang, place=VILA, starts_at=NOW, ends_at=NOW - timedelta(days=1))
    assert refused.value.code == "bad_trip"


def test_place_vaguer_than_fifty_kilometres_keeps_its_country_only():
    vague = Place(country="VU", latitude=0, longitude=0, accuracy_m=60_000).clean()
    assert (vague.latitude, vague.accuracy_m, vague.columns()["band"]) == (None, None, None)


def test_household_emergency_contact_and_leaving(wang):
    home = Household.objects.create()
    services.join_household(person=wang, household=home)
    assert list(home.members.all()) == [wang]
    for _ in range(2):
        services.add_emergency_contact(
            person=wang, name="王大明", relation="父亲", phone="13800138000"
        )
    assert wang.emergency_contacts.get().phone == "+8613800138000"
    assert (services.leave_registry(person=wang), services.leave_registry(person=wang)) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("born", "basis", "refused"),
    [
        (date(2010, 12, 18), "consent", True),  # fourteen tomorrow
        (date(2010, 12, 17), "consent", False),
        (date(2020, 1, 1), "guardian", False),
        (date(2020, 1, 1), "statutory", False),
        (None, "consent", False),
    ],
)
def test_a_child_under_fourteen_needs_a_guardian(born, basis, refused):
    draft = PersonDraft(name="王小宝", birth_date=born, basis=basis)
    if not refused:
        assert services.register_person(draft=draft).basis == basis
        return
    with pytest.raises(DomainError) as refusal:
        services.register_person(draft=draft)
    assert (refusal.value.code, refusal.value.extra["field"]) == ("guardian_needed", "birth_date")
    assert not Person.objects.exists()


def test_nobody_corrects_themselves_into_a_child():
    person = services.register_person(draft=PersonDraft(name="王小宝"))
    with pytest.raises(DomainError) as refusal:
        services.correct_person(
            person=person, draft=PersonDraft(name="王小宝", birth_date=date(2015, 1, 1))
        )
    assert refusal.value.code == "guardian_needed"

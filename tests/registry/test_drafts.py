"""What a citizen may say of themselves beyond a name: health, obstacles, insurance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.kernel import clock
from config.kernel.errors import DomainError
from registry.drafts import NEEDS, PersonDraft, draft_of, insurer_line
from registry.models import BloodType, Obstacle, Person
from registry.services.people import correct_person, register_person

NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
FULL = PersonDraft(
    name="王小明",
    passport_name="WANG/XIAOMING",
    birth_date=date(1990, 3, 7),
    document_number="EZ1234567",
    needs=("wheelchair",),
    health_note="青霉素过敏",
    blood_type="AB-",
    due_on=TODAY + timedelta(weeks=12),
    obstacles=("withheld", "overstay", "withheld"),
    insurer=" 中国 人保 ",
    insurance_policy="PICC-2024-000123",
    insurer_phone="95518",
)


@pytest.fixture(autouse=True)
def _held():
    with clock.held_at(NOW):
        yield


@pytest.mark.django_db
def test_everything_said_is_written_and_read_again_as_the_same_draft():
    person = register_person(draft=FULL)
    again = Person.objects.get(pk=person.pk)
    assert again.obstacles == ["overstay", "withheld"]
    assert (again.needs, again.due_on) == (["pregnant", "wheelchair"], "2025-03-11")
    assert draft_of(again) == draft_of(again).clean(TODAY) == FULL.clean(TODAY)


@pytest.mark.django_db
def test_health_and_insurance_stand_sealed_in_the_database():
    register_person(draft=FULL)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT blood_type, due_on, health_note, insurance_policy FROM registry_person"
        )
        stored = b"|".join(bytes(column) for column in cursor.fetchone())
    for secret in ("AB-", "2025-03-11", "青霉素过敏", "PICC-2024-000123"):
        assert secret.encode() not in stored


@pytest.mark.django_db
def test_correction_writes_what_changed_and_keeps_where_the_person_came_from():
    person = register_person(draft=PersonDraft(name="王小明", external_ref="A-1"))
    draft = PersonDraft(name="王小明", document_number="ez 765 4321", blood_type="O+")
    changed = correct_person(person=person, draft=draft)
    again = Person.objects.get(pk=person.pk)
    assert (sorted(changed), again.external_ref) == (["blood_type", "document_number"], "A-1")
    assert list(Person.objects.filter(document_index=again.document_index)) == [again]
    assert correct_person(person=again, draft=draft) == []


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"blood_type": "C+"}, "blood_type"),
        ({"due_on": TODAY - timedelta(weeks=3)}, "due_on"),
        ({"due_on": TODAY + timedelta(weeks=41)}, "due_on"),
        ({"obstacles": ("bored",)}, "obstacles"),
        ({"insurer": "保" * 61}, "insurer"),
        ({"insurance_policy": "1" * 41}, "insurance_policy"),
        ({"insurer_phone": "call me"}, "insurer_phone"),
    ],
)
def test_what_cannot_be_is_refused_and_the_field_named(columns, field):
    with pytest.raises(DomainError) as refused:
        PersonDraft(**{"name": "王", **columns}).clean(TODAY)
    assert refused.value.extra["field"] == field


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("９５５１８", "95518"),
        ("010-6655 0123", "+861066550123"),
        ("+33 1 70 18 99 00", "+33170189900"),
    ],
)
def test_line_of_an_insurer(written, kept):
    assert insurer_line(written) == kept


@given(
    st.sets(st.sampled_from(NEEDS)),
    st.sets(st.sampled_from(Obstacle.values)),
    st.sampled_from(["", *BloodType.values]),
    st.none() | st.dates(TODAY - timedelta(weeks=2), TODAY + timedelta(weeks=40)),
)
def test_a_clean_draft_stays_as_it_is(needs, obstacles, blood_type, due_on):
    draft = PersonDraft(
        name="王",
        needs=tuple(needs),
        obstacles=tuple(obstacles),
        blood_type=blood_type,
        due_on=due_on,
    ).clean(TODAY)
    assert draft.clean(TODAY) == draft
    assert ("pregnant" in draft.needs) == (due_on is not None or "pregnant" in needs)

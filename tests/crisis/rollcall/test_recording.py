"""What officers record by hand, and what they may not."""

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.events.models import OutboxEvent
from crisis.rollcall.models import RollCallEvent
from crisis.rollcall.services import record_status
from crisis.rollcall.services.recording import BY_OFFICER
from crisis.rollcall.states import EventKind

pytestmark = pytest.mark.django_db


def record(incident, person, kind, officer, note="当面见到"):
    record_status(incident=incident, person_ref=person.pk, kind=kind, officer=officer, note=note)


@pytest.mark.parametrize("kind", sorted(BY_OFFICER))
def test_officer_records_and_the_standing_follows(incident, people, officer, standing, kind):
    record(incident, people["wang"], EventKind(kind), officer)
    event = RollCallEvent.objects.get()
    assert (event.kind, event.source, event.recorded_by) == (kind, "officer", "officer")
    assert event.note == "当面见到"
    entry = AuditEntry.objects.get(act=f"rollcall.{kind}")
    assert entry.detail == {
        "person": people["wang"].pk,
        "basis": "statutory+vital_interest",
    }
    assert "当面见到" not in str(entry.detail)
    found = standing(people["wang"])
    assert (found.condition, found.movement, found.contact) != (
        "unknown",
        "in_area",
        "not_contacted",
    )


def test_partners_hear_of_the_change_without_personal_data(incident, people, officer):
    record(incident, people["wang"], EventKind.INJURED, officer)
    event = OutboxEvent.objects.filter(type__contains="standing").get()
    assert event.data["condition"] == "injured"
    assert "王" not in str(event.data)


def test_same_act_twice_is_two_lines(incident, people, officer, held_clock):
    for _ in range(2):
        record(incident, people["wang"], EventKind.SAFE, officer)
        held_clock(1)
    assert RollCallEvent.objects.count() == 2


@pytest.mark.parametrize("kind", sorted(set(EventKind) - BY_OFFICER), ids=lambda kind: kind.value)
def test_what_no_single_officer_records(incident, people, officer, kind):
    with pytest.raises(DomainError) as refusal:
        record(incident, people["wang"], kind, officer)
    assert refusal.value.code == "not_recordable"


@pytest.mark.parametrize("kind", [EventKind.MISSING, EventKind.IDENTITY_PENDING])
@pytest.mark.parametrize("note", ["", "  \n"])
def test_grave_words_need_a_reason(incident, people, officer, kind, note):
    with pytest.raises(DomainError) as refusal:
        record(incident, people["wang"], kind, officer, note)
    assert refusal.value.code == "note_needed"


def test_somebody_outside_the_audience_is_not_recorded(incident, people, officer):
    with pytest.raises(DomainError) as refusal:
        record(incident, people["beyond"], EventKind.SAFE, officer)
    assert (refusal.value.code, refusal.value.status) == ("not_in_audience", 404)


@pytest.mark.parametrize(
    ("who", "status"),
    [("outsider", 404), ("planner", 403), ("liaison", 403), ("auditor", 403),
     ("administrator", 403)],
)  # fmt: skip
def test_who_may_not_record(incident, people, request, who, status):
    with pytest.raises(DomainError) as refusal:
        record(incident, people["wang"], EventKind.SAFE, request.getfixturevalue(who))
    assert refusal.value.status == status
    assert not RollCallEvent.objects.exists()


def test_draft_has_no_roll_call(post, officer, people, settings):
    from crisis.incidents.services import declare_incident
    from tests.support.scene import draft

    settings.TWO_PERSON_THRESHOLD = 0
    waiting = declare_incident(
        draft=draft(post), officer=officer, declaration_key="k", confirmed_count=6
    )
    with pytest.raises(DomainError) as refusal:
        record(waiting, people["wang"], EventKind.SAFE, officer)
    assert refusal.value.code == "wrong_state"


def test_note_stands_sealed(incident, people, officer):
    from django.db import connection

    record(incident, people["wang"], EventKind.INJURED, officer, "左腿骨折")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM rollcall_rollcallevent")
        assert "左腿".encode() not in bytes(cursor.fetchone()[0])

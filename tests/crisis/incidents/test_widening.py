"""The area grows: whoever is newly inside is told what holds now, and nobody is told twice."""

import pytest

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.events.models import OutboxEvent
from crisis.incidents.audience import frozen_ids
from crisis.incidents.drafts import AreaDraft
from crisis.incidents.models import Widening
from crisis.incidents.services import (
    approve_widening,
    discard_widening,
    expand_incident,
    retract_incident_wave,
    send_all_clear,
    stand_down_incident,
    submit_announcement,
    submit_widening,
)
from crisis.incidents.services.expanding import expand_unfinished
from crisis.incidents.widenings import content_hash, preview_widening
from crisis.rollcall.models import Standing
from crisis.rollcall.services.timers import work_due_steps
from notifications.models import Wave
from notifications.services import sending
from tests.support.scene import BEYOND
from tests.support.waves import due_now

pytestmark = pytest.mark.django_db
# Around the one person beyond, and most of those who are inside already.
SOUTH = AreaDraft(latitude=-18.4, longitude=168.2, radius_m=100_000.0)
FAR = AreaDraft(latitude=BEYOND.latitude, longitude=BEYOND.longitude, radius_m=5_000.0)
EMPTY = AreaDraft(latitude=10.0, longitude=10.0, radius_m=5_000.0)


@pytest.fixture
def incident(submit):
    declared = submit()
    expand_incident(declared.pk)
    return declared


@pytest.fixture
def widen(incident, officer):
    def submit_one(area=SOUTH, *, by=None, key="key", count=1):
        return submit_widening(
            incident=incident, area=area, officer=by or officer, widening_key=key,
            confirmed_count=count,
        )  # fmt: skip

    return submit_one


@pytest.fixture
def remind():
    """`remind()`: every step that is due now; the reminders it brought."""

    def work():
        known = set(Wave.objects.values_list("pk", flat=True))
        while work_due_steps():
            pass
        return list(Wave.objects.filter(kind="reminder").exclude(pk__in=known))

    return work


def send(wave):
    for batch in due_now(wave):
        sending.send_batch(batch)


def recipients(wave):
    return sorted(delivery.address for delivery in wave.deliveries.all())


def code_of(refused):
    return refused.value.code


def test_newcomers_alone_get_the_standing_alert(incident, widen, people):
    [alert] = Wave.objects.all()
    before = recipients(alert)
    widening = widen()
    assert (widening.people, widening.waits) == (1, False)
    expand_incident(incident.pk)
    incident.refresh_from_db()
    assert incident.audience_count == 7
    assert recipients(alert) == sorted([*before, "+6785550107"])
    assert Standing.objects.get(person_ref=people["beyond"].pk).contact == "not_contacted"
    assert len(set(frozen_ids(incident).tolist())) == len(frozen_ids(incident)) == 7
    alert.refresh_from_db()
    assert alert.recipients_done_at is not None


def test_the_wave_is_not_whole_before_the_newcomers_are_written(incident, widen):
    assert Wave.objects.get().recipients_done_at is not None
    widen()
    assert Wave.objects.get().recipients_done_at is None
    assert expand_unfinished()
    assert Wave.objects.get().recipients_done_at is not None


def test_preview_tells_who_is_new_and_changes_nothing(incident, officer):
    shown = preview_widening(incident=incident, area=SOUTH, officer=officer)
    assert (shown.total, shown.known, shown.addresses, shown.unaddressed) == (1, 6, 1, 0)
    assert any("维拉港" in text.text for text in shown.texts)
    assert not Widening.objects.exists()
    nobody = preview_widening(incident=incident, area=EMPTY, officer=officer)
    assert (nobody.total, nobody.known) == (0, 0)


def test_partners_and_the_audit_log_are_told(incident, widen):
    widen()
    event = OutboxEvent.objects.get(type="cn.guihang.incident.widened")
    assert event.data == {"incident": incident.pk, "countries": [], "added": 1, "audience": 7}
    entries = AuditEntry.objects.filter(subject=incident.source).order_by("pk")
    acts = list(entries.values_list("act", flat=True))
    assert acts[-2:] == ["incident.widen.submit", "incident.widen"]


def test_nobody_new_and_a_wrong_number_are_refused(incident, widen):
    with pytest.raises(DomainError) as refused:
        widen(EMPTY, count=0)
    assert code_of(refused) == "nobody_new"
    with pytest.raises(DomainError) as refused:
        widen(count=7)
    assert (code_of(refused), refused.value.extra) == ("count_changed", {"people": 1})
    assert not Widening.objects.exists()


def test_the_same_submit_twice_is_one_widening(incident, widen):
    assert widen() == widen()
    with pytest.raises(DomainError) as refused:
        widen(FAR)
    assert code_of(refused) == "key_used"
    with pytest.raises(DomainError) as refused:
        widen(key="another")
    assert code_of(refused) == "nobody_new"


def test_above_the_threshold_a_second_officer_decides(
    incident, widen, officer, second_officer, settings
):
    settings.TWO_PERSON_THRESHOLD = 6  # six were declared alone: one more is too many
    waiting = widen()
    assert waiting.waits
    assert not expand_unfinished()
    seen = {"content_hash": waiting.content_hash, "confirmed_count": 1}
    with pytest.raises(DomainError) as refused:
        approve_widening(widening=waiting, officer=officer, **seen)
    assert code_of(refused) == "same_officer"
    approved = approve_widening(widening=waiting, officer=second_officer, **seen)
    assert (approved.people, approved.waits) == (1, False)
    with pytest.raises(DomainError) as refused:
        approve_widening(widening=waiting, officer=second_officer, **seen)
    assert code_of(refused) == "wrong_state"


def test_a_word_said_meanwhile_voids_the_approval(
    incident, widen, officer, second_officer, settings
):
    settings.TWO_PERSON_THRESHOLD = 6
    waiting = widen()
    settings.TWO_PERSON_THRESHOLD = 100
    words = {"news": "机场恢复", "news_en": "airport open"}
    submit_announcement(incident=incident, kind="update", words=words, officer=officer)
    with pytest.raises(DomainError) as refused:
        approve_widening(
            widening=waiting, officer=second_officer, content_hash=waiting.content_hash,
            confirmed_count=1,
        )  # fmt: skip
    assert code_of(refused) == "content_changed"
    discard_widening(widening=waiting, officer=officer)
    assert not Widening.objects.get().waits
    # What newcomers get now is the update.
    expand_incident(incident.pk)
    widen(key="again")
    expand_incident(incident.pk)
    assert "+6785550107" in recipients(Wave.objects.get(kind="update"))


def test_nothing_is_widened_once_the_danger_is_over(incident, widen, officer, held_clock):
    send_all_clear(incident=incident, officer=officer)
    with pytest.raises(DomainError) as refused:
        widen()
    assert code_of(refused) == "wrong_state"


def test_nothing_is_widened_after_a_retraction_or_a_stand_down(incident, widen, officer):
    retract_incident_wave(incident=incident, wave=Wave.objects.get(), officer=officer)
    with pytest.raises(DomainError) as refused:
        widen()
    assert code_of(refused) == "wrong_state"
    stand_down_incident(incident=incident, officer=officer)
    with pytest.raises(DomainError) as refused:
        widen()
    assert code_of(refused) == "wrong_state"


def test_an_expired_alert_is_updated_first(incident, widen, held_clock):
    held_clock(7 * 3600)
    with pytest.raises(DomainError) as refused:
        widen()
    assert code_of(refused) == "alert_expired"


def test_outside_the_jurisdiction_is_refused(incident, widen, outsider):
    with pytest.raises(DomainError) as refused:
        widen(by=outsider)
    assert refused.value.status == 403


def test_newcomers_get_reminders_of_their_own_and_others_get_none_of_them(
    incident, widen, held_clock, gateway, remind
):
    send(Wave.objects.get())
    held_clock(50 * 60)  # past every rung of a red incident
    remind()
    widen()
    expand_incident(incident.pk)
    send(Wave.objects.get(kind="initial"))
    held_clock(15 * 60)
    [wave] = remind()
    assert recipients(wave) == ["+6785550107"]


def test_the_hash_covers_ground_and_alert(incident):
    [alert] = Wave.objects.all()
    one = content_hash(incident, SOUTH, alert=alert)
    whole = AreaDraft(latitude=-18.4, longitude=168.2, radius_m=100_000)
    assert one == content_hash(incident, whole, alert=alert)
    assert one != content_hash(incident, FAR, alert=alert)

"""Taking back, and saying that it is over: exactly to those who got it, or may have."""

import pytest

from config.kernel.errors import DomainError
from crisis.events.models import OutboxEvent
from crisis.incidents.services import (
    expand_incident,
    retract_incident_wave,
    send_all_clear,
    stand_down_incident,
)
from notifications.models import Delivery, Wave
from notifications.services import recovery, sending
from notifications.states import DeliveryState
from tests.support.scene import remind_now
from tests.support.waves import ACCEPTED, BUSY, REFUSED, UNKNOWN, due_now, patience_over, states

pytestmark = pytest.mark.django_db
S = DeliveryState


@pytest.fixture
def incident(submit, settings):
    settings.SEND_WINDOW = 2
    declared = submit()
    expand_incident(declared.pk)
    return declared


def initial():
    return Wave.objects.get(kind="initial")


def send(wave):
    for pk in due_now(wave):
        sending.send_batch(pk)


def told(wave):
    return sorted(delivery.address for delivery in wave.deliveries.all())


def by_outcome(*outcomes):
    """The n-th message comes to the n-th outcome."""
    rest = list(outcomes)
    return lambda message, times: rest.pop(0)


def test_correction_goes_to_all_who_got_it_or_may_have(incident, officer, gateway):
    gateway.decide = by_outcome(ACCEPTED, REFUSED, UNKNOWN, BUSY, ACCEPTED)
    wave = initial()
    send(wave)
    assert sorted(states(wave)) == [S.ACCEPTED, S.ACCEPTED, S.FAILED, S.IN_DOUBT, S.PENDING]
    may_have = wave.deliveries.filter(state__in=[S.ACCEPTED, S.IN_DOUBT])
    expected = sorted(delivery.address for delivery in may_have)
    retraction = retract_incident_wave(incident=incident, wave=wave, officer=officer)
    assert told(retraction) == expected
    assert retraction.retracts == wave
    assert retraction.priority == 0
    assert wave.code in retraction.texts["sms"]["zh-hans"]
    assert Wave.objects.get(pk=retraction.pk).recipients_done_at
    assert S.PENDING not in states(wave)
    assert OutboxEvent.objects.filter(type__contains="retracted").count() == 1


def test_nobody_called_nobody_corrected(incident, officer, gateway):
    retraction = retract_incident_wave(incident=incident, wave=initial(), officer=officer)
    assert not retraction.deliveries.exists()
    assert set(states(initial())) == {S.CANCELLED}
    send(initial())
    assert gateway.calls == []


def test_flagged_repeat_counts_as_may_have_got(incident, officer, gateway):
    wave = initial()
    gateway.decide = lambda message, times: UNKNOWN
    send(wave)
    patience_over(wave)
    recovery.resolve_in_doubt()
    assert set(states(wave)) == {S.PENDING}
    retraction = retract_incident_wave(incident=incident, wave=wave, officer=officer)
    assert set(states(wave)) == {S.CANCELLED}
    assert retraction.deliveries.count() == 5


def test_retraction_in_the_middle_of_a_window_reaches_that_window(
    incident, officer, gateway, monkeypatch
):
    wave = initial()
    retractions = []
    hand_over = sending.caller.hand_over

    def retract_meanwhile(gateway, messages):
        results = hand_over(gateway, messages)
        if not retractions:
            retractions.append(retract_incident_wave(incident=incident, wave=wave, officer=officer))
        return results

    monkeypatch.setattr(sending.caller, "hand_over", retract_meanwhile)
    send(wave)
    got = [delivery.address for delivery in wave.deliveries.filter(state=S.ACCEPTED)]
    assert len(got) in (1, 2)  # one window
    assert told(retractions[0]) == sorted(got)
    assert set(states(wave)) == {S.ACCEPTED, S.CANCELLED}


@pytest.mark.parametrize("who", ["outsider", "liaison", "auditor", "administrator"])
def test_who_may_not_take_back(incident, request, who):
    with pytest.raises(DomainError) as refusal:
        retract_incident_wave(
            incident=incident, wave=initial(), officer=request.getfixturevalue(who)
        )
    assert refusal.value.status == 403
    assert initial().retracted_at is None


def test_another_officer_of_the_post_takes_back_alone(incident, second_officer):
    retract_incident_wave(incident=incident, wave=initial(), officer=second_officer)
    assert initial().retracted_at


def test_taken_back_once(incident, officer):
    retraction = retract_incident_wave(incident=incident, wave=initial(), officer=officer)
    for wave, code in [(initial(), "already_retracted"), (retraction, "wrong_wave")]:
        with pytest.raises(DomainError) as refusal:
            retract_incident_wave(incident=incident, wave=wave, officer=officer)
        assert refusal.value.code == code
    assert Wave.objects.count() == 2


def test_nobody_is_reminded_of_what_was_taken_back(incident, officer, gateway):
    send(initial())
    retract_incident_wave(incident=incident, wave=initial(), officer=officer)
    remind_now(incident)
    assert not Wave.objects.filter(kind="reminder").exists()


def test_all_clear_reaches_who_got_the_alert_once(incident, officer, gateway):
    gateway.decide = by_outcome(ACCEPTED, REFUSED, ACCEPTED, ACCEPTED, UNKNOWN)
    send(initial())
    wave = send_all_clear(incident=incident, officer=officer)
    assert wave.kind == "all_clear"
    assert wave.deliveries.count() == 4
    with pytest.raises(DomainError) as refusal:
        send_all_clear(incident=incident, officer=officer)
    assert refusal.value.code == "already_sent"
    assert Delivery.objects.filter(wave=wave).count() == 4


def test_all_clear_after_standing_down(incident, officer, gateway):
    send(initial())
    stood_down = stand_down_incident(incident=incident, officer=officer)
    assert send_all_clear(incident=stood_down, officer=officer).deliveries.count() == 5


def test_no_all_clear_for_what_was_never_declared(submit, officer, settings):
    settings.TWO_PERSON_THRESHOLD = 0
    with pytest.raises(DomainError) as refusal:
        send_all_clear(incident=submit(), officer=officer)
    assert refusal.value.code == "wrong_state"


def test_outsider_sends_no_all_clear(incident, outsider):
    with pytest.raises(DomainError) as refusal:
        send_all_clear(incident=incident, officer=outsider)
    assert refusal.value.status == 403


def test_taking_back_the_alert_takes_its_reminder_back_too(incident, officer, gateway):
    send(initial())
    remind_now(incident)
    reminder = Wave.objects.get(kind="reminder")

    retraction = retract_incident_wave(incident=incident, wave=initial(), officer=officer)

    reminder.refresh_from_db()
    assert reminder.retracted_at is not None
    assert set(reminder.deliveries.values_list("state", flat=True)) == {"cancelled"}
    assert told(retraction) == told(initial())


def test_who_got_only_the_reminder_is_corrected_too(incident, officer, gateway):
    """The reminder may get through where the first alert did not."""
    gateway.decide = lambda message, times: REFUSED
    send(initial())
    gateway.decide = lambda message, times: ACCEPTED
    remind_now(incident)
    reminder = Wave.objects.get(kind="reminder")
    send(reminder)

    retraction = retract_incident_wave(incident=incident, wave=initial(), officer=officer)

    assert told(retraction) == told(reminder) != []

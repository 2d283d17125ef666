"""Updates and corrections: what is new reaches everyone, what was wrong leaves no more."""

import pytest

from config.kernel.errors import DomainError
from crisis.incidents.models import AudienceSlice
from crisis.incidents.services import (
    approve_announcement,
    discard_announcement,
    expand_incident,
    retract_incident_wave,
    send_all_clear,
    submit_announcement,
)
from notifications.models import Following, Wave
from notifications.services import following, sending
from notifications.states import DeliveryState
from tests.support.scene import remind_now
from tests.support.waves import ACCEPTED, BUSY, REFUSED, UNKNOWN, due_now, states

pytestmark = pytest.mark.django_db
S = DeliveryState
PLACE = {"subject": "集合点", "subject_en": "meeting point", "value": "市体育场",
         "value_en": "City Stadium"}  # fmt: skip
NEWS = {"news": "机场明早八时恢复起降", "news_en": "the airport reopens at 08:00"}


@pytest.fixture
def declared(submit, settings):
    settings.SEND_WINDOW = 2
    return submit()


@pytest.fixture
def incident(declared):
    expand_incident(declared.pk)
    return declared


@pytest.fixture
def say(incident, officer):
    """`say("correction", place="桑托岛")`: submitted by an officer who may send it alone."""

    def submit_one(kind, by=None, **words):
        said = (PLACE if kind == "correction" else NEWS) | words
        return submit_announcement(incident=incident, kind=kind, words=said, officer=by or officer)

    return submit_one


def send(*waves):
    for wave in waves:
        for pk in due_now(wave):
            sending.send_batch(pk)


def told(wave):
    return sorted(delivery.address for delivery in wave.deliveries.all())


def newest(kind):
    return Wave.objects.filter(kind=kind).latest("pk")


def by_outcome(*outcomes):
    rest = list(outcomes)
    return lambda message, times: rest.pop(0)


def test_correction_goes_to_who_may_have_read_it_and_the_right_alert_to_who_did_not(
    incident, gateway, say
):
    gateway.decide = by_outcome(ACCEPTED, REFUSED, UNKNOWN, BUSY, ACCEPTED)
    wrong = newest("initial")
    send(wrong)
    may_have = sorted(
        d.address for d in wrong.deliveries.filter(state__in=[S.ACCEPTED, S.IN_DOUBT])
    )
    waiting = told_waiting(wrong)

    correction = say("correction", place="桑托岛", place_en="Santo").wave

    right = newest("initial")
    assert told(correction) == may_have
    assert told(right) == waiting != []
    assert right.pk != wrong.pk
    assert "桑托岛" in right.texts["sms"]["zh-hans"]
    assert S.PENDING not in states(wrong)
    wrong.refresh_from_db()
    assert wrong.ended_by == correction
    assert correction.retracts == wrong


def told_waiting(wave):
    return sorted(delivery.address for delivery in wave.deliveries.filter(state=S.PENDING))


def test_correction_speaks_of_the_old_place_and_leaves_first(incident, gateway, say):
    send(newest("initial"))
    correction = say("correction", place="桑托岛", place_en="Santo").wave
    text = correction.texts["sms"]["zh-hans"]
    assert "更正：维拉港集合点改为市体育场" in text
    assert "危险仍在" in text
    assert newest("initial").priority > correction.priority == 0


def test_reminders_go_on_after_a_correction_in_the_right_words(incident, gateway, say):
    send(newest("initial"))
    send(say("correction", place="桑托岛", place_en="Santo").wave)
    remind_now(incident)
    assert "桑托岛" in newest("reminder").texts["sms"]["zh-hans"]


def test_who_is_expanded_later_reads_the_right_alert_alone(declared, officer, gateway):
    submit_announcement(
        incident=declared, kind="correction", words=PLACE | {"place": "桑托岛"}, officer=officer
    )
    expand_incident(declared.pk)
    wrong, right = Wave.objects.filter(kind="initial").order_by("pk")
    assert not wrong.deliveries.exists()
    assert right.deliveries.count() == 5
    assert not AudienceSlice.objects.filter(expanded_at=None).exists()
    right.refresh_from_db()
    assert right.recipients_done_at


def test_update_overtakes_what_still_waits(incident, gateway, say):
    gateway.decide = by_outcome(ACCEPTED, ACCEPTED, BUSY, BUSY, BUSY)
    first = newest("initial")
    send(first)
    everybody = told(first)
    update = say("update").wave
    gateway.decide = lambda message, times: ACCEPTED
    sent_before = len(gateway.calls)

    send(first, update)

    assert told(update) == everybody
    assert set(states(update)) == {S.ACCEPTED}
    assert {call.text for call in gateway.calls[sent_before:] if isinstance(call.text, str)} <= set(
        update.texts["sms"].values()
    )
    assert states(first).count(S.CANCELLED) == 3


def test_second_correction_reaches_who_got_the_first_mistake(incident, gateway, say):
    send(newest("initial"))
    send(say("correction").wave)
    again = say("correction", value="港务局", value_en="Port office").wave
    assert told(again) == told(Wave.objects.earliest("pk"))


@pytest.mark.parametrize("then", ["update", "correction"])
def test_later_news_do_not_stop_a_correction_that_is_on_its_way(incident, gateway, say, then):
    """Whoever read the mistake has to read what is right, whatever else there is."""
    send(newest("initial"))
    first = say("correction").wave
    say(then, **({} if then == "update" else {"value": "港务局", "value_en": "Port office"}))
    send(first)
    assert set(states(first)) == {S.ACCEPTED}
    assert told(first) == told(Wave.objects.earliest("pk"))


def test_taking_back_after_a_correction_reaches_everybody(incident, officer, gateway, say):
    gateway.decide = by_outcome(ACCEPTED, ACCEPTED, BUSY, BUSY, BUSY)
    first = newest("initial")
    send(first)
    gateway.decide = lambda message, times: ACCEPTED
    correction = say("correction").wave
    send(correction, newest("initial"))

    retraction = retract_incident_wave(incident=incident, wave=newest("initial"), officer=officer)

    assert told(retraction) == told(first)
    remind_now(incident)
    assert not Wave.objects.filter(kind="reminder").exists()


def test_all_clear_overtakes_the_correction_and_stops_reminders(incident, officer, gateway, say):
    send(newest("initial"))
    correction = say("correction").wave
    over = send_all_clear(incident=incident, officer=officer)
    assert set(states(correction)) == {S.CANCELLED}
    assert told(over) == told(Wave.objects.earliest("pk"))
    remind_now(incident)
    assert not Wave.objects.filter(kind="reminder").exists()


def test_update_after_the_all_clear_says_that_danger_is_back(incident, officer, gateway, say):
    send(newest("initial"))
    send(send_all_clear(incident=incident, officer=officer))
    with pytest.raises(DomainError) as refusal:
        say("correction")
    assert refusal.value.code == "wrong_state"
    say("update")
    assert send_all_clear(incident=incident, officer=officer).kind == "all_clear"


def test_thousands_are_followed_piece_by_piece(incident, gateway, say, monkeypatch, settings):
    monkeypatch.setattr(following, "FIRST_PIECE", 2)
    settings.SLICE_SIZE = 1
    send(newest("initial"))
    correction = say("correction").wave
    assert correction.deliveries.count() == 2
    assert not Wave.objects.get(pk=correction.pk).recipients_done_at
    while following.follow_unfinished():
        continue
    assert told(correction) == told(Wave.objects.earliest("pk"))
    assert not Following.objects.filter(done_at=None).exists()


def test_taking_back_while_a_correction_is_still_being_filled(
    incident, officer, gateway, say, monkeypatch
):
    """Nobody is added to the correction any more; the retraction reaches all of them."""
    monkeypatch.setattr(following, "FIRST_PIECE", 2)
    send(newest("initial"))
    correction = say("correction").wave
    monkeypatch.setattr(following, "FIRST_PIECE", 500)
    retraction = retract_incident_wave(incident=incident, wave=newest("initial"), officer=officer)
    while following.follow_unfinished():
        continue
    assert correction.deliveries.count() == 2
    assert told(retraction) == told(Wave.objects.earliest("pk"))


def test_above_the_threshold_a_second_officer_sees_it_first(
    incident, officer, second_officer, gateway, say, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    waiting = say("update")
    assert waiting.waits
    assert not Wave.objects.filter(kind="update").exists()
    for by, seen, code in [
        (officer, waiting.content_hash, "same_officer"),
        (second_officer, "another", "content_changed"),
    ]:
        with pytest.raises(DomainError) as refusal:
            approve_announcement(announcement=waiting, officer=by, content_hash=seen)
        assert refusal.value.code == code
    sent = approve_announcement(
        announcement=waiting, officer=second_officer, content_hash=waiting.content_hash
    )
    assert sent.wave.kind == "update"
    with pytest.raises(DomainError):
        approve_announcement(
            announcement=waiting, officer=second_officer, content_hash=waiting.content_hash
        )


def test_approval_is_void_once_something_else_was_said(
    incident, officer, second_officer, gateway, say, settings
):
    settings.TWO_PERSON_THRESHOLD = 5
    waiting = say("update")
    send_all_clear(incident=incident, officer=officer)
    with pytest.raises(DomainError) as refusal:
        approve_announcement(
            announcement=waiting, officer=second_officer, content_hash=waiting.content_hash
        )
    assert refusal.value.code == "content_changed"
    discard_announcement(announcement=waiting, officer=officer)
    waiting.refresh_from_db()
    assert not waiting.waits


def test_same_words_twice_are_sent_once(incident, gateway, say, settings):
    settings.TWO_PERSON_THRESHOLD = 5
    say("update")
    with pytest.raises(DomainError) as refusal:
        say("update")
    assert refusal.value.code == "already_submitted"


@pytest.mark.parametrize(
    ("kind", "words", "code"),
    [
        ("update", {"news": " "}, "missing_words"),
        ("correction", {"value_en": ""}, "missing_words"),
        ("correction", {"colour": "blue"}, "unknown_words"),
        ("update", {"place": "桑托岛"}, "unknown_words"),
        ("update", {"news": "第一行\n第二行"}, "bad_character"),
        ("correction", {"value": "很" * 30}, "text_too_long"),
        ("correction", {"place": "塔" * 30}, "text_too_long"),
    ],
)
def test_words_that_cannot_leave_are_refused_and_change_nothing(incident, say, kind, words, code):
    with pytest.raises(DomainError) as refusal:
        say(kind, **words)
    assert refusal.value.code == code
    assert Wave.objects.count() == 1
    assert Wave.objects.get().retracted_at is None


def test_after_a_retraction_nothing_more_is_said(incident, officer, gateway, say):
    retract_incident_wave(incident=incident, wave=newest("initial"), officer=officer)
    for kind in ("update", "correction"):
        with pytest.raises(DomainError) as refusal:
            say(kind)
        assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("who", ["outsider", "liaison", "auditor"])
def test_who_may_not_speak_for_the_incident(incident, request, say, who):
    with pytest.raises(DomainError) as refusal:
        say("update", by=request.getfixturevalue(who))
    assert refusal.value.status == 403

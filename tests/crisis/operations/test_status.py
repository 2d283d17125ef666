"""Waiting, stuck and slow: each limit by itself, and what the command and the page say of it."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.kernel import beats, clock
from config.kernel.models import Beat
from crisis.events.models import OutboxEvent
from crisis.incidents.models import AudienceSlice
from crisis.incidents.services import submit_announcement
from crisis.operations.judging import read_status
from crisis.operations.models import WaveCount
from crisis.operations.whole import count_waves
from crisis.rollcall.models import DueStep
from notifications.models import Attempt, Batch, Delivery, DeliveryPerson, Inbound, Reply
from notifications.services.sending import send_batch
from tests.support import scene
from tests.support.waves import ACCEPTED, REFUSED, Scripted, due_now, make_wave

pytestmark = pytest.mark.django_db


def ago(seconds):
    return clock.real_now() - timedelta(seconds=seconds)


def problems():
    return {found.problem.value for found in read_status().found}


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    monkeypatch.setattr("notifications.services.sending.gateway_for", lambda channel: scripted)
    return scripted


def test_quiet_house_has_no_problem(quiet_house):
    assert problems() == set()
    wave = make_wave(3)
    assert problems() == set()
    status = read_status()
    assert (status.waiting, status.being_sent) == (3, 0)
    assert status.queues[0].priority == wave.priority
    assert status.oldest_waiting_s < 5


def test_house_without_anybody_says_so(db):
    assert problems() == {"not_swept", "not_watched", "nobody_on_duty"}


def stale_batch():
    make_wave(2)
    Batch.objects.update(due_at=ago(25))


def held_batch():
    make_wave(2)
    Batch.objects.update(state="held", lease_until=ago(15))


def doubtful_batch():
    make_wave(2)
    Batch.objects.update(state="done", doubt_at=ago(60))
    Delivery.objects.update(state="in_doubt")


def unread_push():
    Inbound.objects.create(gateway="twilio", event_id="x", body="b", received_at=ago(40))


def unsent_event():
    OutboxEvent.objects.create(type="t", subject="s", time=ago(90))


def failing_step():
    step = {"lane": "records", "took_s": 0, "ago_s": 1, "failures": 3}
    Beat.objects.filter(kind=beats.STEPS).update(detail={"due_steps": step})


def silent_sweep():
    Beat.objects.filter(kind=beats.STEPS).update(beaten_at=ago(50))


def absent_watcher():
    Beat.objects.filter(kind=beats.WATCH).update(beaten_at=ago(35))


def broker_away():
    Beat.objects.filter(kind=beats.WATCH).update(detail={"broker_away_s": 31})


def stuck_process():
    beats.beat(kind="worker", host="a", name="worker", pid=3, detail={"state": "stuck"})


@pytest.mark.parametrize(
    ("arrange", "problem"),
    [
        (stale_batch, "untaken"),
        (held_batch, "held_too_long"),
        (doubtful_batch, "doubt_unresolved"),
        (unread_push, "inbox_unread"),
        (unsent_event, "outbox_unsent"),
        (failing_step, "step_failing"),
        (silent_sweep, "not_swept"),
        (absent_watcher, "not_watched"),
        (broker_away, "broker_away"),
        (stuck_process, "process_stuck"),
    ],
)
def test_each_standstill_has_its_name(quiet_house, capsys, arrange, problem):
    arrange()
    assert problems() == {problem}
    with pytest.raises(SystemExit) as ended:
        call_command("status", "--language", "en")
    assert ended.value.code == 1
    assert "  ! " in capsys.readouterr().out


def test_long_queue_that_somebody_works_off_is_no_standstill(quiet_house):
    stale_batch()
    make_wave(2, source="incident:2")
    newest = Batch.objects.order_by("-pk")[0]
    Batch.objects.filter(pk=newest.pk).update(
        state="held", lease_until=clock.real_now() + timedelta(seconds=20)
    )
    assert problems() == set()
    status = read_status()
    assert (status.waiting, status.being_sent) == (2, 2)


def test_incident_whose_people_are_not_written_stands_still(quiet_house, post, officer):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    AudienceSlice.objects.update(expanded_at=None)
    assert read_status().unexpanded_people == 6
    assert "unexpanded" not in problems()
    incident.declared_at = ago(90)
    incident.save()
    assert "unexpanded" in problems()


def test_overdue_step_is_noticed(quiet_house, post, officer):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    first = DueStep.objects.filter(incident=incident).order_by("pk")[0]
    DueStep.objects.filter(pk=first.pk).update(due_at=ago(70))
    assert "steps_overdue" in problems()


def test_wave_accounts_for_everybody_with_and_without_address(quiet_house, post, officer):
    scene.port_vila()
    scene.declare(post, officer, people=6)
    assert count_waves() == 1
    count = WaveCount.objects.get()
    assert (count.audience, count.standings, count.linked, count.unaddressed) == (6, 6, 5, 1)
    assert count.messages == count.written == Delivery.objects.count()
    assert count.whole
    assert count_waves() == 0


def test_corrected_alert_accounts_for_whoever_read_the_wrong_one(quiet_house, post, officer):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    Delivery.objects.update(state="delivered")
    words = {"subject": "集合点", "subject_en": "meeting point", "value": "市体育场",
             "value_en": "City Stadium"}  # fmt: skip
    submit_announcement(incident=incident, kind="correction", words=words, officer=officer)
    count_waves()
    count = WaveCount.objects.get()
    assert count.whole
    assert count.messages == 0  # everybody had read the wrong one


@pytest.mark.parametrize("lost", ["person", "message"])
def test_wave_that_lost_somebody_is_not_whole_until_it_is_again(quiet_house, post, officer, lost):
    people = scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    if lost == "person":
        DeliveryPerson.objects.filter(person_ref=people["li"].pk).delete()
    else:
        Batch.objects.update(size=99)
    count_waves()
    assert problems() == {"not_whole"}
    [found] = read_status().found
    assert found.post_id == incident.post_id
    assert count_waves() == 0  # not at once again
    WaveCount.objects.update(counted_at=ago(60))
    assert count_waves() == 1


def test_pace_is_that_of_the_newest_calls(quiet_house, gateway):
    wave = make_wave(20)
    gateway.decide = lambda message, times: REFUSED if message.address.endswith("7") else ACCEPTED
    for batch_id in due_now(wave):
        send_batch(batch_id)
    [pace] = read_status().paces
    assert pace.gateway == "twilio"
    assert pace.outcomes == {"accepted": 18, "refused": 2}
    assert pace.per_second == pytest.approx(20 / 60)
    assert 0 <= pace.median_s <= pace.slow_s + 1e-9 < 5
    Attempt.objects.update(at=ago(120))
    assert read_status().paces == []


def test_answers_are_told_by_the_minute(quiet_house):
    now = clock.now()
    for seconds in (5, 10, 200):
        at = now - timedelta(seconds=seconds)
        Reply.objects.create(
            via="sms", meaning="safe", state="unmatched", answered_at=at, received_at=at
        )
    assert read_status().answers_a_minute == pytest.approx(2)


def test_command_speaks_both_languages_and_json(quiet_house, capsys):
    make_wave(3)
    call_command("status", "--language", "zh-hans")
    assert "一切正常" in capsys.readouterr().out
    call_command("status", "--language", "en")
    assert "3 messages" in capsys.readouterr().out
    call_command("status", "--json")
    assert json.loads(capsys.readouterr().out)["queues"][0]["messages"] == 3


def test_page_shows_it_to_whoever_may_see(client, quiet_house, officer, liaison, administrator):
    stale_batch()
    for user, status in ((officer, 200), (administrator, 200), (liaison, 403)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/status/").status_code == status
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/status/").content.decode()
    assert "到期批次无人处理" in text
    assert "administrator" in text  # who is on duty
    assert "5550199" not in text


def test_number_of_queries_does_not_grow_with_what_waits(quiet_house):
    with CaptureQueriesContext(
        connection,
    ) as few:
        read_status()
    make_wave(50)
    with CaptureQueriesContext(connection) as many:
        read_status()
    assert len(many) <= len(few) + 1

"""The metrics: their form, their figures, and who may read them."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config.kernel import clock
from crisis.operations import tally
from crisis.operations.metrics import text
from crisis.operations.models import Tally, TallyMark
from notifications.models import Attempt, Batch, Reply
from tests.support.waves import make_wave, number

pytestmark = pytest.mark.django_db
TOKEN = "a long random token"


def samples():
    """{(name, *label values): value}"""
    families = text_string_to_metric_families(text().decode())
    return {(s.name, *s.labels.values()): s.value for f in families for s in f.samples}


def call(outcome="accepted"):
    delivery = make_wave(1).deliveries.get()
    return Attempt.objects.create(
        delivery=delivery, epoch=1, gateway="twilio", outcome=outcome, at=clock.now()
    )


def test_figures_come_from_the_rows(quiet_house):
    wave = make_wave(3)
    call()
    call("busy")
    found = samples()
    assert found["guihang_queue_messages", str(wave.priority.value), "waiting"] == 5
    assert found["guihang_queue_batches", str(wave.priority.value)] == 3
    assert 0 < found["guihang_oldest_waiting_delivery_seconds",] < 60
    assert found["guihang_gateway_outcomes_total", "twilio", "accepted"] == 1
    assert found["guihang_gateway_outcomes_total", "twilio", "busy"] == 1
    assert found["guihang_people_on_duty",] == 1
    assert found["guihang_problems", "untaken"] == 0
    Batch.objects.update(due_at=clock.real_now().replace(year=2020))
    assert samples()["guihang_problems", "untaken"] == 1


def test_every_name_is_ours_and_says_what_it_is(quiet_house):
    families = list(text_string_to_metric_families(text().decode()))
    assert len(families) > 15
    assert all(f.name.startswith("guihang_") and f.documentation for f in families)


def test_totals_only_grow_while_rows_are_folded_into_them(quiet_house):
    series = ("guihang_gateway_outcomes_total", "twilio", "accepted")
    for expected in (1, 2, 3, 4):
        call()
        tally.advance()
        assert samples()[series] == expected
        TallyMark.objects.update(seen_at=clock.real_now().replace(year=2020))
        tally.advance()
        assert samples()[series] == expected
    assert Tally.objects.get(series=tally.CALLS).total > 0


def test_row_that_commits_late_is_counted(quiet_house):
    """Its id lies before one that was seen; what is counted are ids seen half a minute ago."""
    late = call()
    pk = late.pk
    late.delete()
    call()
    tally.advance()
    late.pk = pk
    late.save(force_insert=True)
    TallyMark.objects.update(seen_at=clock.real_now().replace(year=2020))
    tally.advance()
    assert tally.totals(tally.CALLS) == {"twilio accepted": 2}


def test_answers_are_counted_by_the_way_they_came(quiet_house):
    for via in ("sms", "sms", "link"):
        now = clock.now()
        Reply.objects.create(
            via=via, meaning="safe", state="unmatched", answered_at=now, received_at=now
        )
    found = samples()
    assert found["guihang_answers_total", "sms"] == 2
    assert found["guihang_answers_total", "link"] == 1


def test_nobody_reads_them_while_no_token_is_set(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_only_the_token_opens_them(client, settings, quiet_house, officer):
    settings.METRICS_TOKEN = TOKEN
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 403
    assert client.get(f"/metrics?token={TOKEN}").status_code == 403
    make_wave(3)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert number(1) not in answer.content.decode()

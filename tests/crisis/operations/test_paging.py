"""A page: rows first, handed over here, once in a while, to nobody outside in a drill."""

import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.utils import translation

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.operations import checks, outside
from crisis.operations.models import Page
from crisis.operations.paging import WithoutRows, page
from crisis.operations.problems import Found, Problem
from crisis.staff.duty import on_duty
from notifications.models import Delivery, Reply, Wave
from notifications.services.inbox import store_inbound, work_inbox
from notifications.services.sending import send_batch
from tests.crisis.operations.conftest import DUTY_PHONE
from tests.support import scene
from tests.support.emulator import emulator_process
from tests.support.waves import Scripted, due_now

pytestmark = pytest.mark.django_db
STUCK = Found(Problem.PROCESS_STUCK, "worker@a")


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    for place in ("notifications.services.sending", "crisis.operations.paging"):
        monkeypatch.setattr(f"{place}.gateway_for", lambda channel: scripted)
    return scripted


def test_page_leaves_from_here_with_its_rows(gateway, administrator, put_on_duty):
    turn = put_on_duty(administrator)
    sent = page(STUCK)
    assert gateway.addresses == [DUTY_PHONE]
    text = gateway.calls[0].text
    assert "进程停滞已重启" in text
    assert "worker@a" in text
    assert "演练" in text  # a drill's page says so itself
    assert Delivery.objects.get(wave=sent.wave).state == "accepted"
    assert (sent.people, sent.wave.kind, sent.wave.mode_id) == (1, "duty", "drill")
    told = AuditEntry.objects.get(act="duty.paged")
    assert told.detail["turns"] == [turn.pk]


def test_same_problem_is_told_once_in_a_while_and_another_at_once(
    gateway, administrator, put_on_duty, settings
):
    put_on_duty(administrator)
    assert page(STUCK)
    assert page(STUCK) is None
    assert page(Found(Problem.PROCESS_STUCK, "sweep@a"))
    assert len(gateway.calls) == 2
    long_ago = clock.real_now() - timedelta(minutes=settings.PAGE_AGAIN_MINUTES, seconds=1)
    Page.objects.update(at=long_ago, slot=1)
    Page.objects.filter(where="sweep@a").delete()
    assert page(STUCK)
    assert len(gateway.calls) == 3


def test_each_is_told_in_their_language_and_one_phone_once(
    gateway, administrator, officer, duty_head, post, put_on_duty
):
    put_on_duty(administrator, language="en")
    put_on_duty(officer, post, phone="+6785550198")
    put_on_duty(duty_head, post)
    page(Found(Problem.NOT_WHOLE, "wave 7", post_id=post.pk))
    texts = {call.address: call.text for call in gateway.calls}
    assert set(texts) == {DUTY_PHONE, "+6785550198"}
    assert "Wave is not whole" in texts[DUTY_PHONE]
    assert "批次人数不符" in texts["+6785550198"]
    assert texts["+6785550198"].startswith("【驻瓦努阿图使馆】")


def test_channels_are_those_that_are_set(gateway, administrator, put_on_duty, settings):
    settings.PAGE_CHANNELS = ["sms", "wechat"]
    put_on_duty(administrator, wechat="oDuty0123456789abcdefghijkl")
    page(STUCK)
    assert {type(call.text) for call in gateway.calls} == {str, dict}
    settings.PAGE_CHANNELS = ["wechat"]
    page(Found(Problem.UNTAKEN))
    assert [type(call.text) for call in gateway.calls].count(dict) == 2


def test_when_nobody_is_on_duty_it_is_on_record_all_the_same(gateway):
    sent = page(STUCK)
    assert (sent.people, sent.wave) == (0, None)
    assert AuditEntry.objects.filter(act="duty.paged").exists()
    assert not Wave.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("problem", Problem)
def test_every_problem_has_a_name_that_fits_a_wechat_field(problem, language):
    with translation.override(language):
        assert len(str(problem.label)) <= 20


def test_answer_to_a_page_belongs_to_the_alert_before_it(
    gateway, administrator, put_on_duty, post, officer
):
    """Who is on duty is registered too, and inside."""
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    wave = Wave.objects.get(source=incident.source)
    for batch_id in due_now(wave):
        send_batch(batch_id)
    put_on_duty(administrator, phone="+6785550101")
    page(STUCK)
    body = "MessageSid=SM1&From=%2B6785550101&Body=1"
    store_inbound(gateway="twilio", event_id="SM1", body=body)
    work_inbox()
    assert Reply.objects.get().delivery.wave == wave


def test_page_reaches_the_emulator_over_http(tmp_path, settings, administrator, put_on_duty):
    with emulator_process(tmp_path) as emulator:
        settings.TWILIO_URL = emulator.url
        put_on_duty(administrator)
        page(STUCK)
        assert [line["to"] for line in emulator.lines("accepted")] == [DUTY_PHONE]


def test_gateway_of_the_other_mode_is_refused(settings, administrator, put_on_duty):
    settings.TWILIO_URL = "https://api.twilio.com"
    put_on_duty(administrator)
    with pytest.raises(DomainError, match=r".") as refusal:
        page(STUCK)
    assert refusal.value.code == "mode_mismatch"
    without = WithoutRows()
    without.remember(on_duty())
    with pytest.raises(DomainError):
        without.page(STUCK)


# -- Without rows ------------------------------------------------------------------------------


def test_without_a_database_the_roster_last_read_is_told_and_put_on_record_later(
    gateway, administrator, put_on_duty, django_assert_num_queries
):
    put_on_duty(administrator)
    without = WithoutRows()
    without.remember(on_duty())
    away = Found(Problem.DATABASE_AWAY, age_s=21)
    with django_assert_num_queries(0):
        assert without.page(away) == 1
        assert without.page(away) == 0  # told already
    assert gateway.addresses == [DUTY_PHONE]
    assert "数据库无应答" in gateway.calls[0].text
    without.settle()
    without.settle()
    assert AuditEntry.objects.filter(act="duty.paged_without_rows").count() == 1


# -- Webhook and e-mail ------------------------------------------------------------------------


@pytest.fixture
def webhook(settings):
    heard = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PAGE_WEBHOOK = f"http://127.0.0.1:{server.server_port}/page"
    yield heard
    server.shutdown()
    server.server_close()


def test_webhook_and_mail_are_told_beside_the_messages(gateway, webhook, settings):
    settings.PAGE_EMAIL = ["duty@guihang.example"]
    page(STUCK)
    assert webhook[0]["problem"] == "process_stuck"
    assert webhook[0]["mode"] == "drill"
    [letter] = mail.outbox
    assert "DRILL" in letter.subject
    assert "worker@a" in letter.subject


def test_webhook_that_nobody_answers_holds_up_no_page(
    gateway, settings, administrator, put_on_duty
):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.PAGE_WEBHOOK = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        put_on_duty(administrator)
        assert page(STUCK)
    assert gateway.addresses == [DUTY_PHONE]


@pytest.mark.parametrize(
    "setting",
    [
        {"PAGE_WEBHOOK": "https://hooks.example/x"},
        {"PAGE_EMAIL": ["a@b.example"], "EMAIL_HOST": "mail.example"},
    ],
)
def test_drill_pages_only_on_this_machine(settings, setting):
    for name, value in setting.items():
        setattr(settings, name, value)
    assert [found.id for found in checks.check_paging()] == ["guihang.E012"]
    with pytest.raises(DomainError) as refusal:
        outside.tell(STUCK)
    assert refusal.value.code == "mode_mismatch"
    settings.MODE = "live"
    assert checks.check_paging() == []


def test_channel_that_does_not_exist_refuses_to_start(settings):
    settings.PAGE_CHANNELS = ["sms", "pigeon"]
    assert [found.id for found in checks.check_paging()] == ["guihang.E011"]

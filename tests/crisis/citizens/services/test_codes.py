"""One-time codes: sent once a minute, good once, for five tries and ten minutes."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.kernel import clock
from config.kernel.clients import client_key
from config.kernel.errors import DomainError
from crisis.citizens.models import OneTimeCode, Tally
from crisis.citizens.services import codes, limits
from crisis.citizens.services.codes import check_code, send_code
from notifications.models import Batch, Delivery, Reply, Wave
from notifications.services.inbox import store_inbound, work_inbox
from notifications.services.sending import send_batch
from notifications.states import Priority
from tests.support import scene
from tests.support.citizens import code_at
from tests.support.emulator import emulator_process
from tests.support.waves import Scripted, due_now, make_wave

pytestmark = pytest.mark.django_db
PHONE = "+6785550101"
ABOUT = {"channel": "sms", "address": PHONE, "purpose": "sign_in"}


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    monkeypatch.setattr("notifications.services.sending.gateway_for", lambda channel: scripted)
    return scripted


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """`later(minutes=…)`: real time goes on; it stands at the beginning of an hour."""
    hour = clock.real_now().replace(minute=0, second=0, microsecond=0)
    passed = [timedelta()]
    monkeypatch.setattr(clock, "real_now", lambda: hour + passed[0])

    def go_on(**by):
        passed[0] += timedelta(**by)

    return go_on


def test_code_is_good_once():
    send_code(**ABOUT)
    code = code_at(PHONE)
    assert check_code(**ABOUT, code=code)
    assert not check_code(**ABOUT, code=code)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n", "１２"])
def test_code_is_read_however_it_is_typed(typed):
    send_code(**ABOUT)
    code = code_at(PHONE)
    if typed == "１２":
        typed = code.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert check_code(**ABOUT, code=typed.format(f"{code[:3]} {code[3:]}"))


def test_code_is_for_its_address_and_its_purpose_alone():
    send_code(**ABOUT)
    code = code_at(PHONE)
    assert not check_code(**ABOUT | {"address": "+6785550102"}, code=code)
    assert not check_code(**ABOUT | {"purpose": "verify"}, code=code)
    assert check_code(**ABOUT, code=code)


def test_newer_code_takes_the_place_of_the_older(later):
    send_code(**ABOUT)
    older = code_at(PHONE)
    later(minutes=2)
    send_code(**ABOUT)
    assert not check_code(**ABOUT, code=older)
    assert check_code(**ABOUT, code=code_at(PHONE))
    assert OneTimeCode.objects.count() == 1


def test_code_ends_after_ten_minutes(later):
    send_code(**ABOUT)
    later(minutes=10, seconds=1)
    assert not check_code(**ABOUT, code=code_at(PHONE))
    assert codes.forget_old_codes() == 1


def test_five_wrong_tries_end_a_code():
    send_code(**ABOUT)
    code = code_at(PHONE)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert not any(check_code(**ABOUT, code=wrong) for _ in range(5))
    assert not check_code(**ABOUT, code=code)


def refused_after(act, most):
    """How often `act(n)` was done before it was refused, and with which code."""
    for n in range(most):
        try:
            act(n)
        except DomainError as refusal:
            return n, refusal.code
    return most, ""


def test_guessing_at_one_address_ends_though_codes_are_renewed(later):
    def guess(n):
        if n % 5 == 0:
            later(minutes=1, seconds=1)
            send_code(**ABOUT)
        check_code(**ABOUT, code="000000", client=n.to_bytes(16))

    tries, why = refused_after(guess, 100)
    assert (tries, why) == (codes.TRIES_PER_ADDRESS_AN_HOUR, "too_many_tries")


def test_one_client_cannot_try_address_after_address():
    def guess(n):
        about = ABOUT | {"address": f"+67855501{n:02d}"}
        check_code(**about, code="000000", client=b"c" * 16)

    assert refused_after(guess, 100) == (codes.TRIES_PER_CLIENT_AN_HOUR, "too_many_tries")


def test_address_gets_one_a_minute_and_five_an_hour(later):
    for _ in range(codes.PER_ADDRESS_AN_HOUR):
        send_code(**ABOUT)
        with pytest.raises(DomainError) as refusal:
            send_code(**ABOUT)
        assert (refusal.value.code, refusal.value.status) == ("too_many_codes", 429)
        later(minutes=2)
    with pytest.raises(DomainError):
        send_code(**ABOUT)
    later(hours=1)
    send_code(**ABOUT)


def test_client_and_everybody_are_held(settings):
    def send(n):
        send_code(**ABOUT | {"address": f"+6785550{100 + n}"}, client=b"c" * 16)

    settings.CODES_PER_MINUTE = 3
    assert refused_after(send, 100) == (3, "too_many_codes")
    assert Wave.objects.filter(kind="code").count() == 3
    settings.CODES_PER_MINUTE = 1000
    sent = codes.PER_CLIENT_AN_HOUR - 4  # what was refused is counted as tried
    assert refused_after(lambda n: send(n + 4), 100) == (sent, "too_many_codes")


def test_known_and_unknown_address_take_the_same_way():
    """The same statements, one for one: nothing looks at who is registered."""
    scene.settle("王小明", phone=PHONE)
    ways = []
    for address in (PHONE, "+6785550199"):
        with CaptureQueriesContext(
            connection,
        ) as sent:
            send_code(**ABOUT | {"address": address})
        with CaptureQueriesContext(connection) as checked:
            check_code(**ABOUT | {"address": address}, code="000000")
        tables = [q["sql"].split("(")[0].split("=")[0] for q in [*sent, *checked]]
        ways.append(tables)
        assert not any("registry_person" in q["sql"] for q in [*sent, *checked])
        assert not any("registry_contactpoint" in q["sql"] for q in [*sent, *checked])
    assert len(ways[0]) == len(ways[1])


@pytest.mark.parametrize("channel", ["email", "wechat"])
def test_only_a_phone_gets_codes(channel):
    address = {"email": "wang@guihang.example", "wechat": "oWang0123456789abcdefghijklm"}
    with pytest.raises(DomainError) as refusal:
        send_code(channel=channel, address=address[channel], purpose="verify")
    assert refusal.value.code == "no_code_channel"


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "验证码是"), ("en", "is your Guihang")]
)
def test_message_brings_the_code_and_asks_for_nothing(gateway, post, language, words):
    send_code(**ABOUT, language=language)
    for batch in due_now(Wave.objects.get(kind="code")):
        send_batch(batch)
    [call] = gateway.calls
    assert code_at(PHONE) in call.text
    assert words in call.text
    assert "{" not in call.text
    assert ("诈骗" in call.text) or ("fraud" in call.text)
    signed = "【驻瓦努阿图使馆】" if language == "zh-hans" else "Chinese Embassy Vanuatu: "
    assert call.text.startswith(signed)


def test_number_of_no_posts_country_is_signed_by_the_ministry(gateway, post):
    send_code(**ABOUT | {"address": "+8613800000000"})
    assert Wave.objects.get(kind="code").signature == "中国领事保护"


def test_code_stands_in_no_row(gateway):
    send_code(**ABOUT)
    code = code_at(PHONE)
    for batch in due_now(Wave.objects.get(kind="code")):
        send_batch(batch)
    work_inbox()
    for model in (Wave, Delivery, Batch, OneTimeCode, Tally):
        for row in model.objects.values():
            assert code not in str({k: v for k, v in row.items() if k != "key"})
            assert PHONE not in str(row | {"address": ""})


def test_code_gives_way_to_a_red_alert_and_overtakes_a_broadcast(gateway):
    ordinary = make_wave(3, priority=Priority.ORDINARY)
    send_code(**ABOUT)
    red = make_wave(2, source="incident:2")
    about_code = Wave.objects.get(kind="code")
    assert red.priority < about_code.priority < ordinary.priority
    for batch in due_now(about_code):
        send_batch(batch)
    assert gateway.calls == []  # the red alert waits, and goes first
    for batch in due_now(red):
        send_batch(batch)
    for batch in due_now(about_code):
        send_batch(batch)
    assert len(gateway.calls) == 3
    assert code_at(PHONE) in gateway.calls[-1].text


def test_answer_to_a_code_belongs_to_the_alert_before_it(gateway, held_clock, post, officer):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    wave = Wave.objects.get(source=incident.source)
    for batch in due_now(wave):
        send_batch(batch)
    send_code(**ABOUT)
    for batch in due_now(Wave.objects.get(kind="code")):
        send_batch(batch)
    store_inbound(gateway="twilio", event_id="SM1", body="MessageSid=SM1&From=%2B6785550101&Body=1")
    work_inbox()
    assert Reply.objects.get().delivery.wave == wave


def test_anybody_may_check_the_message_and_nobody_sees_the_code(client):
    send_code(**ABOUT)
    wave = Wave.objects.get(kind="code")
    page = client.get("/v/", {"code": wave.code}).text
    assert "目前有效" in page
    assert code_at(PHONE) not in page
    assert "{one_time_code}" not in page


def test_tallies_are_forgotten(later):
    send_code(**ABOUT)
    assert limits.forget_old() == 0
    later(days=2)
    assert limits.forget_old() == 5
    assert not Tally.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "passed", "same"),
    [(0, "198.51.100.7", True), (1, "198.51.100.7", False), (1, "6.6.6.6, 198.51.100.7", False)],
)
def test_client_is_known_by_what_our_own_proxies_say(rf, settings, proxies, passed, same):
    settings.PROXIES = proxies
    plain = client_key(rf.get("/"))
    through = client_key(rf.get("/", headers={"X-Forwarded-For": passed}))
    assert (plain == through) is same
    assert through == client_key(rf.get("/", headers={"X-Forwarded-For": f"1.1.1.1, {passed}"}))


def test_one_ipv6_network_is_one_client(rf):
    keys = {
        client_key(rf.get("/", REMOTE_ADDR=address))
        for address in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")
    }
    assert len(keys) == 2


def test_try_counts_before_the_code_is_compared():
    send_code(**ABOUT)
    broken = patch("crisis.citizens.services.codes.hmac.compare_digest", side_effect=RuntimeError)
    with broken, pytest.raises(RuntimeError):
        check_code(**ABOUT, code="000000")
    assert OneTimeCode.objects.get().attempts == 1


def test_code_reaches_the_emulators_phone_and_waits_out_an_outage(tmp_path, settings):
    """The whole way of the message; with the provider down nothing is lost."""
    with emulator_process(tmp_path, outage=1) as emulator:
        settings.TWILIO_URL = emulator.url
        send_code(**ABOUT)
        wave = Wave.objects.get(kind="code")
        for batch in due_now(wave):
            send_batch(batch)
        assert emulator.lines("accepted") == []
        assert Delivery.objects.get().state in ("pending", "in_doubt")
        Delivery.objects.update(state="pending")
        emulator.turn(outage=0)
        for batch in due_now(wave):
            Batch.objects.update(state="waiting")
            send_batch(batch)
        [line] = emulator.lines("accepted")
        assert (line["to"], code_at(PHONE) in line["text"]) == (PHONE, True)
        assert check_code(**ABOUT, code=code_at(PHONE))

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from notifications.emulator.ledger import read_text
from notifications.emulator.people import ANSWERS, temper_of
from tests.support.emulator import Emulator, Hooks, emulator_process
from tests.support.processes import until
from tests.support.twilio_call import send

ASKING = "【驻瓦努阿图使馆】维拉港强震。回复1平安2需要帮助3已离开。核验码K7M4Q2"
RETRACTION = "【驻瓦努阿图使馆】更正：14:05维拉港海啸通知（核验码B8J2F6）系误发，当地无此警报。"


@pytest.fixture
def hurried(tmp_path: Path, hooks: Hooks) -> Iterator[Emulator]:
    """People who answer, 100,000 times as fast."""
    speed = ("--speed", "100000")
    with emulator_process(tmp_path, app_url=hooks.url, arguments=speed, people=1) as process:
        yield process


def numbers(count: int) -> list[str]:
    return [f"+86138{n:08d}" for n in range(count)]


def test_temper_depends_on_seed_and_address_only():
    assert temper_of("1", "+8613800138000") == temper_of("1", "+8613800138000")
    others = {temper_of(seed, "+8613800138000").delay_seconds for seed in "123456789"}
    assert len(others) == 9


def test_people_answer_in_many_ways_and_some_not_at_all():
    tempers = [temper_of("7", number) for number in numbers(5000)]
    answers = Counter(temper.answer for temper in tempers)
    assert set(answers) == {answer for _, answer, _ in ANSWERS}
    assert 0.14 < answers[""] / 5000 < 0.22
    in_time = sum(120 <= temper.delay_seconds <= 2400 for temper in tempers)
    assert 0.9 < in_time / 5000 < 1


@pytest.mark.parametrize(
    ("text", "code", "asks"),
    [
        (ASKING, "K7M4Q2", True),
        (RETRACTION, "B8J2F6", False),
        ("M7.3 quake. Reply 1 safe 2 need help. Code K7M4Q2. We never ask", "K7M4Q2", True),
        ("nothing", "", False),
    ],
)
def test_text_is_read_for_its_code_and_its_question(text: str, code: str, asks: bool):
    reading = read_text(text)
    assert (reading.code, reading.asks) == (code, asks)


def test_asked_people_answer_and_a_second_copy_is_not_answered(hurried: Emulator, hooks: Hooks):
    people = numbers(40)
    talkers = [number for number in people if temper_of("1", number).answer]
    for _ in range(2):
        for number in people:
            send(hurried, number, ASKING)
    until(lambda: hurried.stats().get("replies") == len(talkers), what="all answers")
    assert hurried.stats()["pending"] == 0
    pushes = hooks.under("/webhooks/twilio/inbound")
    heard = {
        form["From"][0]: form["Body"][0]
        for form in (parse_qs(push.body.decode()) for push in pushes)
    }
    assert heard == {number: temper_of("1", number).answer for number in talkers}
    assert len(pushes) == len(talkers)


def test_retraction_is_answered_by_nobody(hurried: Emulator):
    for number in numbers(20):
        send(hurried, number, RETRACTION)
    until(lambda: hurried.stats()["pending"] == 0)
    assert "replies" not in hurried.stats()


def test_strangers_write_once(hurried: Emulator, hooks: Hooks):
    hurried.turn(strangers=2)
    send(hurried, "+8613800138000", ASKING)
    until(lambda: hurried.stats().get("strangers") == 2)
    until(lambda: hurried.stats()["pending"] == 0)
    senders = {parse_qs(p.body.decode())["From"][0] for p in hooks.under("/webhooks/twilio/")}
    assert len(senders - {"+8613800138000"}) == 2


def test_link_is_opened_and_a_button_pressed(hurried: Emulator, hooks: Hooks):
    tapper = next(
        number
        for number in numbers(500)
        if temper_of("1", number).tap < 0.3 and temper_of("1", number).choice
    )
    send(hurried, tapper, f"{ASKING} {hooks.url}/c/token123/")
    opened, pressed = hooks.wait("/c/token123/", 2)
    assert (opened.method, pressed.method) == ("GET", "POST")
    assert parse_qs(pressed.body.decode()) == {"choice": [temper_of("1", tapper).choice]}


def test_unreachable_people_get_their_own_codes(emulator: Emulator, hooks: Hooks):
    emulator.turn(unreachable=1)
    callback = f"{hooks.url}/webhooks/twilio/status"
    codes = Counter(
        send(emulator, number, "text", callback).json().get("code") for number in numbers(60)
    )
    assert codes[21610] > 0
    pushes = hooks.wait("/webhooks/twilio/status", codes[None])
    errors = {parse_qs(push.body.decode())["ErrorCode"][0] for push in pushes}
    assert errors == {"30003", "30005", "30006"}

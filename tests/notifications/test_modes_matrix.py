"""Live or drill: every combination, at every layer. Only the two right ones pass anywhere."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from yarl import URL

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.installation import hold_at_start, settle_mode
from config.kernel.models import Installation
from notifications import checks
from notifications.gateways import gateway_for, gateway_named
from notifications.gateways.base import CallResult
from notifications.gateways.twilio import TwilioGateway
from notifications.gateways.wechat import WeChatGateway
from notifications.gateways.wire import NotSentError
from notifications.models import Batch, Delivery, Wave
from notifications.services import caller, recovery, sending
from notifications.states import DeliveryState, Outcome
from tests.support.processes import ROOT, database_url, until
from tests.support.waves import due_now, make_wave, patience_over, states

MODES = ("drill", "live")
EMULATOR = "http://127.0.0.1:8002"
GATEWAYS = {
    "sms": (TwilioGateway, "TWILIO_URL", "https://api.twilio.com"),
    "wechat": (WeChatGateway, "WECHAT_URL", "https://api.weixin.qq.com"),
}
KINDS = ("emulator", "provider", "elsewhere")
# Which kind of gateway each mode speaks to, and no other.
RIGHT = {"drill": "emulator", "live": "provider"}
MATRIX = list(product(MODES, KINDS))
PAIRS = list(product(MODES, MODES))
ALL = list(product(MODES, MODES, KINDS))


def address(channel, kind):
    provider = GATEWAYS[channel][2]
    return {"emulator": EMULATOR, "provider": provider, "elsewhere": "https://10.0.0.5"}[kind]


def point(settings, kind):
    for channel, (_, setting, _) in GATEWAYS.items():
        setattr(settings, setting, address(channel, kind))


def become(mode):
    """The database of an installation of this mode, as a dump of it would bring it."""
    Installation.objects.all().delete()
    Installation.objects.create(mode=mode)


def refused(act, *arguments):
    """Whether `act` is refused for the mode, and for nothing else."""
    try:
        act(*arguments)
    except DomainError as refusal:
        if refusal.code == "mode_mismatch":
            return True
        raise
    return False


def is_written(write):
    """Whether the database takes what `write()` writes, its constraints checked at once."""
    with suppress(IntegrityError), transaction.atomic():
        write()
        connection.check_constraints()
        return True
    return False


# -- The constraint --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("here", "wave"), PAIRS)
def test_database_takes_only_waves_of_its_own_mode(settings, here, wave):
    become(here)
    row = Wave(
        mode_id=wave,
        kind="initial",
        source="test",
        code="K7M4Q2",
        template="test",
        texts={},
        signature="x",
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=1),
    )
    assert is_written(lambda: Wave.objects.bulk_create([row])) is (here == wave)


@pytest.mark.django_db
@pytest.mark.parametrize(("here", "other"), [("live", "drill"), ("drill", "live")])
def test_wave_cannot_change_its_mode(settings, here, other):
    settings.MODE = here
    become(here)
    wave = make_wave()
    assert not is_written(lambda: Wave.objects.filter(pk=wave.pk).update(mode=other))


@pytest.mark.django_db
@pytest.mark.parametrize(("here", "other"), [("live", "drill"), ("drill", "live")])
def test_installation_with_waves_cannot_change_its_mode(settings, here, other):
    settings.MODE = here
    become(here)
    make_wave()
    assert not is_written(lambda: Installation.objects.update(mode=other))


# -- The services --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "database"), PAIRS)
def test_wave_is_made_only_where_setting_and_database_agree(settings, setting, database):
    become(database)
    settings.MODE = setting
    assert refused(make_wave) is (setting != database)
    assert [wave.mode_id for wave in Wave.objects.all()] == [setting] * (setting == database)


@pytest.fixture
def left(monkeypatch):
    """What would have left by a gateway, and would have been asked; nothing does."""
    seen = []

    def hand_over(gateway, messages):
        seen.extend(messages)
        return [CallResult(Outcome.ACCEPTED, provider_ref=message.key) for message in messages]

    def run(question):
        question.close()
        seen.append("asked")
        return [None]

    monkeypatch.setattr(caller, "hand_over", hand_over)
    monkeypatch.setattr(caller, "run", run)
    return seen


def restored_wave(settings, mode):
    """A wave with one recipient in a database of `mode`, wherever that database is now."""
    become(mode)
    settings.MODE = mode
    return make_wave(1)


@pytest.mark.django_db
@pytest.mark.parametrize(("wave", "setting", "kind"), ALL)
def test_message_leaves_only_where_all_three_agree(settings, left, wave, setting, kind):
    row = restored_wave(settings, wave)
    settings.MODE = setting
    point(settings, kind)
    [batch] = due_now(row)
    fits = wave == setting and RIGHT[setting] == kind
    assert refused(sending.send_batch, batch) is not fits
    assert len(left) == fits
    assert states(row) == [DeliveryState.ACCEPTED if fits else DeliveryState.PENDING]


@pytest.mark.django_db
@pytest.mark.parametrize(("wave", "setting", "kind"), ALL)
def test_provider_is_asked_only_where_all_three_agree(settings, left, wave, setting, kind):
    row = restored_wave(settings, wave)
    Delivery.objects.update(state=DeliveryState.IN_DOUBT, called_at=clock.real_now())
    Batch.objects.update(doubt_at=clock.real_now())
    patience_over(row)
    settings.MODE = setting
    point(settings, kind)
    fits = wave == setting and RIGHT[setting] == kind
    if fits:
        recovery.resolve_in_doubt()
    else:
        with pytest.raises(ExceptionGroup):
            recovery.resolve_in_doubt()
    assert left == ["asked"] * fits
    assert states(row) == [DeliveryState.PENDING if fits else DeliveryState.IN_DOUBT]


# -- The gateways ----------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", GATEWAYS)
@pytest.mark.parametrize(("mode", "kind"), MATRIX)
def test_gateway_is_built_only_for_its_own_mode(settings, channel, mode, kind):
    gateway, _, _ = GATEWAYS[channel]
    fits = RIGHT[mode] == kind
    settings.MODE = mode
    point(settings, kind)
    assert refused(gateway) is not fits
    assert refused(gateway_for, channel) is not fits
    assert refused(gateway_named, gateway.name) is not fits


@pytest.mark.parametrize("channel", GATEWAYS)
def test_gateway_that_was_built_before_is_asked_for_its_mode_again(settings, channel):
    point(settings, "emulator")
    assert not refused(gateway_for, channel)
    settings.MODE = "live"
    assert refused(gateway_for, channel)
    settings.MODE = "drill"
    point(settings, "provider")
    assert refused(gateway_for, channel)


@pytest.mark.parametrize(
    ("mode", "place", "fits"),
    [
        ("drill", ("127.0.0.1", 8002, False), True),
        ("drill", ("::1", 8002, False), True),
        ("drill", ("api.twilio.com", 443, True), False),
        ("drill", ("10.0.0.5", 8002, False), False),
        ("live", ("api.twilio.com", 443, True), True),
        ("live", ("api.weixin.qq.com", 443, True), True),
        ("live", ("api.twilio.com", 80, False), False),
        ("live", ("api.twilio.com", 8443, True), False),
        ("live", ("127.0.0.1", 8002, False), False),
        ("live", ("evil.example", 443, True), False),
    ],
)
def test_connection_is_made_only_where_the_mode_allows(settings, mode, place, fits):
    settings.MODE = mode
    assert (checks.place_problem(*place) == "") is fits


@pytest.mark.parametrize(("mode", "url"), [("live", EMULATOR), ("drill", "https://api.twilio.com")])
def test_senders_connections_are_held_to_the_mode_too(settings, mode, url):
    """Whatever a gateway made of its settings: no byte leaves."""
    settings.MODE = mode
    with pytest.raises(NotSentError, match="mode"):
        caller.run(caller.session().exchange(URL(url), headers={}, body=b"x"))


# -- The configuration -----------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "kind"), MATRIX)
def test_configuration_is_checked(settings, mode, kind):
    settings.MODE = mode
    point(settings, kind)
    assert (checks.check_gateways() == []) is (RIGHT[mode] == kind)


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "database", "kind"), ALL)
def test_process_starts_only_where_all_three_agree(settings, setting, database, kind):
    become(database)
    settings.MODE = setting
    settings.PUBLIC_URL = {"live": "https://guihang.example", "drill": EMULATOR}[setting]
    point(settings, kind)
    fits = setting == database and RIGHT[setting] == kind
    if fits:
        hold_at_start()
        return
    with pytest.raises(DomainError) as refusal:
        hold_at_start()
    wrong = {"mode_mismatch"} if RIGHT[setting] == kind else {"wrong_installation"}
    assert {refusal.value.code} == wrong


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "database"), PAIRS)
def test_migration_takes_only_a_database_of_its_own_mode(settings, setting, database):
    become(database)
    settings.MODE = setting
    assert refused(settle_mode) is (setting != database)


STARTS = {
    "worker": ("-m", "celery", "--app", "config", "worker", "--pool", "solo"),
    "sweep": ("manage.py", "sweep"),
    "web": ("-c", "import config.wsgi"),
    "stream": ("-c", "import config.asgi"),
}
PROVIDER = {"GUIHANG_TWILIO_URL": "https://api.twilio.com"}
LIVE = {
    "GUIHANG_MODE": "live",
    "GUIHANG_PUBLIC_URL": "https://guihang.example",
    "GUIHANG_TWILIO_URL": "https://api.twilio.com",
    "GUIHANG_WECHAT_URL": "https://api.weixin.qq.com",
}
WRONG = [("worker", PROVIDER), ("web", PROVIDER), *((name, LIVE) for name in STARTS)]


@pytest.mark.django_db(transaction=True)
def test_no_process_starts_wrongly(tmp_path):
    """Real processes on this (drill) database, all at once; each ends by itself."""
    log = tmp_path / "said"
    with log.open("ab") as said:
        started = [
            subprocess.Popen(
                [sys.executable, *STARTS[name]],
                cwd=ROOT,
                env=os.environ | {"DATABASE_URL": database_url()} | wrong,
                stdout=said,
                stderr=said,
            )
            for name, wrong in WRONG
        ]
    try:
        until(lambda: all(p.poll() is not None for p in started), seconds=60, what="refusals")
    finally:
        for process in started:
            process.kill()
            process.wait(5)
    assert all(process.returncode > 0 for process in started)
    reasons = log.read_text()
    assert reasons.count("GUIHANG_TWILIO_URL is https://api.twilio.com") == 2
    assert reasons.count("GUIHANG_MODE") == 4

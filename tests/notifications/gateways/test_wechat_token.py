from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config.kernel.clock import real_now
from notifications.gateways.base import Outgoing
from notifications.gateways.wechat import WeChatGateway, token
from notifications.models import ProviderToken
from notifications.states import Outcome
from tests.support.emulator import Emulator
from tests.support.processes import free_port
from tests.support.wire import hand_over

pytestmark = pytest.mark.django_db
MESSAGE = Outgoing("key-1", "oABCDEFGHIJKLMNOPQRSTUVWXYZ_", {"thing1": "速往高处"})


def prepared() -> WeChatGateway:
    gateway = WeChatGateway()
    gateway.prepare()
    return gateway


def outcome(gateway: WeChatGateway) -> Outcome:
    return hand_over(gateway, MESSAGE)[0].outcome


def test_one_token_serves_every_worker(pointed: Emulator):
    workers = [prepared() for _ in range(3)]
    assert [outcome(worker) for worker in workers] == [Outcome.ACCEPTED] * 3
    assert pointed.stats()["token_calls"] == 1


def test_token_stands_sealed_in_the_database(pointed: Emulator):
    prepared()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM notifications_providertoken")
        stored = bytes(cursor.fetchone()[0])
    assert ProviderToken.objects.get().token.encode() not in stored


def test_token_is_renewed_in_its_last_minutes(pointed: Emulator):
    prepared()
    ProviderToken.objects.update(
        expires_at=real_now() + timedelta(minutes=4), renewed_at=real_now() - timedelta(hours=1)
    )
    prepared()
    assert pointed.stats()["token_calls"] == 2
    assert ProviderToken.objects.get().expires_at > real_now() + timedelta(hours=1)


def test_old_token_serves_while_another_worker_renews(pointed: Emulator):
    prepared()
    ProviderToken.objects.update(
        expires_at=real_now() + timedelta(minutes=4), renewed_at=real_now()
    )
    assert outcome(prepared()) == Outcome.ACCEPTED
    assert pointed.stats()["token_calls"] == 1


def test_rejected_token_is_replaced_before_the_next_window(pointed: Emulator):
    gateway = prepared()
    pointed.turn(forget_tokens=True)
    (result,) = hand_over(gateway, MESSAGE)
    assert (result.outcome, result.provider_code) == (Outcome.BUSY, "40001")
    ProviderToken.objects.update(renewed_at=real_now() - timedelta(minutes=1))
    gateway.prepare()
    assert outcome(gateway) == Outcome.ACCEPTED
    assert pointed.stats()["token_calls"] == 2


def test_token_that_wechat_still_gives_out_but_rejects_is_forced(pointed: Emulator):
    gateway = prepared()
    row = ProviderToken.objects.get()
    ProviderToken.objects.update(renewed_at=real_now() - timedelta(minutes=1))
    store = gateway._store
    assert store.current(rejected=row.token) not in ("", row.token)
    assert pointed.stats()["token_calls"] == 3


def test_without_a_token_nothing_is_sent_and_nothing_lost(
    settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.WECHAT_URL = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setattr(token, "WAIT_SECONDS", 0)
    gateway = prepared()
    (result,) = hand_over(gateway, MESSAGE)
    assert (result.outcome, result.provider_code) == (Outcome.BUSY, "no token")


def test_wrong_secret_gets_no_token(pointed: Emulator, settings: Any):
    settings.WECHAT_SECRET = "another"
    assert outcome(prepared()) == Outcome.BUSY


def test_waiting_worker_takes_what_the_renewer_brings(pointed: Emulator, monkeypatch: Any):
    ProviderToken.objects.create(
        gateway="wechat", token="", expires_at=token.LONG_AGO, renewed_at=real_now()
    )

    def renewer_finishes(_: float) -> None:
        ProviderToken.objects.update(token="fresh", expires_at=real_now() + timedelta(hours=2))

    monkeypatch.setattr(token.time, "sleep", renewer_finishes)
    assert WeChatGateway()._store.current() == "fresh"
    assert "token_calls" not in pointed.stats()

"""A scripted gateway in the place of SMS, and ears for what is told upward."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from notifications.gateways.base import CallResult, Gateway, Outgoing
from notifications.services import caller, sending
from notifications.signals import ReadReply, ToldOutcome, outcomes_told, replies_read
from tests.support.waves import Scripted


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    for module in ("sending", "recovery"):
        monkeypatch.setattr(f"notifications.services.{module}.gateway_for", lambda _: scripted)

    def call_and_live_on(gateway: Scripted, messages: Sequence[Outgoing]) -> list[CallResult]:
        results = caller.hand_over(gateway, messages)
        scripted.meanwhile()
        return results

    def launch(gateway: Gateway, messages: Sequence[Outgoing]) -> caller.Landing:
        landing = caller.launch(gateway, messages)
        scripted.launched(len(messages))
        return partial(scripted.landed, landing)

    talk = SimpleNamespace(hand_over=call_and_live_on, launch=launch)
    monkeypatch.setattr(sending, "caller", talk)
    return scripted


@pytest.fixture
def told() -> Iterator[list[ToldOutcome]]:
    heard: list[ToldOutcome] = []

    def hear(outcomes: list[ToldOutcome], **_: Any) -> None:
        heard.extend(outcomes)

    outcomes_told.connect(hear)
    yield heard
    outcomes_told.disconnect(hear)


@pytest.fixture
def heard() -> Iterator[list[ReadReply]]:
    replies: list[ReadReply] = []

    def hear(replies_: list[ReadReply] | None = None, **given: Any) -> None:
        replies.extend(given["replies"])

    replies_read.connect(hear)
    yield replies
    replies_read.disconnect(hear)

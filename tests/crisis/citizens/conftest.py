"""What citizens' tests share."""

from typing import Any

import pytest


@pytest.fixture
def wechat_scenes(monkeypatch: Any) -> list[str]:
    """What WeChat was asked to put into the QR codes of the WeChat door."""
    from crisis.citizens.services import wechat_door

    asked: list[str] = []

    def make(scene: str, *, seconds: int) -> str:
        asked.append(scene)
        return f"http://weixin.qq.com/q/{len(asked)}"

    monkeypatch.setattr(wechat_door, "make_qr", make)
    return asked

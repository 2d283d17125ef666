"""Parametric QR codes: whoever scans one is told to us with the scene we wrote into it.

https://developers.weixin.qq.com/doc/offiaccount/Account_Management/Generating_a_Parametric_QR_Code.html
A temporary code lives 30 days at most; its scene is a string of 1 to 64 characters. Scanning it
brings the event subscribe (EventKey «qrscene_» + scene) from who did not follow the account yet,
and SCAN (EventKey: the scene) from who did.
"""

import json
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request

from django.conf import settings

from notifications.gateways.base import hold_to_mode
from notifications.gateways.wechat.token import HTTP_SECONDS, OPENER, TokenStore

REJECTED = frozenset({40001, 40014, 42001})


def make_qr(scene: str, *, seconds: int) -> str:
    """The text of a QR code that carries `scene` and lives so long; empty when WeChat did not give
    one. Calls WeChat at most twice, outside transactions. Raises DomainError mode_mismatch."""
    hold_to_mode("WECHAT_URL")
    base = settings.WECHAT_URL.rstrip("/")
    store = TokenStore(
        gateway="wechat", url=base, appid=settings.WECHAT_APPID, secret=settings.WECHAT_SECRET
    )
    token = store.current()
    answer = _create(base, token, scene, seconds) if token else {}
    if answer.get("errcode") in REJECTED:
        token = store.current(rejected=token)
        answer = _create(base, token, scene, seconds) if token else {}
    return str(answer.get("url", ""))


def _create(base: str, token: str, scene: str, seconds: int) -> dict[str, Any]:
    ask = {
        "expire_seconds": seconds,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": scene}},
    }
    # The address is held to http(s) and to one host by notifications.checks.
    request = Request(  # noqa: S310
        f"{base}/cgi-bin/qrcode/create?access_token={quote(token)}",
        json.dumps(ask).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with OPENER.open(request, timeout=HTTP_SECONDS) as response:
            answer = json.load(response)
    except (URLError, HTTPException, OSError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}

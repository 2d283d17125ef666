"""Parametric QR codes: made by a call, scanned by a phone, told by an event."""

import io
import secrets
import time
from typing import Any
from urllib.parse import quote

import segno

from notifications.emulator.http import Response
from notifications.emulator.world import World

# WeChat's own limits: https://developers.weixin.qq.com, «Generating a Parametric QR Code».
LONGEST_S, SHORTEST_S, DEFAULT_S = 2_592_000, 60, 60
SCENE_CHARACTERS = 64


class QrCodes:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, body: Any) -> dict[str, object] | None:
        """WeChat's answer, or None where the body is not what it wants."""
        scene = _scene(body)
        if not scene:
            return None
        given = body.get("expire_seconds")
        wanted = given if isinstance(given, int) else DEFAULT_S
        seconds = min(max(wanted, SHORTEST_S), LONGEST_S)
        ticket = secrets.token_urlsafe(48)
        self._world.scenes[ticket] = (scene, time.time() + seconds)
        self._world.ledger.counts["qr_codes"] += 1
        return {"ticket": ticket, "expire_seconds": seconds, "url": self._url(ticket)}

    def picture(self, ticket: str) -> Response:
        if ticket not in self._world.scenes:
            return Response(b"", 404, "text/plain")
        picture = io.BytesIO()
        segno.make(self._url(ticket), micro=False).save(picture, kind="png", scale=6)
        return Response(picture.getvalue(), content_type="image/png")

    def _url(self, ticket: str) -> str:
        """What the QR code says: a page of this emulator, where a phone is chosen that scans."""
        return f"{self._world.url}/qr/{quote(ticket, safe='')}"


def _scene(body: Any) -> str:
    """The scene of a well-formed wish for a temporary code with a string in it, else empty."""
    if not isinstance(body, dict) or body.get("action_name") != "QR_STR_SCENE":
        return ""
    info = body.get("action_info")
    inner = info.get("scene") if isinstance(info, dict) else None
    scene = inner.get("scene_str") if isinstance(inner, dict) else None
    return scene if isinstance(scene, str) and 1 <= len(scene) <= SCENE_CHARACTERS else ""

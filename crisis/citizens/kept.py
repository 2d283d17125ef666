"""What a session holds sealed: a number, or what a QR code says."""

import base64

from django.http import HttpRequest

from config.kernel.encryption import UnreadableValue, seal, unseal

SEAL = "citizens.session"


def keep(request: HttpRequest, name: str, text: str) -> None:
    """Put `text` into the session under `name`, sealed."""
    request.session[name] = base64.b64encode(seal(text, SEAL)).decode()


def kept(request: HttpRequest, name: str) -> str:
    """What stands sealed in the session under `name`, or empty."""
    try:
        return unseal(base64.b64decode(request.session.get(name, "")), SEAL)
    except (UnreadableValue, ValueError, IndexError):
        return ""

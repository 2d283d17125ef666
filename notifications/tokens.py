"""Check-in tokens: 128 bits, bound to delivery and purpose, stored only as a hash.

A token is derived, not kept: the same delivery gives the same link again for a re-send.
"""

import base64
import hashlib
import hmac

from django.conf import settings

TOKEN_BYTES = 16
PURPOSE = "check-in"


def token_for(delivery_key: str) -> str:
    """The token of the delivery whose key this is: 22 URL-safe characters."""
    message = f"{PURPOSE}\0{delivery_key}".encode()
    raw = hmac.digest(settings.LINK_KEY, message, hashlib.sha256)[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()[:TOKEN_BYTES]


def check_in_url(delivery_key: str) -> str:
    return f"{settings.PUBLIC_URL}/c/{token_for(delivery_key)}/"

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


# Stands in the frozen words of a wave in the place of a one-time code, which is put in as the
# message leaves and stands nowhere.
CODE_MARK = "{one_time_code}"
CODE_DIGITS = 6


def one_time_code(delivery_key: str) -> str:
    """The code that this delivery brings: six digits, derived anew for a re-send."""
    message = f"one-time-code\0{delivery_key}".encode()
    raw = hmac.digest(settings.LINK_KEY, message, hashlib.sha256)
    return f"{int.from_bytes(raw[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()[:TOKEN_BYTES]


def check_in_url(delivery_key: str) -> str:
    return f"{settings.PUBLIC_URL}/c/{token_for(delivery_key)}/"

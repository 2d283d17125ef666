"""Encryption of fields, and the keyed blind index that lets us find what we cannot read.

A value is sealed with AES-256-GCM: one byte key id, twelve bytes nonce, ciphertext and tag. The
field's name is associated data, so a ciphertext moved to another column does not open. The blind
index is HMAC-SHA256 under a key of its own, cut to 16 bytes, over the normalised value.
"""

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
INDEX_BYTES = 16


class UnreadableValue(Exception):
    """A sealed value does not open: its key is gone, or it was changed or moved."""


@cache
def _cipher(key_id: int) -> AESGCM:
    try:
        return AESGCM(settings.FIELD_KEYS[key_id])
    except KeyError:
        raise UnreadableValue(f"key {key_id} is not in GUIHANG_FIELD_KEYS") from None


def seal(text: str, purpose: str) -> bytes:
    """Encrypt `text` for the field named `purpose`, under the newest key."""
    return seal_by(max(settings.FIELD_KEYS), text, purpose)


def seal_by(key_id: int, text: str, purpose: str) -> bytes:
    """The same under a key that is named."""
    nonce = os.urandom(NONCE_BYTES)
    return bytes([key_id]) + nonce + _cipher(key_id).encrypt(nonce, text.encode(), purpose.encode())


def unseal(sealed: bytes, purpose: str) -> str:
    """Decrypt; raises UnreadableValue rather than ever returning ciphertext."""
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if not body:
        raise UnreadableValue(f"a value of {purpose} is cut off")
    try:
        return _cipher(sealed[0]).decrypt(nonce, body, purpose.encode()).decode()
    except InvalidTag:
        raise UnreadableValue(f"a value of {purpose} does not open") from None


def new_key() -> str:
    """A key of one row's own, as text, to be kept sealed beside it: without it nobody opens the row
    again, and the row itself need not change when the field keys do."""
    return base64.b64encode(AESGCM.generate_key(256)).decode()


def seal_under(key: str, text: str, purpose: str) -> bytes:
    """Encrypt under a row's own key: twelve bytes nonce, ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(base64.b64decode(key))
    return nonce + cipher.encrypt(nonce, text.encode(), purpose.encode())


def unseal_under(key: str, sealed: bytes, purpose: str) -> str:
    """The opposite; raises UnreadableValue."""
    try:
        cipher = AESGCM(base64.b64decode(key))
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise UnreadableValue(f"a value of {purpose} does not open") from None


def blind_index(value: str, purpose: str, *, key: bytes = b"") -> bytes:
    """16 bytes that are equal exactly when `purpose` and the normalised value are. `key` is the
    index key, where it is not today's."""
    message = f"{purpose}\0{value}".encode()
    return hmac.digest(key or settings.INDEX_KEY, message, hashlib.sha256)[:INDEX_BYTES]

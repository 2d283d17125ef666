"""Signatures and the «safe mode» envelope of WeChat's pushes.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption.html
AES-256-CBC, key = base64(EncodingAESKey + "="), iv = its first 16 bytes, PKCS#7 over blocks of 32
bytes; inside: 16 random bytes, the XML's length (uint32, big-endian), the XML, the appid.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAD_BLOCK = 32
RANDOM_BYTES = 16


class EnvelopeError(ValueError):
    """The envelope does not open under our key, or it was written for another account."""


def signature(*parts: str) -> str:
    """Hex SHA-1 of the sorted, joined parts (SHA-1 is WeChat's choice)."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(f"{aes_key}=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def open_envelope(encrypted: str, *, aes_key: str, appid: str) -> str:
    """The XML inside. Raises EnvelopeError."""
    try:
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(base64.b64decode(encrypted, validate=True))
        padded += decryptor.finalize()
        return _unpack(padded, appid)
    except (binascii.Error, ValueError, struct.error, IndexError) as error:
        raise EnvelopeError(str(error)) from None


def _unpack(padded: bytes, appid: str) -> str:
    pad = padded[-1]
    if not 1 <= pad <= PAD_BLOCK:
        raise EnvelopeError("padding")
    content = padded[RANDOM_BYTES:-pad]
    (length,) = struct.unpack(">I", content[:4])
    text, owner = content[4 : 4 + length], content[4 + length :]
    if owner.decode() != appid:
        raise EnvelopeError("another appid")
    return text.decode()


def seal_envelope(text: str, *, aes_key: str, appid: str) -> str:
    """The reverse, for answers in safe mode."""
    body = text.encode()
    plain = os.urandom(RANDOM_BYTES) + struct.pack(">I", len(body)) + body + appid.encode()
    pad = PAD_BLOCK - len(plain) % PAD_BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()

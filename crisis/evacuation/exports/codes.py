"""The codes that stand on gate lists as QR: who on which manifest, signed, and nothing personal.

`GH1.<manifest>.<position>.<mac>` names one person, `GH1P.<manifest>.<party>.<mac>` all of a party.
The letters are those of a QR code's alphanumeric mode, so that the code stays small, and can be
typed. The signature (HMAC-SHA-256 under the installation's link key, cut to 128 bits, base 32)
keeps anybody from making up a neighbour's code; without the database a code tells nobody anything.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from crisis.evacuation.models import Manifest

PERSON, PARTY = "GH1", "GH1P"
MAC_BYTES = 16
LONGEST = 100  # characters looked at; a code has some 40
_CODE = re.compile(r"(GH1P?)\.([1-9][0-9]{0,17})\.([1-9][0-9]{0,8})\.([A-Z2-7]{26})")


class Listed(Protocol):
    """A ManifestEntry or a Row."""

    @property
    def position(self) -> int: ...

    @property
    def party(self) -> int: ...


@dataclass(frozen=True, slots=True)
class GateCode:
    """What a code names: on this manifest one `position`, or all of one `party`."""

    manifest_id: int
    position: int | None = None
    party: int | None = None


def gate_code(manifest: Manifest, entry: Listed) -> str:
    """The code of one person on this manifest."""
    return _signed(PERSON, manifest.pk, entry.position)


def party_code(manifest: Manifest, entry: Listed) -> str:
    """The code of everybody in the party of this entry."""
    return _signed(PARTY, manifest.pk, entry.party)


def read_gate_code(text: str) -> GateCode | None:
    """What a scanned or typed code names; None for anything that is no code of ours.

    Small letters, blanks and full-width forms are forgiven. Whether the manifest exists, and who
    stands there, is the caller's question.
    """
    plain = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).upper().split())
    match = _CODE.fullmatch(plain)
    if match is None:
        return None
    kind, manifest, number = match[1], int(match[2]), int(match[3])
    if not hmac.compare_digest(_signed(kind, manifest, number), plain):
        return None
    if kind == PERSON:
        return GateCode(manifest, position=number)
    return GateCode(manifest, party=number)


def _signed(kind: str, manifest: int, number: int) -> str:
    named = f"{kind}.{manifest}.{number}"
    raw = hmac.digest(settings.LINK_KEY, f"gate-code\0{named}".encode(), hashlib.sha256)
    return f"{named}.{base64.b32encode(raw[:MAC_BYTES]).decode().rstrip('=')}"

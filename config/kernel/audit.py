"""The audit log: append-only and hash-chained. It holds references, never personal data."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from config.kernel import clock, legal
from config.kernel.models import AuditEntry

GENESIS = bytes(32)
_LOCK = 0x67756968  # an arbitrary number that names the chain's advisory lock


def record(*, actor: str, act: str, subject: str = "", **detail: Any) -> AuditEntry:
    """Append one entry, inside the caller's transaction where there is one.

    An act that uses personal data gets the basis of that use into its detail
    (config.kernel.legal); a caller who knows better gives its own `basis`.

    The lock is held until that transaction ends, so numbers have no gaps and the order of the
    chain is the order of the commits.
    """
    if (use := legal.use_of(act)) is not None:
        detail.setdefault("basis", use.code)
    with transaction.atomic():
        _lock_chain()
        last = AuditEntry.objects.order_by("-number").first()
        entry = AuditEntry(
            number=last.number + 1 if last else 1,
            at=clock.now(),
            actor=actor,
            act=act,
            subject=subject,
            detail=json.loads(json.dumps(detail, default=str)),
        )
        entry.digest = digest(entry, bytes(last.digest) if last else GENESIS)
        entry.save(force_insert=True)
    return entry


def hold_chain() -> None:
    """Wait for the chain now, to the end of the caller's transaction: whoever needs several locks
    takes it first, and may not know yet what there will be to record."""
    _lock_chain()


def _lock_chain() -> None:
    """SQLite's IMMEDIATE transaction already excludes other writers."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def digest(entry: AuditEntry, previous: bytes) -> bytes:
    """SHA-256 over the previous digest and the canonical JSON of this entry."""
    content = [
        entry.number,
        _instant(entry.at),
        entry.actor,
        entry.act,
        entry.subject,
        entry.detail,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def first_broken() -> int | None:
    """The number of the first entry that does not follow from the one before, or None."""
    previous, expected = GENESIS, 1
    for entry in AuditEntry.objects.order_by("number").iterator():
        if entry.number != expected or bytes(entry.digest) != digest(entry, previous):
            return expected
        previous, expected = bytes(entry.digest), expected + 1
    return None


def head() -> tuple[int, str]:
    """Number and digest of the last entry: keep them elsewhere, to notice a cut-off tail."""
    last = AuditEntry.objects.order_by("-number").first()
    return (last.number, bytes(last.digest).hex()) if last else (0, GENESIS.hex())

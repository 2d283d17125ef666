"""Giving a gate its list, and ending that. Why a pack opens with two secrets:
docs/decisions/a-gate-opens-with-a-link-and-a-word.md."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from crisis.boarding.models import GatePack
from crisis.evacuation.models import Manifest, ManifestLeg
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Transport
from crisis.transports.states import TransportStatus

TOKEN_BYTES = 24  # 192 bits
# Without look-alikes: it is read aloud. 30 letters, ten of them: 49 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
WORD_LENGTH = 10
WRONG_WORDS = 10
# How long a pack serves: to this long after the departure, which may be late, and never longer
# than LONGEST from now, however far ahead it is made.
AFTER_DEPARTURE = timedelta(hours=6)
LONGEST = timedelta(hours=72)
GATE_LENGTH = 40
_OVER = (TransportStatus.CANCELLED, TransportStatus.ARRIVED)


@dataclass(frozen=True, slots=True)
class Issued:
    """A pack and its two secrets, which are told once and kept nowhere."""

    pack: GatePack
    token: str
    word: str


def issue_pack(*, manifest: Manifest, transport: Transport, gate: str, planner: User) -> Issued:
    """A pack for one gate: whoever is on `transport` by this sealed version.

    Raises DomainError forbidden, not_found, not_sealed, other_operation (manifest and transport
    are not of one incident), transport_over, nobody_listed, gate_needed.
    """
    demand(planner, Capability.PLAN, manifest.incident.post)
    _check(manifest, transport)
    words = clean(gate)
    if not 0 < len(words) <= GATE_LENGTH:
        raise DomainError("gate_needed", _("请写明登乘口（1 至 40 字）。"), {"field": "gate"})
    token, word = secrets.token_urlsafe(TOKEN_BYTES), new_word()
    now = clock.now()
    with transaction.atomic():
        pack = GatePack.objects.create(
            manifest=manifest,
            transport=transport,
            gate=words,
            issued_by=planner,
            issued_at=now,
            expires_at=_expires(transport, now),
            token_hash=_token_hash(token),
            word_hash=_word_hash(token, word),
        )
        _note(pack, planner.username, "boarding.pack_issued", version=manifest.version)
    return Issued(pack, token, word)


def _check(manifest: Manifest, transport: Transport) -> None:
    if manifest.state != Manifest.State.SEALED:
        raise DomainError("not_sealed", _("名单尚未封存，不能发给登乘口。"), status=409)
    if transport.operation.incident_id != manifest.incident_id:
        raise DomainError("other_operation", _("这份名单与运输工具不属于同一突发事件。"))
    if transport.status in _OVER:
        raise DomainError(
            "transport_over",
            _("%(number)s 已取消或已到达，不再登乘。") % {"number": transport.number},
            status=409,
        )
    if not ManifestLeg.objects.filter(entry__manifest=manifest, transport=transport).exists():
        raise DomainError(
            "nobody_listed",
            _("第 %(version)s 版名单上没有人乘坐 %(number)s。")
            % {"version": manifest.version, "number": transport.number},
            status=409,
        )


def _expires(transport: Transport, now: datetime) -> datetime:
    return min(max(transport.departs_at, now) + AFTER_DEPARTURE, now + LONGEST)


def new_word() -> str:
    return "".join(secrets.choice(ALPHABET) for _letter in range(WORD_LENGTH))


def enter(*, token: str, word: str) -> GatePack:
    """The pack that these two secrets open, over or not.

    Wrong, unknown and locked ones answer alike. Each wrong word is counted; after WRONG_WORDS the
    pack is locked. Raises DomainError unknown_pack.
    """
    pack = GatePack.objects.filter(token_hash=_token_hash(token)).first()
    if pack is None or pack.wrong_words >= WRONG_WORDS:
        raise _unknown()
    if not hmac.compare_digest(bytes(pack.word_hash), _word_hash(token, word)):
        GatePack.objects.filter(pk=pack.pk).update(wrong_words=F("wrong_words") + 1)
        raise _unknown()
    return pack


def open_pack(*, token: str, word: str) -> GatePack:
    """The pack, to hand its people to a phone; audited.

    Raises DomainError unknown_pack, pack_revoked, pack_expired (410).
    """
    pack = enter(token=token, word=word)
    now = clock.now()
    if pack.revoked_at is not None:
        raise DomainError("pack_revoked", _("此数据包已收回，请向撤离组领取新的。"), status=410)
    if pack.expires_at <= now:
        raise DomainError("pack_expired", _("此数据包已过期，请向撤离组领取新的。"), status=410)
    with transaction.atomic():
        audit.hold_chain()
        GatePack.objects.filter(pk=pack.pk).update(opened_at=now)
        _note(pack, f"pack:{pack.pk}", "boarding.pack_opened", version=pack.manifest.version)
    return pack


@transaction.atomic
def revoke_pack(*, pack: GatePack, planner: User) -> None:
    """End a pack at once: its phone gets nothing more, and what it records from now on is held.

    Raises DomainError forbidden, not_found, already_revoked.
    """
    demand(planner, Capability.PLAN, pack.manifest.incident.post)
    audit.hold_chain()
    live = GatePack.objects.filter(pk=pack.pk, revoked_at=None)
    if not live.update(revoked_at=clock.now()):
        raise DomainError("already_revoked", _("此数据包已经收回。"), status=409)
    _note(pack, planner.username, "boarding.pack_revoked")


def _unknown() -> DomainError:
    return DomainError(
        "unknown_pack",
        _("链接或口令不对，或者此数据包已停用。请核对后再试，或向撤离组领取新的。"),
        status=404,
    )


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(b"gate token\0" + token.encode()).digest()


def _word_hash(token: str, word: str) -> bytes:
    """Over both, so that a word cannot be guessed from the database alone."""
    said = "".join(letter for letter in word.upper() if letter in ALPHABET)
    return hashlib.sha256(b"gate word\0" + token.encode() + b"\0" + said.encode()).digest()


def _note(pack: GatePack, actor: str, act: str, **detail: object) -> None:
    audit.record(
        actor=actor,
        act=act,
        subject=f"transport:{pack.transport_id}",
        pack=pack.pk,
        manifest=pack.manifest_id,
        **detail,
    )

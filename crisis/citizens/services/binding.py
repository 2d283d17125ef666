"""Binding a WeChat account: a person is shown a QR code, and the account that scans it is theirs.

WeChat tells us of the scan with the scene that we wrote into the code. A scene is good once and
for ten minutes. What is not bound, and why:

- an unknown scene (a poster, another system's code): nobody is meant, nothing happens;
- an expired one: the page says so and offers another;
- a second account scanning a used one: the first stays bound, and the page says that there was a
  second; the same account scanning again changes nothing;
- a person who left, was erased or withdrew the consent meanwhile: nothing is kept.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.citizens.models import WeChatBinding
from crisis.citizens.services.limits import spend
from notifications.gateways.wechat.qr import make_qr
from notifications.signals import SeenEvent
from registry.models import Channel, Consent, ConsentPurpose, ContactPoint, Person
from registry.services.contacts import retire_for_all, verify_contact

LASTS = timedelta(minutes=10)
# A push may come late: a scan is good as long as it was made in time, as far as we can tell.
LATE = timedelta(minutes=1)
SCENE_BYTES = 16
CODES_AN_HOUR = 10


def begin_binding(*, person: Person) -> tuple[WeChatBinding, str]:
    """A new QR code for this person: the row, and the text that the code says. Earlier codes are
    good no more. The consent to WeChat must be in force.

    Raises DomainError no_consent, too_many_codes, wechat_away. Call outside a transaction.
    """
    if not _consents(person):
        raise DomainError("no_consent", _("请先勾选同意微信联系。"), {"field": "agree"})
    key = person.pk.to_bytes(16)
    if not spend("wechat.qr", key, most=CODES_AN_HOUR, per=timedelta(hours=1)):
        raise DomainError("too_many_codes", _("生成二维码过于频繁，请一小时后再试。"), status=429)
    scene, now = secrets.token_urlsafe(SCENE_BYTES), clock.real_now()
    with transaction.atomic():
        WeChatBinding.objects.filter(person=person, used_at=None).update(expires_at=now)
        binding = WeChatBinding.objects.create(
            person=person, scene_hash=scene_hash(scene), made_at=now, expires_at=now + LASTS
        )
    text = make_qr(scene, seconds=int(LASTS.total_seconds()))
    if not text:
        raise DomainError(
            "wechat_away", _("微信暂时没有应答，请稍后再试。短信联系不受影响。"), status=503
        )
    return binding, text


def scene_hash(scene: str) -> bytes:
    return hashlib.sha256(scene.encode()).digest()[:SCENE_BYTES]


def hear(event: SeenEvent) -> None:
    """Somebody followed the account, left it, or scanned. In the caller's transaction."""
    if event.kind == "unsubscribe":
        retire_for_all(channel=event.channel, index=event.address_index, by=event.channel)
    elif event.scene:
        _scanned(event)


def _scanned(event: SeenEvent) -> None:
    found = WeChatBinding.objects.filter(scene_hash=scene_hash(event.scene))
    binding = found.select_related("person").first()
    if binding is None:
        return
    now = clock.real_now()
    used = found.filter(used_at=None, expires_at__gt=now - LATE).update(
        used_at=now, address_index=event.address_index
    )
    if used:
        _bind(binding.person, event)
        return
    others = found.filter(used_at__isnull=False).exclude(address_index=event.address_index)
    if others.update(others=F("others") + 1):
        _note(binding.person, "wechat.second_scan")


def _bind(person: Person, event: SeenEvent) -> None:
    if person.left_at or person.erased_at or not _consents(person):
        _note(person, "wechat.not_bound")
        return
    try:
        verify_contact(
            person=person, channel=Channel.WECHAT, address=event.address, by=f"person:{person.pk}"
        )
    except DomainError:  # too many addresses, or no openid: the page says that nothing was bound
        _note(person, "wechat.not_bound")


def state_of(binding: WeChatBinding) -> str:
    """waiting, bound, refused (scanned, and nothing was bound) or expired."""
    if binding.used_at:
        bound = ContactPoint.objects.filter(
            person=binding.person_id, address_index=binding.address_index, retired_at=None
        )
        return "bound" if bound.exists() else "refused"
    return "waiting" if binding.expires_at > clock.real_now() else "expired"


def forget_old() -> int:
    """Delete codes that ended an hour ago: until then the page may ask what became of them."""
    over = clock.real_now() - timedelta(hours=1)
    return WeChatBinding.objects.filter(expires_at__lt=over).delete()[0]


def _consents(person: Person) -> bool:
    consents = Consent.objects.filter(person=person, purpose=ConsentPurpose.WECHAT)
    return consents.filter(withdrawn_at=None).exists()


def _note(person: Person, act: str) -> None:
    audit.record(actor="wechat", act=act, subject=f"person:{person.pk}")

"""Signing in by WeChat: the account that scans the browser's QR code gets a one-time code, and the
code is typed into that browser.

A scan alone signs nobody in: whoever is shown a stranger's QR code would sign the stranger in as
themselves. Nothing that the browser is told depends on whether the account is known, until the
code is right: docs/decisions/signing-in-by-code.md.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.citizens.models import WeChatSignIn
from crisis.citizens.selectors import Holder
from crisis.citizens.services.binding import SCENE_BYTES, scene_hash
from crisis.citizens.services.codes import check_code, send_code
from crisis.citizens.services.limits import EVERYBODY, spend
from crisis.citizens.services.signing_in import may_enter
from notifications.gateways.wechat.qr import make_qr
from notifications.signals import SeenEvent
from registry.models import Channel, ContactPoint

LASTS = timedelta(minutes=5)
PURPOSE = "sign_in"
A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
PER_CLIENT_AN_HOUR = 30


def open_door(*, client: bytes) -> tuple[WeChatSignIn, str]:
    """A new QR code for one browser: the row, and the text that the code says.

    `client` is client_key() of the browser. Raises DomainError too_many_codes, wechat_away.
    Call outside a transaction.
    """
    _hold("door.client", client, PER_CLIENT_AN_HOUR, AN_HOUR)
    _hold("door.all", EVERYBODY, settings.CODES_PER_MINUTE, A_MINUTE)
    scene, now = secrets.token_urlsafe(SCENE_BYTES), clock.real_now()
    text = make_qr(scene, seconds=int(LASTS.total_seconds()))
    if not text:
        raise DomainError(
            "wechat_away", _("微信暂时没有应答，请稍后再试，或用手机号码登录。"), status=503
        )
    row = WeChatSignIn.objects.create(
        scene_hash=scene_hash(scene), made_at=now, expires_at=now + LASTS
    )
    return row, text


def hear(event: SeenEvent) -> None:
    """Somebody scanned: the first account is the scene's, once, and has LASTS more to type the
    code. In the caller's transaction."""
    if event.kind == "unsubscribe" or not event.scene:
        return
    now = clock.real_now()
    WeChatSignIn.objects.filter(
        scene_hash=scene_hash(event.scene), scanned_at=None, expires_at__gt=now
    ).update(scanned_at=now, expires_at=now + LASTS, address_index=event.address_index)


def door_numbered(number: int) -> WeChatSignIn | None:
    """The row, while it is good."""
    return WeChatSignIn.objects.filter(pk=number, expires_at__gt=clock.real_now()).first()


def ask_for_code(*, door: WeChatSignIn, client: bytes, language: str) -> None:
    """The person says that they scanned: send a code to the account, if somebody bound it.

    An account that got one less than a minute ago gets none, and the browser is told the same.
    Raises DomainError too_many_codes for the client's own limit. Call outside a transaction.
    """
    _hold("door.ask", client, PER_CLIENT_AN_HOUR, AN_HOUR)
    WeChatSignIn.objects.filter(pk=door.pk).update(asked_at=clock.real_now())
    openid = _openid(door)
    if not openid:
        return
    try:
        send_code(
            channel=Channel.WECHAT, address=openid, purpose=PURPOSE, client=client,
            language=language,
        )  # fmt: skip
    except DomainError as error:
        if error.code != "too_many_codes":
            raise


def prove(*, door: WeChatSignIn, code: str, client: bytes) -> bool:
    """Whether this is the code of the account that scanned. Raises DomainError too_many_tries.

    Where nobody scanned or nobody bound the account, a try is counted under the scene instead, so
    that the limits answer alike. Call outside a transaction.
    """
    openid = _openid(door) or f"nobody_{bytes(door.scene_hash).hex()}"
    right = check_code(
        channel=Channel.WECHAT, address=openid, purpose=PURPOSE, code=code, client=client
    )
    standing = WeChatSignIn.objects.filter(pk=door.pk, expires_at__gt=clock.real_now())
    return right and bool(standing.update(proved_at=clock.real_now()))


def shut_door(number: int) -> None:
    """The scene is good no more: somebody was signed in, or wants another."""
    WeChatSignIn.objects.filter(pk=number).delete()


def forget_old() -> int:
    """Delete scenes whose time is over."""
    return WeChatSignIn.objects.filter(expires_at__lt=clock.real_now()).delete()[0]


def holders_behind(door: WeChatSignIn) -> list[Holder]:
    """The registered people who proved the account that scanned theirs."""
    index = door.address_index
    return may_enter(Channel.WECHAT, bytes(index)) if index else []


def _openid(door: WeChatSignIn) -> str:
    """The account that scanned, where it is somebody's; else empty."""
    point = ContactPoint.objects.filter(
        person__in=[holder.person.pk for holder in holders_behind(door)],
        channel=Channel.WECHAT,
        address_index=door.address_index,
    ).first()
    return point.address if point else ""


def _hold(name: str, key: bytes, most: int, per: timedelta) -> None:
    if not spend(name, key, most=most, per=per):
        raise DomainError(
            "too_many_codes", _("尝试次数过多，请稍后再试，或用手机号码登录。"), status=429
        )

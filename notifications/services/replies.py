"""Replies: understood, matched to the newest delivery of their address, told upward.

What matches nobody stays, unmatched and visible, until an officer matches or dismisses it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.encryption import blind_index
from config.kernel.errors import DomainError
from notifications import tokens
from notifications.gateways.base import ReplySeen
from notifications.meaning import read_meaning
from notifications.models import Delivery, DeliveryPerson, Inbound, Reply
from notifications.signals import ReadReply, replies_read
from notifications.states import Meaning, ReplyState

# A personal link is good for this long: long past any use, not for ever.
LINK_LIVES = timedelta(days=30)
CHANNEL_OF_GATEWAY = {"twilio": "sms", "wechat": "wechat"}
Address = tuple[str, bytes]


def store_replies(seen: Sequence[tuple[Inbound, ReplySeen]]) -> None:
    """Write replies in the caller's transaction and tell those that found their delivery."""
    if not seen:
        return
    addressed = [(inbound, said, _address(inbound, said)) for inbound, said in seen]
    newest = newest_deliveries([address for _, _, address in addressed])
    rows = [_reply(inbound, said, address, newest) for inbound, said, address in addressed]
    Reply.objects.bulk_create(rows)
    tell_replies([row for row in rows if row.delivery])


def _address(inbound: Inbound, said: ReplySeen) -> Address:
    channel = CHANNEL_OF_GATEWAY[inbound.gateway]
    return channel, blind_index(said.address, f"address.{channel}")


def newest_deliveries(addresses: Sequence[Address]) -> dict[Address, Delivery]:
    """The newest delivery that was called, for each address that ever got one."""
    called = (
        Delivery.objects.filter(
            address_index__in={index for _, index in addresses}, called_at__isnull=False
        )
        .select_related("wave")
        .defer("address")
        .order_by("pk")
    )
    return {(d.channel, bytes(d.address_index)): d for d in called}


def _reply(
    inbound: Inbound, said: ReplySeen, address: Address, newest: Mapping[Address, Delivery]
) -> Reply:
    delivery = newest.get(address)
    return Reply(
        inbound=inbound,
        via=address[0],
        address_index=address[1],
        address=said.address,
        delivery=delivery,
        text=said.text,
        meaning=_meaning(said),
        latitude=said.latitude,
        longitude=said.longitude,
        accuracy_m=said.accuracy_m,
        state=ReplyState.MATCHED if delivery else ReplyState.UNMATCHED,
        # A provider's clock may run ahead; nobody answers in the future.
        answered_at=min(said.answered_at or inbound.received_at, inbound.received_at),
        received_at=inbound.received_at,
    )


def _meaning(said: ReplySeen) -> Meaning:
    """A position says where, not how; the name of a place beside it is nobody's word."""
    if said.latitude is not None:
        return Meaning.UNKNOWN
    return read_meaning(said.text)


def tell_replies(rows: Sequence[Reply]) -> None:
    """Tell matched replies upward, in this transaction."""
    persons: dict[int, list[tuple[int, bool]]] = {}
    links = DeliveryPerson.objects.filter(delivery__in=[row.delivery_id for row in rows])
    for pk, ref, owner in links.order_by("pk").values_list("delivery_id", "person_ref", "is_owner"):
        persons.setdefault(pk, []).append((ref, owner))
    replies = [
        _read(row, row.delivery.wave.source, tuple(persons.get(row.delivery_id or 0, ())))
        for row in rows
        if row.delivery
    ]
    if replies:
        replies_read.send(sender=Reply, replies=replies)


def _read(row: Reply, source: str, persons: tuple[tuple[int, bool], ...]) -> ReadReply:
    return ReadReply(
        reply_id=row.pk,
        source=source,
        channel=row.via,
        address_index=bytes(row.address_index or b""),
        meaning=Meaning(row.meaning),
        persons=persons,
        answered_at=row.answered_at,
        received_at=row.received_at,
        latitude=row.latitude,
        longitude=row.longitude,
        accuracy_m=row.accuracy_m,
    )


@transaction.atomic
def record_link_reply(
    *,
    token: str,
    meaning: Meaning,
    latitude: float | None = None,
    longitude: float | None = None,
    accuracy_m: float | None = None,
) -> Reply:
    """An answer on the check-in page. It may be repeated; each answer is a reply of its own.

    Raises DomainError unknown_link, the same for a wrong and for an expired token.
    """
    delivery = delivery_of_token(token)
    now = clock.now()
    reply = Reply.objects.create(
        via=Reply.Via.LINK,
        address_index=delivery.address_index,
        delivery=delivery,
        meaning=meaning,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=accuracy_m,
        state=ReplyState.MATCHED,
        answered_at=now,
        received_at=now,
    )
    tell_replies([reply])
    return reply


def delivery_of_token(token: str) -> Delivery:
    """The delivery a check-in token belongs to. Raises DomainError unknown_link (404), the same
    for a token that never was and for one older than LINK_LIVES."""
    delivery = (
        Delivery.objects.filter(token_hash=tokens.token_hash(token)).select_related("wave").first()
    )
    if delivery is None or delivery.wave.created_at + LINK_LIVES <= clock.now():
        raise DomainError("unknown_link", _("此链接无效或已失效。如需帮助请拨打热线。"), status=404)
    return delivery


@transaction.atomic
def match_reply(*, reply: Reply, source: str, person_ref: int, by: str) -> None:
    """An officer says whose answer this is. Raises DomainError reply_settled."""
    _settle(reply, ReplyState.MATCHED, by)
    audit.record(actor=by, act="reply.match", subject=f"reply:{reply.pk}", person=person_ref)
    told = _read(reply, source, ((person_ref, True),))
    replies_read.send(sender=Reply, replies=[told])


@transaction.atomic
def dismiss_reply(*, reply: Reply, by: str, reason: str) -> None:
    """An officer says that this reply concerns nobody here. It is kept."""
    _settle(reply, ReplyState.DISMISSED, by)
    audit.record(actor=by, act="reply.dismiss", subject=f"reply:{reply.pk}", reason=reason)


def _settle(reply: Reply, state: ReplyState, by: str) -> None:
    settled = Reply.objects.filter(pk=reply.pk, state=ReplyState.UNMATCHED).update(
        state=state, handled_by=by
    )
    if not settled:
        raise DomainError("reply_settled", _("这条回复已由他人处理。请刷新页面。"), status=409)
    reply.refresh_from_db()

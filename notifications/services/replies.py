"""Replies: understood, matched to the newest delivery of their address, told upward.

What matches nobody stays, unmatched and visible, until an officer matches or dismisses it.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, bulk, clock
from config.kernel.encryption import blind_index, seal
from config.kernel.errors import DomainError
from notifications import tokens
from notifications.gateways.base import ReplySeen
from notifications.meaning import read_meaning
from notifications.models import Delivery, DeliveryPerson, Inbound, Reply
from notifications.signals import ReadReply, replies_read
from notifications.states import Meaning, ReplyState, WaveKind

# A personal link is good for this long: long past any use, not for ever.
LINK_LIVES = timedelta(days=30)
CHANNEL_OF_GATEWAY = {"twilio": "sms", "wechat": "wechat"}
TEXT_PURPOSE = "notifications.reply.text"
Address = tuple[str, bytes]


class _Newest(NamedTuple):
    """The delivery that a bare answer belongs to, and what its wave speaks of."""

    delivery_id: int
    source: str


def store_replies(seen: Sequence[tuple[Inbound, ReplySeen]]) -> None:
    """Write replies in the caller's transaction and tell those that found their delivery."""
    if not seen:
        return
    addressed = [(inbound, said, _address(inbound, said)) for inbound, said in seen]
    newest = _newest_deliveries({index for _, _, (_, index) in addressed})
    ids = bulk.new_ids(Reply, len(addressed))
    rows = [
        _reply(pk, inbound, said, address, newest.get(address))
        for pk, (inbound, said, address) in zip(ids, addressed, strict=True)
    ]
    bulk.insert(Reply, _COLUMNS, [_row(row) for row in rows])
    _tell([row for row in rows if row.delivery_id])


def _address(inbound: Inbound, said: ReplySeen) -> Address:
    channel = CHANNEL_OF_GATEWAY[inbound.gateway]
    return channel, blind_index(said.address, f"address.{channel}")


def _newest_deliveries(indexes: Collection[bytes]) -> dict[Address, _Newest]:
    """The newest delivery that was called, for each address that ever got one."""
    called = Delivery.objects.filter(
        address_index__in=indexes,
        called_at__isnull=False,
        # Who is on duty may be registered too: their answer is to the alert, not to a page.
    ).exclude(wave__kind=WaveKind.DUTY)
    rows = called.order_by("pk").values_list("channel", "address_index", "pk", "wave__source")
    return {(channel, bytes(index)): _Newest(pk, source) for channel, index, pk, source in rows}


def _reply(
    pk: int, inbound: Inbound, said: ReplySeen, address: Address, newest: _Newest | None
) -> Reply:
    return Reply(
        id=pk,
        inbound_id=inbound.pk,
        via=address[0],
        address_index=address[1],
        address=said.address,
        delivery_id=newest.delivery_id if newest else None,
        source=newest.source if newest else "",
        text=said.text,
        meaning=_meaning(said),
        latitude=said.latitude,
        longitude=said.longitude,
        accuracy_m=said.accuracy_m,
        state=ReplyState.MATCHED if newest else ReplyState.UNMATCHED,
        # A provider's clock may run ahead; nobody answers in the future.
        answered_at=min(said.answered_at or inbound.received_at, inbound.received_at),
        received_at=inbound.received_at,
    )


_COLUMNS = (
    "id", "inbound", "via", "address_index", "address", "delivery", "source", "text", "meaning",
    "latitude", "longitude", "accuracy_m", "state", "answered_at", "received_at", "handled_by",
)  # fmt: skip


def _row(reply: Reply) -> tuple[object, ...]:
    return (
        reply.pk, reply.inbound_id, reply.via, reply.address_index,
        seal(reply.address, "address"), reply.delivery_id, reply.source,
        seal(reply.text, TEXT_PURPOSE) if reply.text else b"", str(reply.meaning),
        reply.latitude, reply.longitude, reply.accuracy_m, str(reply.state),
        reply.answered_at, reply.received_at, "",
    )  # fmt: skip


def _meaning(said: ReplySeen) -> Meaning:
    """A position says where, not how; the name of a place beside it is nobody's word."""
    if said.latitude is not None:
        return Meaning.UNKNOWN
    return read_meaning(said.text)


def _tell(rows: Sequence[Reply]) -> None:
    """Tell matched replies upward, in this transaction."""
    if not rows:
        return
    persons: dict[int, tuple[tuple[int, bool], ...]] = {}
    links = DeliveryPerson.objects.filter(delivery__in={row.delivery_id for row in rows})
    for pk, ref, owner in links.order_by("pk").values_list("delivery_id", "person_ref", "is_owner"):
        persons[pk] = (*persons.get(pk, ()), (ref, owner))
    told = [_read(row, persons.get(row.delivery_id or 0, ())) for row in rows]
    replies_read.send(sender=Reply, replies=told)


def _read(row: Reply, persons: tuple[tuple[int, bool], ...]) -> ReadReply:
    return ReadReply(
        reply_id=row.pk,
        source=row.source,
        channel=row.via,
        address_index=bytes(row.address_index or b""),
        meaning=Meaning(row.meaning),
        persons=persons,
        answered_at=row.answered_at,
        received_at=row.received_at,
        latitude=row.latitude,
        longitude=row.longitude,
        accuracy_m=row.accuracy_m,
        by_contact=row.delivery is not None and row.delivery.wave.kind == WaveKind.CONTACT,
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
        source=delivery.wave.source,
        meaning=meaning,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=accuracy_m,
        state=ReplyState.MATCHED,
        answered_at=now,
        received_at=now,
    )
    _tell([reply])
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
    _settle(reply, by, state=ReplyState.MATCHED, source=source)
    audit.record(actor=by, act="reply.match", subject=f"reply:{reply.pk}", person=person_ref)
    told = _read(reply, ((person_ref, True),))
    replies_read.send(sender=Reply, replies=[told])


def note_reply(*, reply: Reply, by: str) -> bool:
    """An officer has read what an emergency contact wrote; False when another had before."""
    noted = Reply.objects.filter(pk=reply.pk, handled_by="").update(handled_by=by)
    if noted:
        audit.record(actor=by, act="reply.note", subject=f"reply:{reply.pk}")
    return bool(noted)


@transaction.atomic
def dismiss_reply(*, reply: Reply, by: str, reason: str) -> None:
    """An officer says that this reply concerns nobody here. It is kept."""
    _settle(reply, by, state=ReplyState.DISMISSED)
    audit.record(actor=by, act="reply.dismiss", subject=f"reply:{reply.pk}", reason=reason)


def _settle(reply: Reply, by: str, **fields: str) -> None:
    unmatched = Reply.objects.filter(pk=reply.pk, state=ReplyState.UNMATCHED)
    settled = unmatched.update(handled_by=by, **fields)
    if not settled:
        raise DomainError("reply_settled", _("这条回复已由他人处理。请刷新页面。"), status=409)
    reply.refresh_from_db()

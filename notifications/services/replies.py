"""Replies: understood, matched to the newest delivery of their address, told upward.

What matches nobody stays, unmatched and visible, until an officer matches or dismisses it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, bulk, clock
from config.kernel.encryption import blind_index, seal
from config.kernel.errors import DomainError
from notifications.gateways.base import ReplySeen
from notifications.meaning import read_meaning
from notifications.models import Delivery, Reply
from notifications.services.pushed import Push
from notifications.signals import ReadReply, replies_read
from notifications.states import QUIET, TO_CONTACTS, Meaning, ReplyState, WaveKind

CHANNEL_OF_GATEWAY = {"twilio": "sms", "wechat": "wechat"}
TEXT_PURPOSE = "notifications.reply.text"
Address = tuple[str, bytes]
Persons = tuple[tuple[int, bool], ...]


# How long after an alert an answer is to the alert, and not to what was asked quietly since.
ALERT_ANSWERED_FOR = timedelta(days=30)
# What answers a quiet message; anything else is for a human to read.
_ANSWERS_QUIET = (Meaning.SAFE, Meaning.ALL_SAFE, Meaning.STOP, Meaning.WRONG_NUMBER)
# What answers an offer of a place, and nothing else.
_ANSWERS_OFFER = (Meaning.SEAT_YES, Meaning.SEAT_NO)


class _Group(Enum):
    """What sort of message the newest delivery of an address is looked for in."""

    ALERT = "alert"
    OFFER = "offer"
    QUIET = "quiet"


class _Newest(NamedTuple):
    """The delivery that a bare answer belongs to, what its wave speaks of, of which kind it is,
    when it left, and whom it covers."""

    delivery_id: int
    source: str
    kind: str
    called_at: datetime
    persons: Persons


def store_replies(seen: Sequence[tuple[Push, ReplySeen]]) -> None:
    """Write replies in the caller's transaction and tell those that found their delivery."""
    if not seen:
        return
    addressed = [(push, said, _address(push, said)) for push, said in seen]
    newest = _newest_deliveries({index for _, _, (_, index) in addressed})
    rows, told = [], []
    ids = bulk.new_ids(Reply, len(addressed))
    for pk, (push, said, address) in zip(ids, addressed, strict=True):
        meaning = _meaning(said, newest.get(address))
        found = _answered(newest.get(address), meaning)
        reply = _understood(pk, push, said, address, meaning, found)
        rows.append(_row(push, said, reply, found))
        if found:
            told.append(reply)
    bulk.insert(Reply, _COLUMNS, rows)
    tell(told)


def _address(push: Push, said: ReplySeen) -> Address:
    channel = CHANNEL_OF_GATEWAY[push.gateway]
    return channel, blind_index(said.address, f"address.{channel}")


def _answered(newest: dict[_Group, _Newest] | None, meaning: Meaning) -> _Newest | None:
    """Which delivery of an address an answer belongs to. A «stop» is to the newest of all, a place
    is taken or given up where one was offered; anything else is to an alert, while it is fresh.
    What does not answer a quiet message answers nothing."""
    if not newest:
        return None
    if meaning in _ANSWERS_OFFER:
        return newest[_Group.OFFER]
    latest = max(newest.values(), key=lambda one: one.delivery_id)
    loud = [one for group, one in newest.items() if group != _Group.QUIET]
    alert = max(loud, key=lambda one: one.delivery_id, default=None)
    if meaning != Meaning.STOP and alert and _is_fresh(alert):
        return alert
    return None if latest.kind in QUIET and meaning not in _ANSWERS_QUIET else latest


def _is_fresh(one: _Newest) -> bool:
    return one.called_at > clock.now() - ALERT_ANSWERED_FOR


def _newest_deliveries(
    indexes: Collection[bytes],
) -> dict[Address, dict[_Group, _Newest]]:
    """The newest delivery of each group that was called, for each address that ever got one."""
    called = Delivery.objects.filter(
        address_index__among=indexes,
        called_at__isnull=False,
        # Who is on duty may be registered too: their answer is to the alert, not to a page. And
        # nobody answers a one-time code.
    ).exclude(wave__kind__in=(WaveKind.DUTY, WaveKind.CODE))
    rows: Any = called.order_by("pk", "persons__pk").values_list(
        "channel", "address_index", "pk", "wave__source", "wave__kind", "called_at",
        "persons__person_ref", "persons__is_owner",
    )  # fmt: skip
    newest: dict[Address, dict[_Group, _Newest]] = defaultdict(dict)
    for channel, index, pk, source, kind, at, person, is_owner in rows:
        found, group = newest[channel, bytes(index)], _group(kind)
        before = found.get(group)
        persons = before.persons if before and before.delivery_id == pk else ()
        link = () if person is None else ((person, is_owner),)
        if at is not None:  # for the type checker: only those that were called are asked for
            found[group] = _Newest(pk, source, kind, at, (*persons, *link))
    return newest


def _group(kind: str) -> _Group:
    if kind in QUIET:
        return _Group.QUIET
    return _Group.OFFER if kind == WaveKind.OFFER else _Group.ALERT


def _understood(
    pk: int,
    push: Push,
    said: ReplySeen,
    address: Address,
    meaning: Meaning,
    newest: _Newest | None,
) -> ReadReply:
    return ReadReply(
        reply_id=pk,
        source=newest.source if newest else "",
        channel=address[0],
        address_index=address[1],
        meaning=meaning,
        persons=newest.persons if newest else (),
        # A provider's clock may run ahead; nobody answers in the future.
        answered_at=min(said.answered_at or push.received_at, push.received_at),
        received_at=push.received_at,
        latitude=said.latitude,
        longitude=said.longitude,
        accuracy_m=said.accuracy_m,
        by_contact=newest is not None and newest.kind in TO_CONTACTS,
    )


_COLUMNS = (
    "id", "inbound", "via", "address_index", "address", "delivery", "source", "text", "meaning",
    "latitude", "longitude", "accuracy_m", "state", "answered_at", "received_at", "handled_by",
)  # fmt: skip


def _row(
    push: Push, said: ReplySeen, reply: ReadReply, newest: _Newest | None
) -> tuple[object, ...]:
    state = ReplyState.MATCHED if newest else ReplyState.UNMATCHED
    return (
        reply.reply_id, push.id, reply.channel, reply.address_index, seal(said.address, "address"),
        newest.delivery_id if newest else None, reply.source,
        seal(said.text, TEXT_PURPOSE) if said.text else b"", str(reply.meaning),
        reply.latitude, reply.longitude, reply.accuracy_m, str(state),
        reply.answered_at, reply.received_at, "",
    )  # fmt: skip


def _meaning(said: ReplySeen, newest: dict[_Group, _Newest] | None) -> Meaning:
    """A position says where, not how; the name of a place beside it is nobody's word. Whoever was
    offered no place means something else by those digits: a human reads it."""
    if said.latitude is not None:
        return Meaning.UNKNOWN
    meaning = read_meaning(said.text)
    offer = (newest or {}).get(_Group.OFFER)
    if meaning in _ANSWERS_OFFER and not (offer and _is_fresh(offer)):
        return Meaning.POSSIBLE_HELP
    return meaning


def tell(replies: list[ReadReply]) -> None:
    """Tell matched replies upward, in this transaction."""
    if replies:
        replies_read.send(sender=Reply, replies=replies)


def as_read(row: Reply, persons: Persons) -> ReadReply:
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
        by_contact=row.delivery is not None and row.delivery.wave.kind in TO_CONTACTS,
        note=row.text if row.meaning == Meaning.DETAILS else "",
        details=row.details,
    )


@transaction.atomic
def match_reply(*, reply: Reply, source: str, person_ref: int, by: str) -> None:
    """An officer says whose answer this is. Raises DomainError reply_settled."""
    _settle(reply, by, state=ReplyState.MATCHED, source=source)
    audit.record(actor=by, act="reply.match", subject=f"reply:{reply.pk}", person=person_ref)
    tell([as_read(reply, ((person_ref, True),))])


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
    reply.refresh_from_db()
    if not settled:
        sentence = _("这条回复已由 %(by)s 处理：%(state)s。")
        words = {"by": reply.handled_by, "state": reply.get_state_display()}
        raise DomainError("reply_settled", sentence % words, {"by": reply.handled_by}, status=409)

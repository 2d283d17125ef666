"""What seats hear from below."""

from typing import Any

from django.dispatch import receiver

from crisis.seats.services import answering, lapsing
from crisis.transports.models import Transport
from crisis.transports.signals import transport_cancelled, transport_changed
from notifications.signals import ReadReply, replies_read


@receiver(replies_read)
def _replies(replies: list[ReadReply], **_: Any) -> None:
    answering.hear_answers(replies)


@receiver(transport_cancelled)
def _cancelled(transport: Transport, **_: Any) -> None:
    lapsing.follow_cancelled(transport=transport)


@receiver(transport_changed)
def _changed(transport: Transport, fields: frozenset[str], **_: Any) -> None:
    lapsing.follow_changed(transport=transport, fields=fields)

"""What citizens' services hear from below."""

from typing import Any

from django.dispatch import receiver

from crisis.citizens.services import hearing
from notifications.signals import ReadReply, replies_read


@receiver(replies_read)
def _replies(replies: list[ReadReply], **_: Any) -> None:
    hearing.hear_replies(replies)

"""What citizens' services hear from below."""

from typing import Any

from django.dispatch import receiver

from crisis.citizens.services import binding, hearing, wechat_door
from notifications.signals import ReadReply, SeenEvent, events_seen, replies_read


@receiver(replies_read)
def _replies(replies: list[ReadReply], **_: Any) -> None:
    hearing.hear_replies(replies)


@receiver(events_seen)
def _events(events: list[SeenEvent], **_: Any) -> None:
    for event in events:
        binding.hear(event)
        wechat_door.hear(event)

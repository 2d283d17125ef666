"""Events that are no answer: told upward as they are understood, kept nowhere but in the push."""

from collections.abc import Sequence

from config.kernel.encryption import blind_index
from notifications.gateways.base import EventSeen
from notifications.models import Inbound
from notifications.services.pushed import Push
from notifications.services.replies import CHANNEL_OF_GATEWAY
from notifications.signals import SeenEvent, events_seen

# WeChat's own mark before the scene, for who follows the account by scanning.
SCENE_MARK = "qrscene_"
TOLD = frozenset({"subscribe", "unsubscribe", "scan"})


def tell_events(seen: Sequence[tuple[Push, EventSeen]]) -> None:
    """Tell what somebody above may care about, in the caller's transaction."""
    events = [_event(push, event) for push, event in seen if event.kind in TOLD]
    if events:
        events_seen.send(sender=Inbound, events=events)


def _event(push: Push, event: EventSeen) -> SeenEvent:
    channel = CHANNEL_OF_GATEWAY[push.gateway]
    return SeenEvent(
        channel=channel,
        address=event.address,
        address_index=blind_index(event.address, f"address.{channel}"),
        kind=event.kind,
        scene="" if event.kind == "unsubscribe" else event.detail.removeprefix(SCENE_MARK),
        received_at=push.received_at,
    )

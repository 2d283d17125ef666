"""What notifications tells upward, in the transaction that makes it true.

`outcomes_told(outcomes: list[ToldOutcome])`: deliveries reached a state worth knowing.
`replies_read(replies: list[ReadReply])`: replies were understood and matched.
`events_seen(events: list[SeenEvent])`: somebody followed, left or scanned, without a word.
Receivers write only to their own tables, and raise to have the telling repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.dispatch import Signal

from notifications.states import DeliveryState, Meaning

outcomes_told = Signal()
replies_read = Signal()
events_seen = Signal()


@dataclass(frozen=True, slots=True)
class ToldOutcome:
    """One delivery's news. `source` is the wave's opaque reference, such as `incident:12`;
    `to_contact`: it went to an emergency contact of the persons, not to them."""

    delivery_id: int
    source: str
    state: DeliveryState
    at: datetime
    person_refs: tuple[int, ...]
    to_contact: bool = False


@dataclass(frozen=True, slots=True)
class ReadReply:
    """One understood reply. `persons` are (person_ref, is_owner) of the delivery it answers;
    `by_contact`: it answers a message to their emergency contact. `details` are what was added to
    an answer, as notifications.models.Reply keeps them, and `note` its words."""

    reply_id: int
    source: str
    channel: str
    address_index: bytes
    meaning: Meaning
    persons: tuple[tuple[int, bool], ...]
    answered_at: datetime
    received_at: datetime
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    by_contact: bool = False
    note: str = ""
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """Something that happened at an address and is no answer. `kind` is subscribe, unsubscribe or
    scan; `scene` is what the scanned QR code carried, or empty. `address` is in clear, and only
    here: whoever keeps it seals it."""

    channel: str
    address: str
    address_index: bytes
    kind: str
    scene: str
    received_at: datetime

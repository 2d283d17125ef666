"""Everything that writes of operations, transports and corridors."""

from crisis.transports.services.corridors import (
    CorridorDraft,
    add_corridor,
    change_corridor,
    check_corridor,
    retire_corridor,
)
from crisis.transports.services.filing import FilingDraft, file_for, file_own
from crisis.transports.services.following import (
    delay_filing,
    note_arrival,
    record_crossing,
    say_crossed,
    say_delayed,
    say_withdrawn,
    take_back_crossing,
    withdraw_filing,
)
from crisis.transports.services.journeys import chain_transports, journey_of
from crisis.transports.services.missing import watch_overdue
from crisis.transports.services.operations import (
    end_operation,
    open_operation,
    reopen_operation,
)
from crisis.transports.services.places import PlaceDraft, add_place, change_place, retire_place
from crisis.transports.services.transports import (
    TransportDraft,
    add_transport,
    change_transport,
    set_status,
)

__all__ = [
    "CorridorDraft",
    "FilingDraft",
    "PlaceDraft",
    "TransportDraft",
    "add_corridor",
    "add_place",
    "add_transport",
    "chain_transports",
    "change_corridor",
    "change_place",
    "change_transport",
    "check_corridor",
    "delay_filing",
    "end_operation",
    "file_for",
    "file_own",
    "journey_of",
    "note_arrival",
    "open_operation",
    "record_crossing",
    "reopen_operation",
    "retire_corridor",
    "retire_place",
    "say_crossed",
    "say_delayed",
    "say_withdrawn",
    "set_status",
    "take_back_crossing",
    "watch_overdue",
    "withdraw_filing",
]

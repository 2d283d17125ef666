"""Everything that writes of gates: packs, scans, and people who are on no list."""

from crisis.boarding.services.packs import (
    Issued,
    enter,
    issue_pack,
    open_pack,
    revoke_pack,
)
from crisis.boarding.services.scanning import (
    NewWalkIn,
    Scan,
    Taken,
    accept_held,
    mark_no_shows,
    record_scans,
    take_scans,
)
from crisis.boarding.services.walk_ins import match_walk_in

__all__ = [
    "Issued",
    "NewWalkIn",
    "Scan",
    "Taken",
    "accept_held",
    "enter",
    "issue_pack",
    "mark_no_shows",
    "match_walk_in",
    "open_pack",
    "record_scans",
    "revoke_pack",
    "take_scans",
]

"""Everything that writes of plans."""

from crisis.allocation.services.moving import move_onto, move_party, release_party
from crisis.allocation.services.planning import (
    adopt_plan,
    discard_plan,
    propose_plan,
    replan,
)
from crisis.allocation.services.running import ask_for_plan

__all__ = [
    "adopt_plan",
    "ask_for_plan",
    "discard_plan",
    "move_onto",
    "move_party",
    "propose_plan",
    "release_party",
    "replan",
]

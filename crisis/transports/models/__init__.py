"""撤离行动: an operation with its places, transports, journeys and corridors."""

from crisis.transports.models.corridor import Corridor, SelfEvacuation, SelfEvacuee
from crisis.transports.models.journey import Journey, JourneyLeg
from crisis.transports.models.operation import EvacuationOperation
from crisis.transports.models.place import Place
from crisis.transports.models.transport import Transport

__all__ = [
    "Corridor",
    "EvacuationOperation",
    "Journey",
    "JourneyLeg",
    "Place",
    "SelfEvacuation",
    "SelfEvacuee",
    "Transport",
]

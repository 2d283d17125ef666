"""What a drill brings people out with: places, and transports that leave some hours later.

Places are real and stand in public gazetteers; numbers, times and capacities are made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Place
from crisis.transports.services import (
    PlaceDraft,
    TransportDraft,
    add_place,
    add_transport,
    set_status,
)
from crisis.transports.states import Disclosure, PlaceKind, TransportKind, TransportStatus


@dataclass(frozen=True, slots=True)
class Stop:
    """A place; degrees are WGS-84. Its time zone is that of the nearest known town."""

    kind: PlaceKind
    name_zh: str
    name_en: str
    country: str
    latitude: float
    longitude: float
    code: str = ""
    beds: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A transport between two stops by their Chinese names; hours after the operation opened."""

    kind: TransportKind
    number: str
    origin: str
    destination: str
    leaves_h: float
    lasts_h: float
    seats: int
    wheelchairs: int = 0
    stretchers: int = 0
    laps: int = 0


@dataclass(frozen=True, slots=True)
class Fleet:
    stops: Sequence[Stop]
    runs: Sequence[Run]


def bring(fleet: Fleet, operation: EvacuationOperation, planner: User, at: datetime) -> None:
    """Write places and transports down as a planner would, and confirm each transport."""
    places = {
        stop.name_zh: add_place(operation=operation, draft=_place(stop), planner=planner)
        for stop in fleet.stops
    }
    for run in fleet.runs:
        transport = add_transport(
            operation=operation, draft=_transport(run, places, at), planner=planner
        )
        set_status(transport=transport, status=TransportStatus.CONFIRMED, planner=planner)


def _place(stop: Stop) -> PlaceDraft:
    return PlaceDraft(
        kind=stop.kind,
        name_zh=stop.name_zh,
        name_en=stop.name_en,
        country=stop.country,
        latitude=stop.latitude,
        longitude=stop.longitude,
        code=stop.code,
        beds=stop.beds,
        disclosure=Disclosure.PUBLIC,
    )


def _transport(run: Run, places: dict[str, Place], at: datetime) -> TransportDraft:
    departs = at + timedelta(hours=run.leaves_h)
    return TransportDraft(
        kind=run.kind,
        number=run.number,
        origin=places[run.origin],
        destination=places[run.destination],
        departs_at=departs,
        arrives_at=departs + timedelta(hours=run.lasts_h),
        seats=run.seats,
        wheelchairs=run.wheelchairs,
        stretchers=run.stretchers,
        laps=run.laps,
    )


_K, _T = PlaceKind, TransportKind
PORT_VILA = Fleet(
    stops=(
        Stop(_K.ASSEMBLY, "维拉港独立公园", "Independence Park, Port Vila", "VU",
             -17.7365, 168.3130),
        Stop(_K.TERMINAL, "维拉港鲍尔菲尔德机场", "Bauerfield airport, Port Vila", "VU",
             -17.6993, 168.3198, "VLI"),
        Stop(_K.HAVEN, "楠迪临时安置点", "Shelter in Nadi", "FJ", -17.7765, 177.4356, "NAN", 150),
        Stop(_K.HOME, "广州", "Guangzhou", "CN", 23.3924, 113.2988, "CAN"),
    ),
    runs=(
        Run(_T.BUS, "1号车", "维拉港独立公园", "维拉港鲍尔菲尔德机场", 6, 0.5, 45, 2, 0, 6),
        Run(_T.BUS, "2号车", "维拉港独立公园", "维拉港鲍尔菲尔德机场", 8, 0.5, 45, 2, 1, 6),
        Run(_T.FLIGHT, "包机1", "维拉港鲍尔菲尔德机场", "楠迪临时安置点", 9, 2, 40, 2, 0, 6),
        Run(_T.FLIGHT, "包机2", "维拉港鲍尔菲尔德机场", "楠迪临时安置点", 14, 2, 40, 2, 1, 6),
        Run(_T.FLIGHT, "包机3", "楠迪临时安置点", "广州", 30, 10.5, 180, 4, 2, 18),
    ),
)  # fmt: skip

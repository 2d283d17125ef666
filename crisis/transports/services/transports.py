"""What carries people: adding it, changing it, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.text import clean
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Place, Transport
from crisis.transports.services.operations import note
from crisis.transports.services.places import place_code
from crisis.transports.services.refusing import hold_open, refuse
from crisis.transports.signals import transport_cancelled, transport_changed
from crisis.transports.states import OPEN_TO_PLAN, TRANSITIONS, TransportKind, TransportStatus

MOST_PLACES = 10_000
MOST_KG = 10_000_000
MOST_STOPS = 8
CLASSES = ("seats", "wheelchairs", "stretchers", "laps")
_LENGTHS = {"number": 20, "carrier": 60, "note": 300}
# What is still known better once it has left.
ON_THE_WAY = frozenset({"arrives_at", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportDraft:
    """A movement as it is written down; times are moments (UTC), weights kilograms."""

    kind: TransportKind
    number: str
    origin: Place
    destination: Place
    departs_at: datetime
    arrives_at: datetime
    seats: int
    wheelchairs: int = 0
    stretchers: int = 0
    laps: int = 0
    carrier: str = ""
    carrier_code: str = ""
    stops: Sequence[str] = ()
    baggage_kg: int | None = None
    payload_kg: int | None = None
    note: str = ""

    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@transaction.atomic
def add_transport(
    *, operation: EvacuationOperation, draft: TransportDraft, planner: User
) -> Transport:
    """Raises DomainError forbidden, not_found, operation_ended, and what _checked raises."""
    held = hold_open(operation, planner)
    transport = Transport.objects.create(
        operation=held, status_at=clock.now(), **_checked(held, draft)
    )
    note(held, planner, "transport.added", transport=transport.pk)
    return transport


@transaction.atomic
def change_transport(*, transport: Transport, draft: TransportDraft, planner: User) -> Transport:
    """Raises DomainError as add_transport does, and transport_over (it arrived or was cancelled),
    departed (only the time of arrival and the note can still change)."""
    held = hold_open(transport.operation, planner)
    current = _locked(transport)
    values = _checked(held, draft, but=current)
    changed = {name for name, value in values.items() if getattr(current, name) != value}
    if not changed:
        return current
    _check_changeable(current, changed)
    for name in changed:
        setattr(current, name, values[name])
    current.save(update_fields=sorted(changed))
    note(held, planner, "transport.changed", transport=current.pk, fields=sorted(changed))
    transport_changed.send(Transport, transport=current, fields=frozenset(changed))
    return current


@transaction.atomic
def set_status(*, transport: Transport, status: TransportStatus, planner: User) -> Transport:
    """One step of its life (crisis.transports.states.TRANSITIONS).

    Raises DomainError forbidden, not_found, operation_ended, wrong_step.
    """
    held = hold_open(transport.operation, planner)
    current = _locked(transport)
    before = TransportStatus(current.status)
    if status not in TRANSITIONS[before]:
        words = {"before": before.label, "status": TransportStatus(status).label}
        raise refuse("wrong_step", _("“%(before)s”不能改为“%(status)s”。") % words, status=409)
    current.status, current.status_at = status, clock.now()
    current.save(update_fields=["status", "status_at"])
    note(held, planner, "transport.status", transport=current.pk, before=before, status=status)
    if status == TransportStatus.CANCELLED:
        transport_cancelled.send(Transport, transport=current)
    else:
        transport_changed.send(Transport, transport=current, fields=frozenset({"status"}))
    return current


def _locked(transport: Transport) -> Transport:
    """As it is now: the operation's row is held, so nobody changes it meanwhile."""
    rows = Transport.objects.select_related("origin", "destination", "operation__incident__post")
    return rows.get(pk=transport.pk)


def _check_changeable(current: Transport, changed: set[str]) -> None:
    if current.status in OPEN_TO_PLAN:
        return
    if current.status != TransportStatus.DEPARTED:
        raise refuse("transport_over", _("已到达或已取消，不能再更改。"), status=409)
    if not changed <= ON_THE_WAY:
        raise refuse(
            "departed", _("已出发，只能更改到达时间和说明；误记出发请先退回登乘。"), status=409
        )


def _checked(
    operation: EvacuationOperation, draft: TransportDraft, but: Transport | None = None
) -> dict[str, object]:
    """The columns of a sound draft. Raises DomainError number_needed, too_long, bad_carrier_code,
    bad_place, same_place, bad_times, no_capacity, bad_capacity, laps_without_seats, bad_weight,
    bad_stops, bad_code, transport_exists."""
    written = {name: clean(getattr(draft, name)) for name in _LENGTHS}
    for name, most in _LENGTHS.items():
        if len(written[name]) > most:
            raise refuse("too_long", _("请不超过 %(n)d 个字。") % {"n": most}, name)
    if not written["number"]:
        raise refuse("number_needed", _("请填写航班号、船名或车号。"), "number")
    _check_way(operation, draft, but)
    _check_capacity(draft)
    same = operation.transports.filter(number=written["number"], departs_at=draft.departs_at)
    if same.exclude(pk=but.pk if but else 0).exists():
        raise refuse("transport_exists", _("同一编号同一时间已有一班。"), "number")
    return {
        **draft.columns(),
        **written,
        "carrier_code": _carrier_code(draft.carrier_code),
        "stops": _stops(draft.stops),
    }


def _check_way(
    operation: EvacuationOperation, draft: TransportDraft, but: Transport | None
) -> None:
    known = {but.origin_id, but.destination_id} if but else set()
    for field in ("origin", "destination"):
        place: Place = getattr(draft, field)
        retired = place.retired_at is not None and place.pk not in known
        if place.operation_id != operation.pk or retired:
            raise refuse("bad_place", _("此地点不属于本次行动，或已停用。"), field)
    if draft.origin.pk == draft.destination.pk:
        raise refuse("same_place", _("到达地不能与出发地相同。"), "destination")
    if draft.arrives_at <= draft.departs_at:
        raise refuse("bad_times", _("到达时间早于出发时间：请按各自的当地时间核对。"), "arrives_at")


def _check_capacity(draft: TransportDraft) -> None:
    for name in CLASSES:
        if not 0 <= getattr(draft, name) <= MOST_PLACES:
            raise refuse("bad_capacity", _("席位数应在 0 到 10000 之间。"), name)
    if not any(getattr(draft, name) for name in CLASSES):
        raise refuse("no_capacity", _("至少要有一个席位。"), "seats")
    if draft.laps > draft.seats + draft.wheelchairs:
        raise refuse("laps_without_seats", _("怀抱婴儿的数量不能多于座位。"), "laps")
    for name in ("baggage_kg", "payload_kg"):
        kilograms = getattr(draft, name)
        if kilograms is not None and not 0 <= kilograms <= MOST_KG:
            raise refuse("bad_weight", _("重量应在 0 到 10000000 公斤之间。"), name)


def _carrier_code(text: str) -> str:
    code = clean(text).upper()
    if code and not (code.isascii() and code.isalnum() and len(code) in (2, 3)):
        raise refuse(
            "bad_carrier_code", _("承运人代码为 2 或 3 位字母数字，例如 MU。"), "carrier_code"
        )
    return code


def _stops(codes: Sequence[str]) -> list[str]:
    stops = [code for text in codes if (code := place_code(text, "stops"))]
    if len(stops) > MOST_STOPS:
        raise refuse("bad_stops", _("经停最多 8 处。"), "stops")
    return stops

"""Operations, places, what carries people, and ways out by oneself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OperationState(models.TextChoices):
    OPEN = "open", _("进行中")
    ENDED = "ended", _("已结束")


class PlaceKind(models.TextChoices):
    ASSEMBLY = "assembly", _("集合点")
    TERMINAL = "terminal", _("机场、港口或口岸")
    HAVEN = "haven", _("临时安置点")
    HOME = "home", _("国内目的地")


class Disclosure(models.TextChoices):
    """Who is told where a place is. One that would become a target is for passengers alone."""

    PUBLIC = "public", _("可以公布")
    PASSENGERS = "passengers", _("仅告知已确认乘客")


class TransportKind(models.TextChoices):
    FLIGHT = "flight", _("航班")
    SHIP = "ship", _("船舶")
    BUS = "bus", _("客车")
    TRAIN = "train", _("列车")
    CONVOY = "convoy", _("车队")


class TransportStatus(models.TextChoices):
    PLANNED = "planned", _("计划")
    CONFIRMED = "confirmed", _("已确认")
    BOARDING = "boarding", _("登乘中")
    DEPARTED = "departed", _("已出发")
    ARRIVED = "arrived", _("已到达")
    CANCELLED = "cancelled", _("已取消")


_T = TransportStatus
TRANSITIONS: dict[TransportStatus, frozenset[TransportStatus]] = {
    _T.PLANNED: frozenset({_T.CONFIRMED, _T.CANCELLED}),
    _T.CONFIRMED: frozenset({_T.PLANNED, _T.BOARDING, _T.DEPARTED, _T.CANCELLED}),
    _T.BOARDING: frozenset({_T.CONFIRMED, _T.DEPARTED, _T.CANCELLED}),
    # A departure recorded by mistake is taken back to the gate.
    _T.DEPARTED: frozenset({_T.BOARDING, _T.ARRIVED}),
    _T.ARRIVED: frozenset({_T.DEPARTED}),
    _T.CANCELLED: frozenset(),
}
# People can still be put on these.
OPEN_TO_PLAN = (TransportStatus.PLANNED, TransportStatus.CONFIRMED, TransportStatus.BOARDING)


class PlaceClass(models.TextChoices):
    """席位类别: what a person occupies. An infant on a lap takes no seat, but a lap."""

    SEAT = "seat", _("座位")
    WHEELCHAIR = "wheelchair", _("轮椅位")
    STRETCHER = "stretcher", _("担架位")
    LAP = "lap", _("怀抱婴儿")


class CorridorStatus(models.TextChoices):
    OPEN = "open", _("可以通行")
    RESTRICTED = "restricted", _("受限")
    CLOSED = "closed", _("关闭")
    UNKNOWN = "unknown", _("不明")


class SelfEvacuationState(models.TextChoices):
    FILED = "filed", _("途中")
    ARRIVED = "arrived", _("已抵达")
    OVERDUE = "overdue", _("逾期未到")
    WITHDRAWN = "withdrawn", _("已撤回")


_F = SelfEvacuationState
FILING_TRANSITIONS: dict[SelfEvacuationState, frozenset[SelfEvacuationState]] = {
    # Still on its way, and later than thought.
    _F.FILED: frozenset({_F.FILED, _F.ARRIVED, _F.OVERDUE, _F.WITHDRAWN}),
    # Heard from again, it is on its way again.
    _F.OVERDUE: frozenset({_F.ARRIVED, _F.FILED, _F.WITHDRAWN}),
    # An arrival recorded by mistake is taken back.
    _F.ARRIVED: frozenset({_F.FILED}),
    _F.WITHDRAWN: frozenset(),
}
ON_THE_WAY = (SelfEvacuationState.FILED, SelfEvacuationState.OVERDUE)

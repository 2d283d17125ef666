"""运输工具: one movement of one vehicle."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.transports.models.operation import EvacuationOperation
from crisis.transports.models.place import Place
from crisis.transports.states import PlaceClass, TransportKind, TransportStatus


class Transport(models.Model):
    """A flight, ship, bus, train or convoy from one place to another, once.

    Vehicles that run twice are two transports. Times are UTC; each place has its own time zone.
    `seats`, `wheelchairs`, `stretchers` and `laps` are how many of each class of place there are.
    `payload_kg` is what passengers and baggage may weigh together, `baggage_kg` what each may
    bring; empty where there is no such limit. `stops` are codes of places called at between, in
    order. `number` is what gates and passengers call it by (MU2023, 3号车).
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="transports"
    )
    kind = models.CharField(_("类型"), max_length=6, choices=TransportKind)
    number = models.CharField(_("编号"), max_length=20)
    carrier = models.CharField(_("承运人"), max_length=60, blank=True)
    carrier_code = models.CharField(_("承运人代码"), max_length=3, blank=True)
    origin = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="departures", verbose_name=_("出发地")
    )
    destination = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="arrivals", verbose_name=_("到达地")
    )
    stops = models.JSONField(_("经停"), default=list, blank=True)
    departs_at = models.DateTimeField(_("出发时间"))
    arrives_at = models.DateTimeField(_("到达时间"))
    seats = models.PositiveIntegerField(_("座位"))
    wheelchairs = models.PositiveIntegerField(_("轮椅位"), default=0)
    stretchers = models.PositiveIntegerField(_("担架位"), default=0)
    laps = models.PositiveIntegerField(_("怀抱婴儿"), default=0)
    baggage_kg = models.PositiveIntegerField(_("每人行李限重（公斤）"), null=True, blank=True)
    payload_kg = models.PositiveIntegerField(_("载重上限（公斤）"), null=True, blank=True)
    status = models.CharField(
        _("状态"), max_length=9, choices=TransportStatus, default=TransportStatus.PLANNED
    )
    status_at = models.DateTimeField()
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        ordering = ["departs_at", "pk"]
        verbose_name = _("运输工具")
        verbose_name_plural = _("运输工具")
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "number", "departs_at"], name="transport_once"
            ),
            models.CheckConstraint(
                name="transport_arrives_after",
                condition=models.Q(arrives_at__gt=models.F("departs_at")),
            ),
            models.CheckConstraint(
                name="transport_goes_somewhere",
                condition=~models.Q(origin=models.F("destination")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def capacity(self) -> dict[PlaceClass, int]:
        """How many places of each class."""
        return {
            PlaceClass.SEAT: self.seats,
            PlaceClass.WHEELCHAIR: self.wheelchairs,
            PlaceClass.STRETCHER: self.stretchers,
            PlaceClass.LAP: self.laps,
        }

"""行程: the transports that a person takes one after the other."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.transports.models.operation import EvacuationOperation
from crisis.transports.models.transport import Transport


class Journey(models.Model):
    """Bus to the port, ship across, charter home: each leg begins where the last one ended, and
    not before it arrived. `key` is the transports' numbers in order, so that a chain exists once.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="journeys"
    )
    key = models.CharField(max_length=120, help_text="3>8>11")

    class Meta:
        verbose_name = _("行程")
        verbose_name_plural = _("行程")
        constraints = [models.UniqueConstraint(fields=["operation", "key"], name="journey_once")]

    def __str__(self) -> str:
        return self.key


class JourneyLeg(models.Model):
    """One transport in a journey; `position` counts from 1."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="legs")
    position = models.PositiveSmallIntegerField()
    transport = models.ForeignKey(Transport, on_delete=models.PROTECT, related_name="legs")

    class Meta:
        ordering = ["journey", "position"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "position"], name="journey_leg_once")
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.journey_id}"

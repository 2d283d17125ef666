"""How much may leave by a gateway or by one sender number now: shared by all hosts."""

from django.db import models


class Bucket(models.Model):
    """One row for a gateway («twilio») and one for each sender number («twilio/+1500…»).

    The row is a clock, not a counter (GCRA): `spent_until` is the moment up to which permits are
    given away, so nothing has to refill it. All moments are seconds since 1970 by the clock of the
    database, the only one that all hosts share.

    `granted` is what the last who asked was given. Before `paused_until` nobody draws: the
    provider wants to be let alone. Somebody of priority `claimed_by` went short, so nothing less
    urgent draws before `claimed_until`.
    """

    name = models.CharField(max_length=60, primary_key=True)
    spent_until = models.FloatField(default=0.0)
    granted = models.IntegerField(default=0)
    paused_until = models.FloatField(default=0.0)
    claimed_until = models.FloatField(default=0.0)
    claimed_by = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

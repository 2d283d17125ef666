"""Addresses that wait for a geocoder, and how the geocoder does."""

from django.db import models

from registry.models.whereabouts import Whereabouts


class GeocodingTask(models.Model):
    """One address to be asked for; the row goes when it was answered or given up.

    Without a check in the database: of a place that was removed meanwhile nothing is asked.
    """

    whereabouts = models.OneToOneField(
        Whereabouts,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    due_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"geocoding of whereabouts {self.pk}"


class GeocoderState(models.Model):
    """For all processes together: when the geocoder may be asked next, and how often in a row it
    has failed."""

    provider = models.CharField(max_length=20, primary_key=True)
    next_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"geocoder {self.provider}"

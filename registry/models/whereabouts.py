"""Where a person is thought to be, how well we know it, and since when."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from registry.models.person import Person
from registry.packing import PackedPlace

# A place vaguer than this is «known only by country»: it has no coordinate.
MAX_ACCURACY_M = 50_000
BANDS_PER_DEGREE = 8
# Homes are mostly known better than this. What is known less well, and the places of people on
# the way, lie in wider strips of their own, so that a small circle need not look at everybody
# within 50 km of its edge. Their numbers begin beyond the band's, which lie within ±720.
VAGUE_ABOVE_M = 1_000.0
BANDS_IN_A_WIDE_STRIP = 4
WIDE_STRIPS_FROM = 4_500  # the equator's: 4,000 + 2,000 / 4
# Blueprint promise 1: so long a shared position counts, and a leg before and after its dates.
SHARED_LASTS = timedelta(hours=72)
TRIP_GRACE = timedelta(hours=48)


class WhereaboutsKind(models.TextChoices):
    SHARED = "shared", _("本人分享的位置")
    TRIP = "trip", _("行程")
    RESIDENCE = "residence", _("常住地")


class Source(models.TextChoices):
    """From whom we know a place."""

    SELF = "self", _("本人填写")
    REPLY = "reply", _("本人答复时分享")
    LIAISON = "liaison", _("联络员")
    ROSTER = "roster", _("名册")
    VESSEL = "vessel", _("船舶报位")
    OFFICER = "officer", _("领事官员")


class Whereabouts(models.Model):
    """One place of one person. Which of several counts: registry.geography.inside.

    `latitude` and `longitude` are WGS-84 degrees and stay plain, for search; both are null for a
    person known only by country. `accuracy_m` is the radius in metres within which the person is
    thought to be. `band` is floor(latitude × 8); `strip` and `packed` are what the search reads.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="whereabouts")
    kind = models.CharField(max_length=9, choices=WhereaboutsKind)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    band = models.SmallIntegerField(null=True, editable=False)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=80, blank=True)
    address = EncryptedTextField(purpose="registry.whereabouts.address", blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    source = models.CharField(
        max_length=7, choices=Source, default=Source.SELF, db_default=Source.SELF
    )
    strip = models.GeneratedField(
        expression=Case(
            When(kind="residence", accuracy_m__lte=VAGUE_ABOVE_M, then=F("band")),
            # Whole numbers above zero are divided alike everywhere.
            default=(F("band") + 2_000) / BANDS_IN_A_WIDE_STRIP + 4_000,
            output_field=models.SmallIntegerField(null=True),
        ),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )
    packed = models.GeneratedField(
        expression=PackedPlace(), output_field=models.BinaryField(null=True), db_persist=True
    )

    class Meta:
        verbose_name = _("所在地")
        verbose_name_plural = _("所在地")
        constraints = [
            models.CheckConstraint(
                name="whereabouts_point_whole_or_absent",
                condition=Q(latitude=None, longitude=None, accuracy_m=None, band=None)
                | Q(
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                    accuracy_m__range=(0, MAX_ACCURACY_M),
                    band__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="whereabouts_trip_has_dates",
                condition=~Q(kind="trip") | Q(starts_at__isnull=False, ends_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind="residence"),
                name="whereabouts_one_residence",
            ),
        ]
        indexes = [
            models.Index(
                fields=["strip", "longitude"], include=["packed"], name="whereabouts_by_strips"
            ),
            models.Index(fields=["country"], name="whereabouts_by_country"),
            # Few people move: whether one does is read from this small index.
            models.Index(
                fields=["person"], condition=~Q(kind="residence"), name="whereabouts_of_movers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.person_id}"

"""突发事件: what an officer declared, and the frozen list of who was inside."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crisis.hazards.models import HazardKind, HazardSignal
from crisis.incidents.states import IncidentState, ResponseLevel
from crisis.staff.models import User
from notifications.models import Wave
from notifications.states import WaveKind
from registry.models import Post


class Incident(models.Model):
    """An incident with its affected area: a circle or a polygon, a list of countries, or both.

    `polygon` is a GeoJSON geometry as registry.geography.polygons.geojson_of writes it.

    `follows` is the incident of the mainshock whose series this one belongs to; that one follows
    none itself.

    `content_hash` covers all that decides who is told what; an approval holds only for the hash
    it was given for. `declaration_key` makes a repeated submit the same incident.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="incidents")
    title = models.CharField(_("名称"), max_length=80)
    hazard = models.CharField(_("灾种"), max_length=12, choices=HazardKind)
    response_level = models.CharField(_("响应级别"), max_length=6, choices=ResponseLevel)
    state = models.CharField(
        _("状态"), max_length=10, choices=IncidentState, default=IncidentState.DRAFT
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="aftershocks"
    )
    signal = models.ForeignKey(
        HazardSignal, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    occurred_at = models.DateTimeField(_("发生时间"))

    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    polygon = models.JSONField(null=True, blank=True)
    countries = models.JSONField(_("国家"), default=list, blank=True)

    template = models.CharField(_("告警模板"), max_length=40)
    variables = models.JSONField(default=dict)
    corrected_words = models.JSONField(
        default=dict, blank=True, help_text="What a correction put in the place of `variables`."
    )

    people_previewed = models.PositiveIntegerField(default=0)
    audience_count = models.PositiveIntegerField(default=0)
    certain_count = models.PositiveIntegerField(default=0)

    declaration_key = models.CharField(max_length=36, unique=True)
    content_hash = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(null=True, blank=True)
    stood_down_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("突发事件")
        verbose_name_plural = _("突发事件")
        constraints = [
            models.CheckConstraint(
                name="incident_second_officer_is_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="incident_follows_another",
                condition=Q(follows=None) | ~Q(follows=F("id")),
            ),
            models.CheckConstraint(
                name="incident_circle_whole_or_absent",
                condition=Q(latitude=None, longitude=None, radius_m=None)
                | Q(
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                    radius_m__gt=0,
                    radius_m__lte=20_004_000,
                ),
            ),
            models.CheckConstraint(
                name="incident_circle_or_polygon",
                condition=Q(radius_m=None) | Q(polygon__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def source(self) -> str:
        """The opaque reference by which notifications knows this incident."""
        return f"incident:{self.pk}"


class Announcement(models.Model):
    """更新或更正: new words to an audience that was alerted before.

    Where the audience is above the threshold it waits for a second officer. `content_hash` covers
    its words and the alert that stood when they were written: an approval holds for nothing else.
    """

    class Kind(models.TextChoices):
        UPDATE = WaveKind.UPDATE.value, WaveKind.UPDATE.label
        CORRECTION = WaveKind.CORRECTION.value, WaveKind.CORRECTION.label

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="announcements")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.JSONField()
    content_hash = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    wave = models.OneToOneField(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="announcement_second_officer_is_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
            ),
            models.UniqueConstraint(
                fields=["incident", "content_hash"],
                condition=Q(discarded_at=None),
                name="announcement_said_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of incident {self.incident_id}"

    @property
    def waits(self) -> bool:
        """Whether it still waits for a second officer."""
        return self.wave_id is None and self.discarded_at is None


class Widening(models.Model):
    """扩大区域: ground added to the area of an incident, and the people newly inside it.

    The columns of the area are those of Incident. `content_hash` covers the ground and the alert
    that the people would get; `widening_key` makes a repeated submit the same widening. Where a
    second officer is needed it waits: `widened_at` is empty until then. `people` are those whom
    it added, `returned` those who were out since the area was narrowed and are in again,
    `people_previewed` how many both were when it was submitted.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="widenings")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    polygon = models.JSONField(null=True, blank=True)
    countries = models.JSONField(default=list, blank=True)
    widening_key = models.CharField(max_length=36, unique=True)
    content_hash = models.CharField(max_length=64)
    people_previewed = models.PositiveIntegerField()
    people = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    widened_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="widening_second_officer_is_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="widening_done_or_discarded",
                condition=Q(widened_at=None) | Q(discarded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"widening of incident {self.incident_id}"

    @property
    def waits(self) -> bool:
        """Whether it still waits for a second officer."""
        return self.widened_at is None and self.discarded_at is None


class Reshaping(models.Model):
    """缩小或移动区域: the area is this ground from now on.

    The columns of the area are those of Incident; `content_hash` covers it, the alert that people
    newly inside get and the `words` (news, news_en) that those left out are told, empty where they
    are told nothing. `reshaping_key` makes a repeated submit the same. Where a second officer is
    needed it waits: `reshaped_at` is empty until then. `people_previewed` are all whom it concerned
    when it was submitted; `added` are new in the audience, `returned` were out and are in again,
    `released` are out from now on.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reshapings")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    polygon = models.JSONField(null=True, blank=True)
    countries = models.JSONField(default=list, blank=True)
    words = models.JSONField(default=dict, blank=True)
    reshaping_key = models.CharField(max_length=36, unique=True)
    content_hash = models.CharField(max_length=64)
    people_previewed = models.PositiveIntegerField()
    added = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)
    wave = models.OneToOneField(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reshaped_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="reshaping_second_officer_is_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="reshaping_done_or_discarded",
                condition=Q(reshaped_at=None) | Q(discarded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"reshaping of incident {self.incident_id}"

    @property
    def waits(self) -> bool:
        """Whether it still waits for a second officer."""
        return self.reshaped_at is None and self.discarded_at is None


class Outage(models.Model):
    """通信中断: from when until when messages and answers could not get through.

    Without ground it holds for the whole incident; otherwise for those of its audience who were
    inside the ground when it was flagged: `person_ids`, packed as in AudienceSlice. At most one
    lasts at a time.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="outages")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    radius_m = models.FloatField(null=True, blank=True)
    polygon = models.JSONField(null=True, blank=True)
    countries = models.JSONField(default=list, blank=True)
    person_ids = models.BinaryField(null=True)
    people = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    flagged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], name="outage_one_at_a_time", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="outage_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"outage of incident {self.incident_id}"

    @property
    def whole(self) -> bool:
        return self.person_ids is None


class AudienceSlice(models.Model):
    """Some thousands of frozen person ids, packed: the audience is written in one short commit.

    `person_ids` is int64, `certain` uint8, `reasons` uint8 (registry.geography.reasons),
    `distances` float32 metres (NaN where only the country is known); all little-endian and of
    equal length.
    `outside` and `unasked` are uint8 too, empty where they hold of nobody: who is out since the
    area was narrowed, and whom an aftershock does not ask again.
    `expanded_at` is set in the commit that wrote the slice's standings and deliveries.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="audience")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    person_ids = models.BinaryField()
    certain = models.BinaryField()
    reasons = models.BinaryField()
    distances = models.BinaryField()
    outside = models.BinaryField(null=True)
    unasked = models.BinaryField(null=True)
    expanded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="audience_slice_once")
        ]
        indexes = [
            models.Index(
                fields=["incident", "number"],
                name="audience_unexpanded",
                condition=Q(expanded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"slice {self.number} of incident {self.incident_id}"

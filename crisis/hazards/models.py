"""灾情信号: what a feed reported. Nobody is alerted by a signal alone: an officer declares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HazardKind(models.TextChoices):
    EARTHQUAKE = "earthquake", _("地震")
    TSUNAMI = "tsunami", _("海啸")
    CYCLONE = "cyclone", _("热带气旋")
    FLOOD = "flood", _("洪水")
    VOLCANO = "volcano", _("火山")
    WILDFIRE = "wildfire", _("山火")
    CONFLICT = "conflict", _("武装冲突")
    UNREST = "unrest", _("社会动荡")
    EPIDEMIC = "epidemic", _("疫情")
    OTHER = "other", _("其他")


class HazardSignal(models.Model):
    """One event as one agency reported it, with the raw report kept."""

    feed = models.CharField(max_length=20)
    external_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=HazardKind)
    place = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    magnitude = models.FloatField(null=True)
    depth_km = models.FloatField(null=True)
    tsunami = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    raw = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at"]
        verbose_name = _("灾情信号")
        verbose_name_plural = _("灾情信号")
        constraints = [
            models.UniqueConstraint(fields=["feed", "external_id"], name="signal_once_a_feed")
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.external_id}"

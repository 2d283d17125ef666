"""One person registered twice: what an officer decided about two rows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from registry.models.person import Person


class Merge(models.Model):
    """`gone` was found to be `kept`, and what hung on `gone` hangs on `kept` since.

    `record` says what was moved and changed, by reference, so that it can be taken apart again
    exactly; personal data stands only where it stood before. An undone merge stays, as a record.
    """

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merged_into")
    record = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=150)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("合并记录")
        verbose_name_plural = _("合并记录")
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merge_gone_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class NotTheSame(models.Model):
    """An officer looked at two who look alike and found them to be two. `low` < `high`."""

    low = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("非同一人")
        verbose_name_plural = _("非同一人")
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="not_the_same_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="not_the_same_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} is not {self.high_id}"

"""安全提醒: what the ministry tells travellers about a country, in three levels."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crisis.staff.models import User


class Level(models.IntegerChoices):
    """条例 第十九条; ordered: the higher binds."""

    EXERCISE_CAUTION = 1, _("注意安全")
    RECONSIDER_TRAVEL = 2, _("谨慎前往")
    DO_NOT_TRAVEL = 3, _("暂勿前往")


class Advisory(models.Model):
    """One level for one country or a region of it, from `starts_at` until `expires_at`.

    Rows are not changed after issue: a new advisory is a new row, an early end is `withdrawn_at`.
    """

    country = models.CharField(_("国家"), max_length=2)
    region = models.CharField(_("地区"), max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(_("级别"), choices=Level)
    reason = models.TextField(_("理由"), max_length=2000)
    starts_at = models.DateTimeField(_("生效时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        verbose_name = _("安全提醒")
        verbose_name_plural = _("安全提醒")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("starts_at")), name="advisory_expires_after_start"
            ),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="advisory_level_known"
            ),
        ]
        indexes = [models.Index(fields=["country", "expires_at"], name="advisory_in_force")]

    def __str__(self) -> str:
        return f"{self.country} {self.get_level_display()}"

"""告警批次: one message to many people, frozen when it is created."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.models import Installation
from notifications.states import Priority, WaveKind


class Wave(models.Model):
    """What is said, to whom it counts, until when it helps.

    `texts` is the full wording as it leaves, frozen: {"sms": {"zh-hans": "…", "en": "…"},
    "wechat": {"zh-hans": {"thing1": "…"}, …}}. `source` is an opaque reference of the caller,
    such as `incident:12`. `code` is the public verification code 核验码. After `retracted_at` no
    window of it starts: it was taken back, corrected or overtaken, and `ended_by` is the wave
    that says so.
    """

    mode = models.ForeignKey(Installation, on_delete=models.PROTECT, db_column="mode")
    kind = models.CharField(max_length=10, choices=WaveKind)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.ORDINARY)
    source = models.CharField(max_length=40, db_index=True)
    code = models.CharField(max_length=6, unique=True)
    template = models.CharField(max_length=40)
    texts = models.JSONField()
    signature = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text=_("此后不再发送"))
    recipients_done_at = models.DateTimeField(null=True, help_text=_("收件人全部展开的时间"))
    retracted_at = models.DateTimeField(null=True)
    retracts = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="retracted_by"
    )
    ended_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="ends")

    class Meta:
        ordering = ["id"]
        verbose_name = _("告警批次")
        verbose_name_plural = _("告警批次")
        constraints = [
            models.CheckConstraint(
                name="wave_retraction_names_its_wave",
                condition=~models.Q(kind__in=["retraction", "correction"])
                | models.Q(retracts__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"wave {self.pk} {self.kind}"

"""What every floor above shares: which installation this is, and the audit log."""

from django.db import models


class Mode(models.TextChoices):
    LIVE = "live", "实战"
    DRILL = "drill", "演练"


class Installation(models.Model):
    """The single row that says whether this database is live or drill.

    Waves refer to it by foreign key, so a drill wave cannot be written into a live database
    by any route, SQL included.
    """

    mode = models.CharField(max_length=5, primary_key=True, choices=Mode.choices)
    only_row = models.BooleanField(default=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=Mode.values), name="installation_mode_known"
            ),
            models.CheckConstraint(condition=models.Q(only_row=True), name="installation_only_row"),
        ]

    def __str__(self) -> str:
        return self.mode


class Beat(models.Model):
    """What one process was seen to do. All times are real.

    `did_at` is when it last got something done; `detail` depends on `kind` and holds figures alone.
    """

    host = models.CharField(max_length=120)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    beaten_at = models.DateTimeField()
    did_at = models.DateTimeField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "name"], name="beat_once_a_process")]

    def __str__(self) -> str:
        return f"{self.name}@{self.host}"


class AuditEntry(models.Model):
    """One link of the audit chain. Rows are never changed or deleted: a trigger refuses it.

    `digest` is SHA-256 over the previous digest and this row's content, so a change, a swap or a
    removed row in the middle is found by `manage.py audit verify`. A cut-off tail is found only
    against a head noted elsewhere, which `manage.py audit head` prints for that purpose.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text="User name, or the process that acted.")
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.number} {self.act} {self.subject}"


class KeyProof(models.Model):
    """By what a wrong key is known: one row for each key that this database rests on.

    `name` is «field:1», «index» or «link»; `value` is what that key makes of a word everybody
    knows. Nothing can be opened with it.
    """

    name = models.CharField(max_length=20, primary_key=True)
    value = models.BinaryField()
    noted_at = models.DateTimeField(help_text="Real time.")

    def __str__(self) -> str:
        return self.name

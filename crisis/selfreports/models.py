"""自助报备: one public form for each incident, and what was handed in by it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.incidents.models import Incident
from crisis.selfreports.states import ReportState, SetAsideReason, Word


class PublicForm(models.Model):
    """The public address of one incident's form: `/r/CODE/`. The code is public and cannot be
    guessed from another."""

    incident = models.OneToOneField(
        Incident, on_delete=models.PROTECT, related_name="self_report_form"
    )
    code = models.CharField(max_length=12, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class SelfReport(models.Model):
    """One party that reported itself: what is known of it by its newest word.

    `key` names the page it was written on, so that pressing twice, loading again and going back
    are one report. `told` is what was typed (JSON), by crisis.selfreports.told; `with_me` how many
    are with who reports, named or not. Degrees are WGS-84, `accuracy_m` metres. `client` says
    whence it came without showing it. `flags` are codes of what was odd. `joined_ref` is the
    registration that was written from the confirmation's link. `forgotten_at`: its words are gone.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="self_reports")
    key = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=ReportState, default=ReportState.OPEN)
    received_at = models.DateTimeField(_("收到时间"))
    told_at = models.DateTimeField(_("最近来报"))
    client = models.BinaryField(max_length=16)
    flags = models.JSONField(default=list)
    word = models.CharField(_("状况"), max_length=10, choices=Word, default=Word.UNKNOWN)
    with_me = models.PositiveSmallIntegerField(_("同行人数"), default=0)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    told = EncryptedTextField(purpose="selfreports.report.told", blank=True)
    reason = models.CharField(max_length=9, choices=SetAsideReason, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    joined_ref = models.BigIntegerField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("自助报备")
        verbose_name_plural = _("自助报备")
        constraints = [
            models.UniqueConstraint(fields=["incident", "key"], name="self_report_once_a_page"),
            models.CheckConstraint(
                name="self_report_set_aside_for_a_reason",
                condition=models.Q(state=ReportState.SET_ASIDE) & ~models.Q(reason="")
                | ~models.Q(state=ReportState.SET_ASIDE) & models.Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["client", "received_at"], name="self_report_by_client"),
            models.Index(
                fields=["joined_ref"],
                name="self_report_joined",
                condition=models.Q(joined_ref__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What the person reads aloud."""
        return f"{self.incident.post.code}-{self.pk}"


class Submission(models.Model):
    """One press of the form as it came, kept before anybody tries to understand it. `mark` tells
    the same words again from other words of the same page."""

    report = models.ForeignKey(SelfReport, on_delete=models.CASCADE, related_name="submissions")
    mark = models.BinaryField(max_length=16)
    body = EncryptedTextField(purpose="selfreports.submission.body", blank=True)
    received_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "mark"], name="submission_once"),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="submission_unread", condition=models.Q(worked_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class ReportedPerson(models.Model):
    """Somebody named in a report: a provisional person of the registry, until an officer has said
    who they are. `leads` is who wrote it."""

    report = models.ForeignKey(SelfReport, on_delete=models.CASCADE, related_name="people")
    person_ref = models.BigIntegerField(db_index=True)
    leads = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "person_ref"], name="reported_once")
        ]

    def __str__(self) -> str:
        return f"person {self.person_ref} of report {self.report_id}"

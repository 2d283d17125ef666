"""点名: the log, and the standings folded from it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.incidents.models import Incident
from crisis.rollcall.states import Condition, Contact, EventKind, Movement, Source, StepKind
from notifications.models import Wave


class RollCallEvent(models.Model):
    """One line of the log: what happened, when, when we learned it, from whom. Append-only.

    `source_key` names the cause (`delivery:9:accepted`, `reply:4`), so that the same cause is
    written once however often it is told.
    """

    # The unique key begins with it, here and in Standing: an index of its own serves nobody.
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    person_ref = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=EventKind)
    occurred_at = models.DateTimeField()
    learned_at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=Source)
    source_key = models.CharField(max_length=60)
    recorded_by = models.CharField(max_length=150, blank=True)
    note = EncryptedTextField(purpose="rollcall.event.note", blank=True)

    class Meta:
        verbose_name = _("点名记录")
        verbose_name_plural = _("点名记录")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "person_ref", "source_key"], name="rollcall_event_once_a_cause"
            )
        ]
        indexes = [models.Index(fields=["incident", "-id"], name="rollcall_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_ref}"


class Standing(models.Model):
    """Where one person stands in one incident: the fold of their log, kept up to date.

    `certain`, `reason` and `distance_m` are the frozen words on why this person is inside.
    """

    # Written by the hundred thousand from the incident's own audience: no look-up for each.
    incident = models.ForeignKey(
        Incident,
        on_delete=models.CASCADE,
        related_name="standings",
        db_index=False,
        db_constraint=False,
    )
    person_ref = models.BigIntegerField()
    certain = models.BooleanField()
    reason = models.PositiveSmallIntegerField()
    distance_m = models.FloatField(null=True)
    addressed = models.BooleanField(default=True)
    condition = models.CharField(max_length=16, choices=Condition, default=Condition.UNKNOWN)
    movement = models.CharField(max_length=10, choices=Movement, default=Movement.IN_AREA)
    contact = models.CharField(max_length=13, choices=Contact, default=Contact.NOT_CONTACTED)
    wants_out = models.BooleanField(default=False)
    possible_help = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("点名状态")
        verbose_name_plural = _("点名状态")
        constraints = [
            models.UniqueConstraint(fields=["incident", "person_ref"], name="standing_once")
        ]
        indexes = [
            models.Index(
                fields=["incident", "condition", "contact", "movement"], name="standing_counts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_ref}: {self.condition}/{self.movement}/{self.contact}"


class DueStep(models.Model):
    """One step of the escalation that comes due: reminders, then «暂未联系上»."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=8, choices=StepKind)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    # A reminder goes out some thousands of standings at a time: its wave, and how far it has come.
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    after_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "kind", "due_at"], name="due_step_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="due_open", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of incident {self.incident_id}"

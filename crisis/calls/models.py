"""呼叫名单: who is to be telephoned, who has whom on the line, and what every call came to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.calls.states import GROUND_LABELS, End, Ground, Outcome, Tier
from crisis.incidents.models import Incident
from crisis.staff.models import User


class Call(models.Model):
    """One officer has somebody, with their family, on the line.

    `people` are all whom it covers, `lead_ref` first of them. The lease is real time, not scenario
    time: it guards against an officer who went away. It is renewed while the page is open.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="calls")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls")
    lead_ref = models.BigIntegerField()
    people = models.JSONField(default=list)
    tier = models.PositiveSmallIntegerField(choices=Tier)
    opened_at = models.DateTimeField()
    lease_until = models.DateTimeField(help_text="Real time.")
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=8, choices=End, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        verbose_name = _("通话")
        verbose_name_plural = _("通话")
        constraints = [
            models.UniqueConstraint(
                fields=["officer"], condition=Q(ended_at=None), name="call_one_for_each_officer"
            )
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def source(self) -> str:
        return f"call:{self.pk}"


class Listing(models.Model):
    """How far the list of one incident has come: when nobody was missing on it, and the greatest
    number of any standing at that moment. Both only say when it is worth looking again."""

    incident = models.OneToOneField(
        Incident, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    seen_id = models.BigIntegerField(default=0)
    whole_at = models.DateTimeField(help_text="Real time.")

    def __str__(self) -> str:
        return f"listing of incident {self.pk}"


class CallEntry(models.Model):
    """One person's place on the list of one incident.

    `rank` and `grounds` are what crisis.calls.ranking said when the person was listed. Before
    `due_at` nobody is offered; `again_at` is the time that was promised. `call` holds the entry
    until `held_until` (real time). `open` is whether somebody still has to be found at all: a
    hint that keeps the list short, while the standing decides.
    """

    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="call_entries", db_index=False
    )
    person_ref = models.BigIntegerField()
    rank = models.PositiveSmallIntegerField()
    grounds = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    open = models.BooleanField(default=True, db_default=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    tried_at = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True)
    call = models.ForeignKey(
        Call, null=True, on_delete=models.SET_NULL, related_name="entries", db_index=False
    )
    held_until = models.DateTimeField(null=True, help_text="Real time.")

    class Meta:
        verbose_name = _("呼叫名单条目")
        verbose_name_plural = _("呼叫名单")
        constraints = [
            models.UniqueConstraint(fields=["incident", "person_ref"], name="call_entry_once")
        ]
        indexes = [
            models.Index(
                fields=["incident", "rank", "due_at", "id"],
                name="call_entry_in_order",
                condition=Q(open=True),
            ),
            models.Index(
                fields=["incident", "again_at"],
                name="call_entry_promised",
                condition=Q(again_at__isnull=False),
            ),
            models.Index(fields=["call"], name="call_entry_held", condition=Q(call__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"entry of person {self.person_ref}"

    @property
    def reasons(self) -> list[str]:
        """The grounds in words."""
        return [str(label) for ground, label in GROUND_LABELS.items() if ground & self.grounds]

    @property
    def known_grounds(self) -> Ground:
        return Ground(self.grounds)


class CallAttempt(models.Model):
    """What one call came to for one person. Append-only: a mistake is taken back by a line of its
    own, whose outcome is «undone» and which names the line in `undoes`.

    `line` is the key of its line in the roll-call log, one for everybody whom the call covers:
    it is one matter. `contact_ref` is the registry's number of the address that was called, none
    where there was none; `retired` are the addresses that a wrong number put out of use.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="attempts")
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="call_attempts", db_index=False
    )
    person_ref = models.BigIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    line = models.CharField(max_length=40)
    contact_ref = models.BigIntegerField(null=True)
    retired = models.JSONField(default=list)
    at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    place = EncryptedTextField(_("地点"), purpose="calls.attempt.place", blank=True)
    note = EncryptedTextField(_("备注"), purpose="calls.attempt.note", blank=True)

    class Meta:
        verbose_name = _("通话记录")
        verbose_name_plural = _("通话记录")
        indexes = [
            models.Index(fields=["incident", "person_ref", "id"], name="call_attempt_of_person")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="undone", undoes__isnull=False)
                | (~Q(outcome="undone") & Q(undoes__isnull=True)),
                name="call_attempt_undoes_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.person_ref}"

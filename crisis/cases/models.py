"""求助个案: who asks for help, how long they have waited, and all that was done for them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.cases.states import (
    AS_RED,
    LIMIT,
    LIVE,
    CaseState,
    EventKind,
    Grade,
    Origin,
    Outcome,
    PartnerKind,
)
from crisis.incidents.models import Incident
from crisis.staff.models import User
from registry.models import Post


class Case(models.Model):
    """One matter. `origin_key` names its cause (`reply:4`, `form:…`): the same cause opens it once.

    `raised_at` is when the call reached us, raw, whoever read it when. The clock runs from
    `clock_from` (that moment, or that of a later call or of the reopening) to a human contact;
    `due_at` is when it runs over, empty while it does not run. `paused_s` are the seconds of pauses
    since `clock_from`. A case without a post is everybody's until a post takes it.
    """

    number = models.CharField(_("编号"), max_length=32, unique=True)
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="cases")
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="cases"
    )
    person_ref = models.BigIntegerField(null=True, help_text="Who called, if registered.")
    origin = models.CharField(_("来源"), max_length=10, choices=Origin)
    origin_key = models.CharField(max_length=60, unique=True)
    raised_at = models.DateTimeField(_("收到时间"))
    opened_at = models.DateTimeField(_("立案时间"))
    opened_by = models.CharField(max_length=150, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=CaseState, default=CaseState.OPEN)
    grade = models.CharField(_("级别"), max_length=6, choices=Grade, blank=True)
    assigned_to = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )

    clock_from = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    paused_s = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    overdue_told_at = models.DateTimeField(null=True)

    person_name = EncryptedTextField(_("姓名"), purpose="cases.case.person_name", blank=True)
    contact = EncryptedTextField(_("联系方式"), purpose="cases.case.contact", blank=True)
    place = EncryptedTextField(_("地点"), purpose="cases.case.place", blank=True)
    landmark = EncryptedTextField(_("附近标志物"), purpose="cases.case.landmark", blank=True)
    event = EncryptedTextField(_("发生了什么"), purpose="cases.case.event", blank=True)
    steps_taken = EncryptedTextField(_("已采取措施"), purpose="cases.case.steps", blank=True)
    pause_reason = EncryptedTextField(purpose="cases.case.pause", blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)

    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="absorbed"
    )
    forgotten_at = models.DateTimeField(null=True, help_text="When its words were removed.")

    class Meta:
        verbose_name = _("求助个案")
        verbose_name_plural = _("求助个案")
        indexes = [
            models.Index(
                fields=["due_at"], name="case_clock_runs", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["post", "state"],
                name="case_live",
                condition=models.Q(state__in=[state.value for state in LIVE]),
            ),
            models.Index(fields=["incident", "state"], name="case_of_incident"),
            models.Index(
                fields=["closed_at"],
                name="case_to_forget",
                condition=models.Q(closed_at__isnull=False, forgotten_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_clock_only_while_open",
                condition=models.Q(due_at=None) | models.Q(state__in=[s.value for s in LIVE]),
            ),
            models.CheckConstraint(
                name="case_merged_somewhere",
                condition=models.Q(state=CaseState.MERGED, merged_into__isnull=False)
                | (~models.Q(state=CaseState.MERGED) & models.Q(merged_into=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def counts_as_red(self) -> bool:
        """Red, or not graded yet."""
        return self.grade in AS_RED

    @property
    def zone(self) -> str:
        """The time zone in which its times are shown."""
        return self.post.time_zone if self.post else "UTC"

    @property
    def limit(self) -> timedelta:
        return LIMIT[self.grade]

    @property
    def would_be_due_at(self) -> datetime:
        """When the clock runs over if nothing stops it from now on."""
        return self.clock_from + self.limit + timedelta(seconds=self.paused_s)


class CasePerson(models.Model):
    """A registered person whom a case is about. In one incident (or outside any) a person has one
    live case: the unique keys hold it however many calls come in at once."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="persons")
    # Copied from the case, for the keys.
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person_ref = models.BigIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person_ref"], name="case_person_once"),
            models.UniqueConstraint(
                fields=["person_ref", "incident"],
                condition=models.Q(live=True, incident__isnull=False),
                name="case_person_one_live",
            ),
            models.UniqueConstraint(
                fields=["person_ref"],
                condition=models.Q(live=True, incident__isnull=True),
                name="case_person_one_live_outside",
            ),
        ]
        indexes = [models.Index(fields=["person_ref"], name="case_by_person")]

    def __str__(self) -> str:
        return f"{self.person_ref} in case {self.case_id}"


class CaseEvents(models.QuerySet["CaseEvent"]):
    def caused_by(self, keys: Collection[str]) -> "CaseEvents":
        """The lines of these causes; by the index, in which lines without a cause do not stand."""
        return self.filter(source_key__among=keys).exclude(source_key="")


class CaseEvent(models.Model):
    """One line of a case's log: who, when, what. Append-only.

    `source_key` is the cause where there is one, written once a case. `detail` holds figures and
    references, never words of or about a person: those stand sealed in `note`.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=13, choices=EventKind)
    at = models.DateTimeField(help_text="When it happened.")
    learned_at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True)
    note = EncryptedTextField(purpose="cases.event.note", blank=True)
    detail = models.JSONField(default=dict)
    source_key = models.CharField(max_length=60, blank=True)

    objects = CaseEvents.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_key", "case"],  # in this order, to look for a cause
                condition=~models.Q(source_key=""),
                name="case_event_once_a_cause",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class CasePartner(models.Model):
    """Who else helps in a case: a hospital, the police, a lawyer."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="partners")
    kind = models.CharField(_("类别"), max_length=11, choices=PartnerKind)
    name = EncryptedTextField(_("姓名"), purpose="cases.partner.name", blank=True)
    organisation = EncryptedTextField(_("单位"), purpose="cases.partner.organisation", blank=True)
    phone = EncryptedTextField(_("电话"), purpose="cases.partner.phone", blank=True)
    note = EncryptedTextField(_("说明"), purpose="cases.partner.note", blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class CaseMerge(models.Model):
    """Two cases of one matter. `record` is what was changed, by reference, for the way back."""

    kept = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    record = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=150)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at=None), name="case_gone_once"
            )
        ]

    def __str__(self) -> str:
        return f"case {self.gone_id} into {self.kept_id}"


class CaseLink(models.Model):
    """Two cases that have to do with each other; `low` is the smaller key."""

    low = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="case_link_once"),
            models.CheckConstraint(
                name="case_link_in_order", condition=models.Q(low__lt=models.F("high"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} with {self.high_id}"


class HandOver(models.Model):
    """交接班: open cases that one officer hands to the next, with what the next must know.

    With `to_user` it is theirs to accept, else any officer's of the post but the giver.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="hand_overs")
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    summary = EncryptedTextField(purpose="cases.handover.summary")
    made_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="hand_over_to_another",
                condition=models.Q(accepted_by=None) | ~models.Q(accepted_by=models.F("from_user")),
            ),
            models.CheckConstraint(
                name="hand_over_one_end",
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"

    @property
    def waits(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None


class HandOverCase(models.Model):
    """One case in a hand-over, with what is to be known of it alone."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.CASCADE, related_name="rows")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    summary = EncryptedTextField(purpose="cases.handover.case", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "case"], name="hand_over_case_once")
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} in hand-over {self.hand_over_id}"


class HelpRequest(models.Model):
    """One press of the public form, kept raw before anybody tries to understand it.

    `client` is the keyed hash of the address it came from, kept while it limits; `held` says that
    so many came from there that it waits its turn: no request is refused.
    """

    key = models.CharField(max_length=36, unique=True)
    body = EncryptedTextField(purpose="cases.request.body")
    client = models.BinaryField(max_length=16)
    received_at = models.DateTimeField()
    held = models.BooleanField(default=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="requests")
    worked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["client", "received_at"], name="help_by_client"),
            models.Index(
                fields=["id"], name="help_unworked", condition=models.Q(worked_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"

"""点名: the log, and the standings folded from it."""

from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.incidents.models import Incident
from crisis.rollcall.states import (
    Condition,
    Contact,
    EstimateSource,
    EventKind,
    Movement,
    Source,
    StepKind,
)
from crisis.staff.models import User
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
        # What people said and officers did. «Alerted» is written for everybody, in the hundred
        # thousands, and nobody reads it newest first: it costs no entry here.
        indexes = [
            models.Index(
                fields=["incident", "-id"],
                name="rollcall_newest",
                condition=~models.Q(kind="alerted"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_ref}"


# Who needs somebody first has the lowest number: the order of the list of people. Among equals the
# row's number decides, which never changes, so that a page's end is a place to go on from.
URGENCY = Case(
    When(Q(condition=Condition.DECEASED), then=8),
    When(condition__in=(Condition.NEEDS_HELP, Condition.INJURED), then=0),
    When(possible_help=True, then=1),
    When(Q(contact=Contact.MISSING) | Q(condition=Condition.IDENTITY_PENDING), then=2),
    When(wants_out=True, then=3),
    When(contact=Contact.NO_ANSWER, then=4),
    When(~Q(contact=Contact.ANSWERED), then=5),
    When(movement=Movement.IN_AREA, then=6),
    default=7,
    output_field=models.SmallIntegerField(),
)


class StandingQuerySet(models.QuerySet["Standing"]):
    def in_area(self) -> "StandingQuerySet":
        """Without those whom the area leaves out since it was narrowed or moved."""
        return self.filter(outside_since=None)

    def counted(self) -> "StandingQuerySet":
        """One for each human being: without those who were found to be somebody else here."""
        return self.filter(models.Q(same_as=None) | models.Q(same_as=models.F("person_ref")))

    def registered(self) -> "StandingQuerySet":
        """The same, without those who are known by a self-report alone."""
        return self.counted().filter(self_reported=False)


class Standing(models.Model):
    """Where one person stands in one incident: the fold of their log, kept up to date.

    `certain`, `reason` and `distance_m` are the frozen words on why this person is inside.
    `spoken_for` says that the condition is a liaison's word, not the person's. Where two
    registrations were merged, `same_as` names the one who is kept, in the rows of both: theirs
    is folded from both logs, and the other's is not counted. `by_merge`: not of the audience, and
    here only because somebody who is was found to be them. `self_reported`: known here by a
    self-report alone, and counted beside the audience, never in it. `outside_since`: left out of
    the area when it was narrowed or moved; nothing else of them changes. `untold`: no message was
    written for them when their slice was: they were out by then, or had answered just before an
    aftershock.
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
    spoken_for = models.BooleanField(default=False, db_default=False)
    same_as = models.BigIntegerField(null=True)
    by_merge = models.BooleanField(default=False, db_default=False)
    self_reported = models.BooleanField(default=False, db_default=False)
    outside_since = models.DateTimeField(null=True)
    untold = models.BooleanField(default=False, db_default=False)
    updated_at = models.DateTimeField()
    urgency = models.GeneratedField(
        expression=URGENCY, output_field=models.SmallIntegerField(), db_persist=True
    )

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("点名状态")
        verbose_name_plural = _("点名状态")
        constraints = [
            models.UniqueConstraint(fields=["incident", "person_ref"], name="standing_once")
        ]
        indexes = [
            models.Index(
                fields=["incident", "condition", "contact", "movement"], name="standing_counts"
            ),
            models.Index(fields=["incident", "urgency", "id"], name="standing_by_urgency"),
            # Few are merged: whether somebody is, is read from this small index.
            models.Index(
                fields=["same_as"],
                name="standing_merged",
                condition=models.Q(same_as__isnull=False),
            ),
            models.Index(
                fields=["incident", "person_ref"],
                name="standing_self_reported",
                condition=models.Q(self_reported=True),
            ),
            models.Index(
                fields=["incident", "outside_since"],
                name="standing_outside",
                condition=models.Q(outside_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_ref}: {self.condition}/{self.movement}/{self.contact}"


class HeadCount(models.Model):
    """How many a group's liaison has around them, without names. Append-only; the newest of each
    group counts, and it is never mixed into the standings.

    `group_ref` is the registry's number of the group, which may be closed or gone later.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="head_counts")
    group_ref = models.BigIntegerField()
    present = models.PositiveIntegerField(_("在场"))
    safe = models.PositiveIntegerField(_("平安"))
    needs_help = models.PositiveIntegerField(_("需要协助"))
    unknown = models.PositiveIntegerField(_("情况不明"))
    counted_at = models.DateTimeField(_("清点时间"))
    learned_at = models.DateTimeField()
    reported_by = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("人数报告")
        verbose_name_plural = _("人数报告")
        constraints = [
            models.CheckConstraint(
                name="head_count_adds_up",
                condition=models.Q(
                    present=models.F("safe") + models.F("needs_help") + models.F("unknown")
                ),
            )
        ]
        indexes = [
            models.Index(fields=["incident", "group_ref", "-counted_at"], name="head_count_newest")
        ]

    def __str__(self) -> str:
        return f"{self.present} of group {self.group_ref}"


class StandingTally(models.Model):
    """By how much the number of standings that are alike changed: the counts are their sum.

    Triggers on the standings write these rows on PostgreSQL, in the transaction of the change and
    whoever makes it; nothing is ever waited for, because a row is only ever added. The sweep folds
    what is new into one row for each kind of standing (`folded`). crisis.rollcall.tallies reads it.
    """

    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    condition = models.CharField(max_length=16)
    movement = models.CharField(max_length=10)
    contact = models.CharField(max_length=13)
    addressed = models.BooleanField()
    wants_out = models.BooleanField()
    possible_help = models.BooleanField()
    certain = models.BooleanField()
    spoken_for = models.BooleanField()
    by_merge = models.BooleanField()
    self_reported = models.BooleanField(db_default=False)
    merged = models.BooleanField()
    change = models.IntegerField()
    folded = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "incident", "condition", "movement", "contact", "addressed", "wants_out",
                    "possible_help", "certain", "spoken_for", "by_merge", "self_reported", "merged",
                ],
                condition=Q(folded=True),
                name="standing_tally_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["id"], condition=Q(folded=False), name="standing_tally_new")
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.condition}/{self.movement}/{self.contact}"


class MinuteTally(models.Model):
    """How many lines of a kind the log learned in one minute, kept in the same way.

    `minute` is the whole minutes since 1970-01-01 (UTC) of `learned_at`.
    """

    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    minute = models.IntegerField()
    kind = models.CharField(max_length=16)
    change = models.IntegerField()
    folded = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "minute", "kind"],
                condition=Q(folded=True),
                name="minute_tally_once",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(folded=False), name="minute_tally_new")]

    def __str__(self) -> str:
        return f"{self.change} {self.kind} in minute {self.minute}"


class PresenceEstimate(models.Model):
    """How many people the post believes are there, registered or not. Append-only; the newest
    counts, and it is shown beside the standings, never mixed into them.

    `as_of` is the moment the number speaks of, `recorded_at` when an officer wrote it down.
    `basis` says in a few words where it is from, without names or numbers of people.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="estimates")
    people = models.PositiveIntegerField(_("估计在场人数"))
    source = models.CharField(_("来源"), max_length=12, choices=EstimateSource)
    basis = models.CharField(_("依据"), max_length=120, blank=True)
    as_of = models.DateTimeField(_("截至时间"))
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("在场人数估计")
        verbose_name_plural = _("在场人数估计")
        indexes = [models.Index(fields=["incident", "-id"], name="presence_estimate_newest")]

    def __str__(self) -> str:
        return f"{self.people} in incident {self.incident_id}"


class DueStep(models.Model):
    """One step of the escalation that comes due: reminders, then «暂未联系上»; or something that
    some people are to be told: that they are out, or the alert again.

    `people`, packed ids, are those whom it is for; empty, it is for everybody but `spares`, who
    have a step of their own since an outage was over. With `failed_since` it is only for those
    to whom a message failed or ran out since then.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=8, choices=StepKind)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    # A reminder goes out some thousands of standings at a time: its wave, and how far it has come.
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    after_id = models.BigIntegerField(default=0)
    people = models.BinaryField(null=True)
    spares = models.BinaryField(null=True)
    failed_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind", "due_at"],
                name="due_step_once",
                condition=models.Q(people=None),
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="due_open", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of incident {self.incident_id}"


class Handover(models.Model):
    """交接: who looks after those of whom an incident leaves something open.

    Who they are is asked of the standings whenever it is shown, so that a late answer takes a
    person off the list; `counts` is how many they were, by what is open, when they were handed
    over. At most one is in force: `ended_at` is set by the next, or when the incident is reopened.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="handovers")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    counts = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("交接")
        verbose_name_plural = _("交接")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                name="handover_one_in_force",
                condition=models.Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.incident_id} to {self.officer_id}"

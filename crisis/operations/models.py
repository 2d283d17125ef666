"""What running the system leaves behind: pages, counts of waves, running totals."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.operations.problems import Problem
from crisis.staff.models import User
from notifications.models import Wave
from registry.models import Post


class Step(models.IntegerChoices):
    """Who is called, one after the other, until somebody answers."""

    WAITING = 0, _("待传呼")
    ON_DUTY = 1, _("该馆值班人员")
    HEADS = 2, _("下一班和馆领导")
    NEIGHBOURS = 3, _("邻馆值班人员")
    EVERYBODY = 4, _("所有值班人员")


class Page(models.Model):
    """One call to the duty roster. `where` says which process, wave or lane it is about, `post`
    whose business it is, if any one post's.

    A page about a post goes on to others until somebody answers it: `step` is how far it has come
    since `step_at` (crisis.operations.escalating). `slot` numbers the stretches of
    GUIHANG_PAGE_AGAIN_MINUTES: its unique key keeps two watchers from paging the same thing at
    once. `wave` is empty when nobody was on duty.
    """

    problem = models.CharField(_("问题"), max_length=20, choices=Problem)
    where = models.CharField(_("位置"), max_length=60)
    slot = models.BigIntegerField()
    at = models.DateTimeField(_("时间"), help_text="Real time.")
    people = models.PositiveSmallIntegerField(_("人数"), default=0)
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="pages")
    step = models.PositiveSmallIntegerField(choices=Step, default=Step.ON_DUTY)
    step_at = models.DateTimeField(null=True, help_text="Real time.")
    answered_at = models.DateTimeField(_("应答时间"), null=True, help_text="Real time.")
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("应答人")
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("值班传呼")
        verbose_name_plural = _("值班传呼")
        constraints = [
            models.UniqueConstraint(fields=["problem", "where", "slot"], name="page_once_a_slot")
        ]
        indexes = [
            models.Index(
                fields=["post", "-at"],
                name="page_not_answered",
                condition=models.Q(answered_at=None, post__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.problem} {self.where}"


class PageCall(models.Model):
    """One step of a page: who was called, by which wave. `wave` is empty where nobody was."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="calls")
    step = models.PositiveSmallIntegerField(choices=Step)
    at = models.DateTimeField(help_text="Real time.")
    turns = models.JSONField(default=list, help_text="Ids of the turns that were called.")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "step"], name="page_call_once_a_step")
        ]

    def __str__(self) -> str:
        return f"step {self.step} of page {self.page_id}"


class WaveCount(models.Model):
    """Whether an incident's standing alert accounts for everybody in its audience.

    `audience` is what was frozen at the declaration; `standings` the people written into the roll
    call; `linked` those for whom a message speaks, of this alert or of one before it;
    `unaddressed` those without an address; `messages` the deliveries there are, and `written`
    what the batches say was put into them. Whole means audience = standings = linked +
    unaddressed, and messages = written.
    """

    wave = models.OneToOneField(Wave, on_delete=models.CASCADE, related_name="+")
    counted_at = models.DateTimeField(help_text="Real time.")
    audience = models.PositiveIntegerField()
    standings = models.PositiveIntegerField()
    linked = models.PositiveIntegerField()
    unaddressed = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()
    written = models.PositiveIntegerField()
    whole = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="wave_not_whole", condition=models.Q(whole=False))
        ]

    def __str__(self) -> str:
        return f"wave {self.wave_id} {'whole' if self.whole else 'NOT WHOLE'}"


class Tally(models.Model):
    """A running total, so that a metric need not count millions of rows. `through` is the last id
    that is counted in it."""

    series = models.CharField(max_length=12)
    label = models.CharField(max_length=30, blank=True)
    total = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "label"], name="tally_once_a_label")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.label} {self.total}"


class TallyMark(models.Model):
    """How far a series is counted. Ids are taken before they commit, so a row may appear behind
    one that is seen already: what is counted are ids that were seen half a minute ago."""

    series = models.CharField(max_length=12, primary_key=True)
    through = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(help_text="Real time.")

    def __str__(self) -> str:
        return f"{self.series} through {self.through}"

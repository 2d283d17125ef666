"""座位分配: a plan proposes who goes on what; an officer decides."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.allocation.states import UNFINISHED, PlanState, RunState
from crisis.seats.models import Traveller
from crisis.seats.states import KeptBack
from crisis.staff.models import User
from crisis.transports.models import EvacuationOperation, Journey
from crisis.transports.states import PlaceClass


class Plan(models.Model):
    """Everybody who wants to go, on a journey or with the reason why not. One plan of an operation
    is adopted at a time; officers move people in it until the next one takes its place.

    `unserved` is the weight of those without a place (priority weights), `bound` what no plan can
    go below, so that `unserved - bound` is what might still be won. `based_on` is the plan that
    this one changes as little as possible. `changed_at` is when an officer last moved somebody in
    it: a proposal that was made before knows nothing of that.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="plans"
    )
    number = models.PositiveIntegerField(_("方案"))
    state = models.CharField(_("状态"), max_length=9, choices=PlanState, default=PlanState.PROPOSED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("生成时间"))
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(_("采用时间"), null=True)
    changed_at = models.DateTimeField(_("人工调整时间"), null=True)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(_("方法"), max_length=12)
    seconds = models.FloatField(_("用时（秒）"))
    unserved = models.FloatField(_("未满足权重"))
    bound = models.FloatField(_("下界"))

    class Meta:
        ordering = ["operation", "-number"]
        verbose_name = _("分配方案")
        verbose_name_plural = _("分配方案")
        constraints = [
            models.UniqueConstraint(fields=["operation", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["operation"],
                condition=models.Q(state="adopted"),
                name="plan_adopted_once",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.number} of {self.operation_id}"


class Placement(models.Model):
    """Where one traveller goes in one plan: a journey, or none and why. `fixed`: an officer put
    them there, and planning anew leaves them. `reason` is an officer's code or a KeptBack."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="placements")
    traveller = models.ForeignKey(Traveller, on_delete=models.PROTECT, related_name="placements")
    journey = models.ForeignKey(
        Journey, null=True, on_delete=models.PROTECT, related_name="placements"
    )
    place_class = models.CharField(max_length=10, choices=PlaceClass)
    reason = models.CharField(_("原因"), max_length=12, choices=KeptBack, blank=True)
    fixed = models.BooleanField(_("由官员安排"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "traveller"], name="placement_once"),
            models.CheckConstraint(
                name="placement_or_reason",
                condition=models.Q(journey__isnull=False, reason="")
                | (models.Q(journey__isnull=True) & ~models.Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"placement {self.pk}"


class PlanRun(models.Model):
    """A plan that somebody asked for and a worker makes: anew, or from `based_on` with as few moves
    as possible, without some transports. An operation has one unfinished run at a time.

    `held_until` (real time) and `epoch` say which process works on it; `problem` is the code of
    what refused it.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="plan_runs"
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"))
    based_on = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="+")
    without = models.JSONField(_("不用的运输工具"), default=list, blank=True)
    state = models.CharField(_("状态"), max_length=7, choices=RunState, default=RunState.WAITING)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=40, blank=True)
    finished_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    epoch = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("方案计算")
        verbose_name_plural = _("方案计算")
        constraints = [
            models.UniqueConstraint(
                fields=["operation"],
                condition=models.Q(state__in=UNFINISHED),
                name="plan_run_once",
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk} for operation {self.operation_id}"

"""撤离通道: ways out for those who leave by themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.staff.models import User
from crisis.transports.models.operation import EvacuationOperation
from crisis.transports.states import (
    ON_THE_WAY,
    CorridorStatus,
    Disclosure,
    SelfEvacuationState,
)
from registry.models import Post


class Corridor(models.Model):
    """A crossing from one country into the next, with what has to be known of it.

    `hours` and `visa_rule` are words for travellers. `near_post` and `far_post` are the posts on
    both sides; their duty phones are shown. `checked_at` says when somebody last made sure.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="corridors"
    )
    name = models.CharField(_("名称"), max_length=80)
    from_country = models.CharField(_("离开的国家或地区"), max_length=2)
    to_country = models.CharField(_("进入的国家或地区"), max_length=2)
    latitude = models.FloatField(_("纬度"))
    longitude = models.FloatField(_("经度"))
    hours = models.CharField(_("开放时间"), max_length=200)
    visa_rule = models.CharField(_("签证规定"), max_length=300)
    advice = models.CharField(_("路况与提示"), max_length=500, blank=True)
    near_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("这一侧的使领馆")
    )
    far_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("对面的使领馆")
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=CorridorStatus, default=CorridorStatus.UNKNOWN
    )
    disclosure = models.CharField(
        _("公布范围"), max_length=10, choices=Disclosure, default=Disclosure.PUBLIC
    )
    checked_at = models.DateTimeField(_("最近核实时间"))
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("撤离通道")
        verbose_name_plural = _("撤离通道")
        constraints = [
            models.UniqueConstraint(fields=["operation", "name"], name="corridor_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class SelfEvacuation(models.Model):
    """A party on its way out by itself: route, and when it expects to arrive (UTC). `key` names
    what filed it, so that the same form files it once. `to_country` is where it goes, and
    `receiving_post` who waits there, where a post serves that country. `told_overdue_at` is when a
    case was opened. `arrival_line` names the line in the roll call, for taking it back.
    """

    operation = models.ForeignKey(
        EvacuationOperation, on_delete=models.PROTECT, related_name="self_evacuations"
    )
    corridor = models.ForeignKey(
        Corridor, null=True, blank=True, on_delete=models.PROTECT, related_name="filings"
    )
    receiving_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    to_country = models.CharField(_("前往的国家或地区"), max_length=2, blank=True)
    key = models.CharField(max_length=60, unique=True)
    route = EncryptedTextField(_("路线"), purpose="transports.selfevacuation.route", blank=True)
    contact = EncryptedTextField(
        _("途中联系电话"), purpose="transports.selfevacuation.contact", blank=True
    )
    expected_at = models.DateTimeField(_("预计到达时间"))
    state = models.CharField(
        _("状态"), max_length=9, choices=SelfEvacuationState, default=SelfEvacuationState.FILED
    )
    filed_at = models.DateTimeField(_("报备时间"))
    filed_by = models.CharField(max_length=150, blank=True)
    arrived_at = models.DateTimeField(_("抵达时间"), null=True)
    arrival_line = models.CharField(max_length=60, blank=True)
    told_overdue_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["expected_at", "pk"]
        verbose_name = _("自行撤离报备")
        verbose_name_plural = _("自行撤离报备")
        indexes = [models.Index(fields=["state", "expected_at"], name="selfevacuation_due")]

    def __str__(self) -> str:
        return f"self-evacuation {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.state in ON_THE_WAY

    @property
    def zone(self) -> str:
        """By whose clock the arrival is told: that of the post that waits, or of the incident's."""
        return (self.receiving_post or self.operation.incident.post).time_zone


class SelfEvacuee(models.Model):
    """One of such a party; `name` only of somebody who is not in the registry. `operation` and
    `live` are copied from the filing, so that nobody is on two ways at once."""

    filing = models.ForeignKey(SelfEvacuation, on_delete=models.CASCADE, related_name="people")
    operation = models.ForeignKey(EvacuationOperation, on_delete=models.PROTECT, related_name="+")
    live = models.BooleanField(default=True)
    person_ref = models.BigIntegerField(null=True)
    name = EncryptedTextField(_("姓名"), purpose="transports.selfevacuee.name", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["filing", "person_ref"],
                condition=models.Q(person_ref__isnull=False),
                name="selfevacuee_once",
            ),
            models.UniqueConstraint(
                fields=["operation", "person_ref"],
                condition=models.Q(person_ref__isnull=False, live=True),
                name="selfevacuee_one_way",
            ),
        ]
        indexes = [models.Index(fields=["person_ref"], name="selfevacuee_person")]

    def __str__(self) -> str:
        return f"of self-evacuation {self.filing_id}"

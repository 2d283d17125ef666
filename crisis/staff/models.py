"""Staff of the posts. Citizens have no account: they answer without a log-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.kernel.fields import EncryptedTextField
from crisis.staff.roles import CAPABILITIES, Capability, Role
from registry.models import Language, Post


class User(AbstractUser):
    """A member of staff, with one role and the posts they serve."""

    role = models.CharField(_("角色"), max_length=13, choices=Role)
    posts = models.ManyToManyField(Post, blank=True, related_name="staff", verbose_name=_("使领馆"))
    display_name = models.CharField(_("姓名"), max_length=40, blank=True)

    REQUIRED_FIELDS = ["role"]

    class Meta:
        verbose_name = _("工作人员")
        verbose_name_plural = _("工作人员")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known")
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def can(self, capability: Capability) -> bool:
        """Whether this user's role holds `capability`. Inactive users hold none."""
        return self.is_active and capability in CAPABILITIES[Role(self.role)]

    # The admin site asks these; it is open to administrators alone.
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.can(Capability.ADMINISTER)

    def has_module_perms(self, app_label: str) -> bool:
        return self.can(Capability.ADMINISTER)


class DutyTurn(models.Model):
    """值班: who is reached, by which number, from when until when.

    A turn without a post looks after the whole installation. The phone is an E.164 number and the
    WeChat id an openid; at least one of them is given (crisis.staff.services.duty_problems).
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name=_("人员"))
    post = models.ForeignKey(
        Post, null=True, blank=True, on_delete=models.CASCADE, verbose_name=_("使领馆")
    )
    begins_at = models.DateTimeField(_("开始时间（UTC）"))
    ends_at = models.DateTimeField(_("结束时间（UTC）"))
    language = models.CharField(_("语言"), max_length=8, choices=Language, default=Language.CHINESE)
    phone = EncryptedTextField(_("手机"), purpose="staff.duty.phone", blank=True)
    wechat = EncryptedTextField(_("微信"), purpose="staff.duty.wechat", blank=True)

    class Meta:
        ordering = ["-begins_at"]
        verbose_name = _("值班")
        verbose_name_plural = _("值班表")
        constraints = [
            models.CheckConstraint(
                name="duty_ends_after_it_begins",
                condition=models.Q(ends_at__gt=models.F("begins_at")),
            )
        ]
        indexes = [models.Index(fields=["ends_at"], name="duty_by_end")]

    def __str__(self) -> str:
        return f"{self.user} {self.begins_at:%Y-%m-%d %H:%M}"


class Neighbour(models.Model):
    """邻馆: a post that may take over another when it is silent, in the order in which they are
    looked at. An administrator sets it beforehand: nobody becomes a neighbour at 03:00."""

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="neighbours", verbose_name=_("使领馆")
    )
    neighbour = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="neighbour_of", verbose_name=_("邻馆")
    )
    order = models.PositiveSmallIntegerField(_("次序"), default=1)

    class Meta:
        ordering = ["post", "order", "pk"]
        verbose_name = _("邻馆")
        verbose_name_plural = _("邻馆")
        constraints = [
            models.UniqueConstraint(fields=["post", "neighbour"], name="neighbour_once"),
            models.CheckConstraint(
                condition=~models.Q(post=models.F("neighbour")), name="neighbour_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} ← {self.neighbour}"


class CoverReason(models.TextChoices):
    SILENT = "silent", _("该馆无人应答")
    EVACUATED = "evacuated", _("该馆撤离或中断办公")
    OVERLOADED = "overloaded", _("该馆力量不足")
    PLANNED = "planned", _("例行移交")
    UNKNOWN = "unknown", _("其他")


class Cover(models.Model):
    """代管: from when until when the staff of one post act for another as for their own.

    It holds while `begins_at` <= now < `ends_at` and nobody has ended it. It is not passed on:
    who covers a post that itself covers a third has no say in the third (crisis.staff.covering).
    """

    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="covers", verbose_name=_("使领馆")
    )
    covered_by = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="covering", verbose_name=_("代管使领馆")
    )
    begins_at = models.DateTimeField(_("开始时间（UTC）"))
    ends_at = models.DateTimeField(_("结束时间（UTC）"))
    reason = models.CharField(_("原因"), max_length=10, choices=CoverReason)
    ordered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="covers_ordered", verbose_name=_("决定人")
    )
    ordered_at = models.DateTimeField(_("决定时间"))
    ended_at = models.DateTimeField(_("提前结束时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="covers_ended"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("代管")
        verbose_name_plural = _("代管")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("begins_at")),
                name="cover_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(post=models.F("covered_by")), name="cover_of_another"
            ),
        ]
        indexes = [
            models.Index(
                fields=["covered_by", "ends_at"],
                name="cover_not_ended",
                condition=models.Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.post} ← {self.covered_by} {self.begins_at:%Y-%m-%d %H:%M}"

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

"""Staff of the posts. Citizens have no account: they answer without a log-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crisis.staff.roles import CAPABILITIES, Capability, Role
from registry.models import Post


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

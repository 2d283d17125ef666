"""The admin site: for administrators alone, and as clearly live or drill as every other page."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from crisis.staff.roles import Capability


class AdministrationConfig(AdminConfig):
    default_site = "crisis.console.administration.AdministrationSite"


class AdministrationSite(AdminSite):
    index_title = _("系统管理")
    enable_nav_sidebar = False

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return "归航 · 演练 DRILL" if settings.MODE == "drill" else "归航 · 实战 LIVE"

    site_title = site_header

    def has_permission(self, request: HttpRequest) -> bool:
        """By capability, not by a flag that somebody may set beside it."""
        user = request.user
        return user.is_authenticated and user.can(Capability.ADMINISTER)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """One log-in for all pages: it is the one that counts wrong passwords."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{reverse('console:login')}?next={reverse('admin:index')}")

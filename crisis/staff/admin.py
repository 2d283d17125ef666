"""Accounts: roles and posts are given here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.kernel import audit
from crisis.staff.models import User


class NewUserForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "role", "display_name", "posts")


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Changes go on record. Accounts are made inactive, never deleted: the log names them."""

    add_form = NewUserForm
    list_display = ("username", "display_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", "posts")
    search_fields = ("username", "display_name")
    filter_horizontal = ("posts",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("职责"), {"fields": ("display_name", "role", "posts", "is_active")}),
        (_("记录"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username", "display_name", "role", "posts",
                    "usable_password", "password1", "password2",
                ),
            },
        ),
    )  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        audit.record(
            actor=request.user.get_username(),
            act="user.changed" if change else "user.created",
            subject=f"user:{user.pk}",
            role=user.role,
            active=user.is_active,
            posts=sorted(user.posts.values_list("code", flat=True)),
        )

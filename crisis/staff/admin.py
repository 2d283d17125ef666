"""Accounts and the duty roster: roles, posts and turns are given here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.kernel import audit
from config.kernel.errors import DomainError
from config.kernel.readonly import ReadOnlyAdmin
from crisis.staff.duty import Contact, check_turn, normalise_contact, note_turn
from crisis.staff.models import Cover, DutyTurn, Neighbour, User


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


class DutyTurnForm(forms.ModelForm):
    """The same rules as crisis.staff.duty.assign_duty."""

    class Meta:
        model = DutyTurn
        fields = ("user", "post", "begins_at", "ends_at", "phone", "wechat", "language")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        written = Contact(given.get("phone") or "", given.get("wechat") or "")
        try:
            contact = normalise_contact(written)
            if given.get("begins_at") and given.get("ends_at"):
                check_turn(given["begins_at"], given["ends_at"])
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from None
        return given | {"phone": contact.phone, "wechat": contact.wechat}


@admin.register(DutyTurn)
class DutyTurnAdmin(admin.ModelAdmin):
    """Who is paged. Numbers stand on the turn's own page alone, and every change is on record."""

    form = DutyTurnForm
    list_display = ("user", "post", "begins_at", "ends_at")
    list_filter = ("post",)
    list_select_related = ("user", "post")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        act = "duty.changed" if change else "duty.assigned"
        note_turn(obj, actor=request.user.get_username(), act=act)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        note_turn(obj, actor=request.user.get_username(), act="duty.removed")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for turn in queryset:
            self.delete_model(request, turn)


@admin.register(Neighbour)
class NeighbourAdmin(admin.ModelAdmin):
    """Who may take over whom when nobody answers."""

    list_display = ("post", "neighbour", "order")
    list_filter = ("post",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._note(request, obj, "neighbour.set")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._note(request, obj, "neighbour.removed")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for neighbour in queryset:
            self.delete_model(request, neighbour)

    def _note(self, request: HttpRequest, obj: Any, act: str) -> None:
        audit.record(
            actor=request.user.get_username(),
            act=act,
            subject=f"post:{obj.post_id}",
            neighbour=obj.neighbour_id,
            order=obj.order,
        )


@admin.register(Cover)
class CoverAdmin(ReadOnlyAdmin):
    """Ordered and ended by officers on their own page."""

    list_display = ("post", "covered_by", "begins_at", "ends_at", "reason", "ended_at")
    list_select_related = ("post", "covered_by")

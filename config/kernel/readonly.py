"""Admin pages for what must not be changed by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; adds, changes and deletes none. `personal` names the fields it never shows."""

    personal: tuple[str, ...] = ()
    actions = None
    show_full_result_count = False  # counting a million rows twice helps nobody
    list_per_page = 50

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = self.model._meta.fields
        return [field.name for field in fields if field.name not in self.personal]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

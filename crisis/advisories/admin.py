"""Advisories: issued and withdrawn on their own page, only looked at here."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.advisories.models import Advisory


@admin.register(Advisory)
class AdvisoryAdmin(ReadOnlyAdmin):
    list_display = ("id", "country", "region", "level", "starts_at", "expires_at", "withdrawn_at")
    list_filter = ("level",)

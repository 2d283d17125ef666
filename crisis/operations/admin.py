"""Pages and counts, for looking only."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.operations.models import Page, WaveCount


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    list_display = ("at", "problem", "where", "people")
    list_filter = ("problem",)


@admin.register(WaveCount)
class WaveCountAdmin(ReadOnlyAdmin):
    list_display = ("wave", "whole", "audience", "linked", "unaddressed", "counted_at")
    list_filter = ("whole",)

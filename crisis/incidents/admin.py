"""Incidents: for looking only. They are declared on their own page, where rules are kept."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.incidents.models import AudienceSlice, Incident


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "title",
        "post",
        "state",
        "response_level",
        "audience_count",
        "declared_at",
    )
    list_filter = ("state", "response_level", "post")


@admin.register(AudienceSlice)
class AudienceSliceAdmin(ReadOnlyAdmin):
    personal = ("person_ids", "certain", "reasons", "distances")
    list_display = ("id", "incident", "number", "size", "expanded_at")

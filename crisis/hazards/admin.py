"""What the feeds reported."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.hazards.models import HazardSignal


@admin.register(HazardSignal)
class HazardSignalAdmin(ReadOnlyAdmin):
    list_display = ("id", "feed", "external_id", "kind", "magnitude", "place", "occurred_at")
    list_filter = ("feed", "kind")

"""The outbox."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.events.models import OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "subject", "time", "published_at")
    list_filter = ("type",)

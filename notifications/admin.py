"""Waves, deliveries and what came in: for looking only, without addresses and words."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from notifications.models import (
    Attempt,
    Batch,
    Delivery,
    Inbound,
    ProviderToken,
    Receipt,
    Reply,
    Wave,
)


@admin.register(Wave)
class WaveAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "source", "code", "mode", "created_at", "retracted_at")
    list_filter = ("kind", "mode")
    search_fields = ("code", "source")


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "wave", "state", "priority", "epoch", "lease_until", "due_at")
    list_filter = ("state", "priority")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    personal = ("address", "address_index", "key", "token_hash")
    list_display = ("id", "wave", "channel", "state", "attempts", "gateway", "provider_code")
    list_filter = ("state", "channel", "gateway")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("id", "delivery", "gateway", "outcome", "http_status", "provider_code", "at")
    list_filter = ("outcome", "gateway")


@admin.register(Inbound)
class InboundAdmin(ReadOnlyAdmin):
    personal = ("body",)
    list_display = ("id", "gateway", "received_at", "worked_at", "problem")
    list_filter = ("gateway",)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("id", "gateway", "status", "delivery", "provider_code", "received_at")
    list_filter = ("status", "gateway")


@admin.register(Reply)
class ReplyAdmin(ReadOnlyAdmin):
    personal = ("address", "address_index", "text", "latitude", "longitude", "accuracy_m")
    list_display = ("id", "via", "meaning", "state", "answered_at", "handled_by")
    list_filter = ("state", "meaning", "via")


@admin.register(ProviderToken)
class ProviderTokenAdmin(ReadOnlyAdmin):
    personal = ("token",)
    list_display = ("gateway", "renewed_at", "expires_at")

"""The roll-call log and the standings: for looking only, without notes."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.rollcall.models import DueStep, HeadCount, PresenceEstimate, RollCallEvent, Standing


@admin.register(RollCallEvent)
class RollCallEventAdmin(ReadOnlyAdmin):
    personal = ("note",)
    list_display = ("id", "incident", "person_ref", "kind", "source", "occurred_at", "recorded_by")
    list_filter = ("kind", "source")


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "person_ref", "condition", "movement", "contact")
    list_filter = ("condition", "movement", "contact")


@admin.register(DueStep)
class DueStepAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "kind", "due_at", "done_at")
    list_filter = ("kind",)


@admin.register(HeadCount)
class HeadCountAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "group_ref", "present", "counted_at", "reported_by")


@admin.register(PresenceEstimate)
class PresenceEstimateAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "people", "source", "as_of", "recorded_by")
    list_filter = ("source",)

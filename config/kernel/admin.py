"""The installation and its audit log, for looking only."""

from django.contrib import admin
from django.contrib.auth.models import Group

from config.kernel.models import AuditEntry, Beat, Installation
from config.kernel.readonly import ReadOnlyAdmin

# Rights come from roles (crisis.staff.roles); a second system beside them would only confuse.
admin.site.unregister(Group)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "actor", "act", "subject")
    list_filter = ("act",)
    search_fields = ("actor", "subject")
    ordering = ("-number",)


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    list_display = ("mode", "created_at")


@admin.register(Beat)
class BeatAdmin(ReadOnlyAdmin):
    list_display = ("host", "name", "kind", "pid", "beaten_at", "did_at")

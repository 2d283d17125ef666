"""Manifests, without their people."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.evacuation.models import Manifest, Release


@admin.register(Manifest)
class ManifestAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "version", "state", "drafted_by", "sealed_by", "sealed_at")
    list_filter = ("state",)


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ("id", "incident", "receiver", "country", "profile", "state", "valid_until")
    list_filter = ("state", "country")

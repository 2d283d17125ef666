"""What citizens look up: written on its own pages, only looked at here."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.knowledge.models import CountryFacts, GuidePage, Listing


@admin.register(CountryFacts)
class CountryFactsAdmin(ReadOnlyAdmin):
    list_display = ("id", "country", "police", "fire", "ambulance", "checked_on", "saved_by")


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    list_display = ("id", "country", "kind", "name", "checked_on", "ended_at")
    list_filter = ("kind",)


@admin.register(GuidePage)
class GuidePageAdmin(ReadOnlyAdmin):
    list_display = ("id", "slug", "language", "version", "title", "saved_by", "saved_at")

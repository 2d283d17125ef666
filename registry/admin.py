"""Posts are kept here. Of persons an administrator sees that they are there, and nothing more."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.readonly import ReadOnlyAdmin
from registry.models import ContactPoint, Household, Jurisdiction, Person, Post, Whereabouts
from registry.selectors.people import find_by_document, find_by_name, find_by_phone

FOUND_AT_MOST = 50
FINDERS: dict[str, Callable[[str], QuerySet[Person]]] = {
    "name": find_by_name,
    "phone": find_by_phone,
    "document": find_by_document,
}


class JurisdictionInline(admin.TabularInline):
    model = Jurisdiction
    extra = 1


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    list_display = ("code", "name_zh", "name_en", "duty_phone", "time_zone")
    search_fields = ("code", "name_zh", "name_en")
    inlines = (JurisdictionInline,)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        """Incidents and accounts name their post."""
        return False

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """A jurisdiction decides who sees whom, a signature who is believed: on record."""
        super().save_related(request, form, formsets, change)
        post = form.instance
        audit.record(
            actor=request.user.get_username(),
            act="post.changed" if change else "post.created",
            subject=f"post:{post.pk}",
            code=post.code,
            changed=sorted(form.changed_data),
            countries=sorted(post.jurisdictions.values_list("country", flat=True)),
        )


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    personal = (
        "name", "passport_name", "pinyin", "initials", "spelled", "birth_date", "document_number",
        "document_index", "health_note", "needs", "blood_type", "due_on", "obstacles", "insurer",
        "insurance_policy", "insurer_phone", "external_ref",
    )  # fmt: skip
    list_display = ("id", "document_kind", "nationality", "language", "registered_at", "left_at")
    list_filter = ("document_kind", "language", "basis")
    change_list_template = "registry/admin/people.html"

    def get_urls(self) -> Any:
        search = self.admin_site.admin_view(self.search)
        return [path("search/", search, name="registry_person_search"), *super().get_urls()]

    def search(self, request: HttpRequest) -> HttpResponse:
        """That somebody is registered, by name, pinyin, phone or document: a number, no facts.

        By POST, so that what was typed stands in no address; the audit log says by what was
        searched and never for whom.
        """
        kind, text = request.POST.get("by", ""), request.POST.get("text", "").strip()
        context: dict[str, Any] = {"title": _("查找登记人"), "searched": False}
        if request.method == "POST" and kind in FINDERS and text:
            found = list(FINDERS[kind](text)[: FOUND_AT_MOST + 1])
            audit.record(
                actor=request.user.get_username(), act="person.searched", by=[kind],
                found=len(found),
            )  # fmt: skip
            context |= {"searched": True, "found": found[:FOUND_AT_MOST]}
            context["more"] = len(found) > FOUND_AT_MOST
        whole = self.admin_site.each_context(request) | context
        return render(request, "registry/admin/search.html", whole)


@admin.register(ContactPoint)
class ContactPointAdmin(ReadOnlyAdmin):
    personal = ("address", "address_index")
    list_display = ("id", "person", "channel", "preference", "verified_at", "retired_at")
    list_filter = ("channel",)


@admin.register(Whereabouts)
class WhereaboutsAdmin(ReadOnlyAdmin):
    personal = ("address", "latitude", "longitude", "accuracy_m", "band", "city")
    list_display = ("id", "person", "kind", "country", "recorded_at")
    list_filter = ("kind",)


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    personal = ("label",)
    list_display = ("id", "created_at")

"""Posts are kept here. Of persons an administrator sees that they are there, and nothing more."""

from typing import Any

from django.contrib import admin

from config.kernel import audit
from config.kernel.readonly import ReadOnlyAdmin
from registry.models import ContactPoint, Household, Jurisdiction, Person, Post, Whereabouts


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

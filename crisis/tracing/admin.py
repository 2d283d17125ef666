"""Enquiries, for looking only, without what they are about."""

from django.contrib import admin

from config.kernel.readonly import ReadOnlyAdmin
from crisis.tracing.models import Answer, Enquiry


@admin.register(Enquiry)
class EnquiryAdmin(ReadOnlyAdmin):
    list_display = ("number", "post", "state", "came_by", "recorded_at")
    list_filter = ("state",)
    personal = (
        "asker_name", "asker_phone", "asker_phone_index", "asker_other", "passport",
        "passport_index", "phone", "phone_index", "last_place", "description", "message",
        "birth_year", "sex", "last_country",
    )  # fmt: skip


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = ("given_at", "enquiry", "said", "ground", "given_by")
    personal = ("text",)

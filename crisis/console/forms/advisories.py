"""Issuing an advisory. Times are Beijing time, as the ministry writes them."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.advisories.models import Level
from crisis.advisories.services import NewAdvisory
from registry.countries import country_name

BEIJING = ZoneInfo("Asia/Shanghai")
FIELD_OF_CODE = {
    "unknown_country": "country",
    "outside_jurisdiction": "country",
    "bad_level": "level",
    "reason_needed": "reason",
    "region_too_long": "region",
    "starts_in_past": "starts_at",
    "expires_before_start": "expires_at",
    "expires_too_late": "expires_at",
}


def _time(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class AdvisoryForm(forms.Form):
    country = forms.ChoiceField(label=_("国家"))
    region = forms.CharField(label=_("地区"), max_length=80, required=False)
    level = forms.TypedChoiceField(label=_("级别"), coerce=int, choices=Level.choices)
    starts_at = _time(_("生效时间（北京时间）"))
    expires_at = _time(_("有效期至（北京时间）"))
    reason = forms.CharField(
        label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, served: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            (code, country_name(code, language)) for code in served
        ]

    def advisory(self) -> NewAdvisory:
        return NewAdvisory(**self.cleaned_data)

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        self.add_error(FIELD_OF_CODE.get(error.code), str(error))

    def _beijing(self, name: str) -> Any:
        return make_aware(self.cleaned_data[name].replace(tzinfo=None), BEIJING)

    def clean_starts_at(self) -> Any:
        return self._beijing("starts_at")

    def clean_expires_at(self) -> Any:
        return self._beijing("expires_at")

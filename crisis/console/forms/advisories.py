"""Issuing an advisory. Times are Beijing time, as the ministry writes them."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crisis.advisories.models import Level
from registry.countries import all_countries

BEIJING = ZoneInfo("Asia/Shanghai")


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = all_countries(get_language() or "zh-hans")
        self.fields["country"].choices = [("", "—"), *countries]  # type: ignore[attr-defined]

    def _beijing(self, name: str) -> Any:
        return make_aware(self.cleaned_data[name].replace(tzinfo=None), BEIJING)

    def clean_starts_at(self) -> Any:
        return self._beijing("starts_at")

    def clean_expires_at(self) -> Any:
        return self._beijing("expires_at")

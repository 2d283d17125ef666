"""A leg of a trip, and an itinerary to paste."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from registry.services.whereabouts import check_trip
from registry.whereabouts.itinerary import MAX_CHARS
from registry.whereabouts.legs import LegDraft

MOST_LEGS = 30  # of one paste


def when_field(kind: str) -> Any:
    widget: type[forms.DateInput | forms.TimeInput]
    widget, written = (
        (forms.DateInput, "%Y-%m-%d") if kind == "date" else (forms.TimeInput, "%H:%M")
    )
    return widget(format=written, attrs={"type": kind})


class LegForm(forms.Form):
    """Days and times are those of the place; `draft` is what was given, once it is valid."""

    country = forms.CharField(label=_("国家或地区"), max_length=60)
    city = forms.CharField(label=_("城市"), max_length=80, required=False)
    starts_on = forms.DateField(label=_("到达日期（当地）"), widget=when_field("date"))
    starts_time = forms.TimeField(label=_("到达时间"), widget=when_field("time"), required=False)
    ends_on = forms.DateField(label=_("离开日期（当地）"), widget=when_field("date"))
    ends_time = forms.TimeField(label=_("离开时间"), widget=when_field("time"), required=False)

    draft: LegDraft

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors or self.data.get(f"{self.prefix}-DELETE"):
            return given
        names = ("country", "city", "starts_on", "ends_on", "starts_time", "ends_time")
        self.draft = LegDraft(**{name: given[name] for name in names})
        try:
            check_trip(*self.draft.moments())
        except DomainError as refused:
            field = str(refused.extra.get("field", ""))
            self.add_error(field if field in self.fields else "ends_on", str(refused))
        return given


LegFormSet = forms.formset_factory(
    LegForm, extra=0, can_delete=True, max_num=MOST_LEGS, validate_max=True,
    absolute_max=MOST_LEGS,
)  # fmt: skip


class PasteForm(forms.Form):
    text = forms.CharField(
        label=_("粘贴行程单"),
        help_text=_(
            "每行一段，例如“CA123 PEK-VLI 12DEC 0930 13DEC 2105”或“12月1日-12月7日 斐济楠迪”。"
        ),
        max_length=2 * MAX_CHARS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

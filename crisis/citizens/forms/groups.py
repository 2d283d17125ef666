"""Forms of a group's liaison and of those who join one."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from crisis.citizens.forms.fields import DraftForm, country_field, text_field
from crisis.rollcall.services.reporting import MOST, Heads
from registry.drafts import Place
from registry.models import GroupKind
from registry.services.groups import GroupDraft


class NewGroupForm(DraftForm):
    kind = forms.ChoiceField(label=_("种类"), choices=GroupKind.choices)
    name = text_field(80, label=_("名称"))
    country = country_field(label=_("所在国家或地区"))
    city = text_field(80, label=_("城市"), required=False)

    def draft(self) -> GroupDraft:
        return GroupDraft(**self.cleaned_data)


class JoinForm(DraftForm):
    code = text_field(
        40,
        label=_("团组口令"),
        help_text=_("向联络员索取，形如 12-ABCD2345。"),
        attrs={"autocapitalize": "characters", "autocomplete": "off"},
    )


def _minutes(**options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        min_value=0, max_value=7 * 24 * 60, initial=0, required=False, widget=widget, **options
    )


class PositionForm(DraftForm):
    """Where a vessel is; the time is told as minutes ago, so that no time zone is asked for."""

    latitude = forms.FloatField(label=_("纬度（南纬为负）"), min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("经度（西经为负）"), min_value=-180, max_value=180)
    accuracy_km = forms.FloatField(
        label=_("误差（公里）"), min_value=0, max_value=50, initial=1, required=False
    )
    minutes = _minutes(label=_("多少分钟之前的位置"))

    def place(self) -> Place:
        data = self.cleaned_data
        accuracy = 1.0 if data["accuracy_km"] is None else data["accuracy_km"]
        return Place(
            country="",
            latitude=data["latitude"],
            longitude=data["longitude"],
            accuracy_m=accuracy * 1000,
        )

    def at(self) -> datetime:
        return clock.now() - timedelta(minutes=self.cleaned_data["minutes"] or 0)


def _heads(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST,
        initial=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class HeadsForm(DraftForm):
    safe = _heads(_("平安的人数"))
    needs_help = _heads(_("需要协助的人数"))
    unknown = _heads(_("情况不明的人数"))
    minutes = _minutes(label=_("多少分钟之前清点的"))

    def heads(self) -> Heads:
        data = self.cleaned_data
        return Heads(safe=data["safe"], needs_help=data["needs_help"], unknown=data["unknown"])

    def at(self) -> datetime:
        return clock.now() - timedelta(minutes=self.cleaned_data["minutes"] or 0)

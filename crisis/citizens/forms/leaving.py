"""自行离开: by which way, who goes along, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from crisis.citizens.forms.fields import (
    DraftForm,
    country_field,
    phone_field,
    place_choices,
)
from crisis.citizens.forms.trips import when_field
from crisis.transports.models import Corridor, EvacuationOperation
from crisis.transports.selectors import published_corridors, zone_of_arrival
from crisis.transports.services import FilingDraft
from crisis.transports.states import CorridorStatus

MOST_NAMES = 12


class ArrivalForm(DraftForm):
    """Day and time are those of the place of arrival."""

    expected_on = forms.DateField(label=_("预计到达日期（到达地）"), widget=when_field("date"))
    expected_time = forms.TimeField(label=_("预计到达时间（到达地）"), widget=when_field("time"))
    route = forms.CharField(
        label=_("路线"), max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：乘长途车到口岸，步行过境，再乘车到机场"),
    )  # fmt: skip

    def expected_at(self, zone: str) -> datetime:
        data = self.cleaned_data
        typed = datetime.combine(data["expected_on"], data["expected_time"])
        return make_aware(typed, ZoneInfo(zone))


class WayField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.get_status_display()}）"


class LeavingForm(ArrivalForm):
    """`companions` are registered people for whom the asker may speak, as (number, name)."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=36)
    corridor = WayField(
        Corridor.objects.none(), label=_("走哪条通道"), required=False, empty_label=_("其他路线")
    )
    to_country = country_field(
        place_choices, label=_("去哪个国家或地区（不走通道时）"), required=False
    )
    companions = forms.TypedMultipleChoiceField(
        label=_("同行的家人"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    names = forms.CharField(
        label=_("其他同行人的姓名"), max_length=1_000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("每行一个，最多 12 人"),
    )  # fmt: skip
    contact = phone_field(label=_("路上能打通的电话"))
    field_order = ("key", "corridor", "to_country", "expected_on", "expected_time")

    def __init__(
        self,
        *args: Any,
        operation: EvacuationOperation,
        companions: Sequence[tuple[int, str]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.operation = operation
        open_ones = published_corridors(operation).exclude(status=CorridorStatus.CLOSED)
        self.fields["corridor"].queryset = open_ones  # type: ignore[attr-defined]
        if companions:
            self.fields["companions"].choices = companions  # type: ignore[attr-defined]
        else:
            del self.fields["companions"]

    def clean_names(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if len(names) > MOST_NAMES:
            raise forms.ValidationError(_("最多 12 人，更多的人请打电话报给使领馆。"))
        return names

    def draft(self, person: int) -> FilingDraft:
        """For this person and whoever was ticked. `companions` holds what the page offered."""
        data = self.cleaned_data
        corridor: Corridor | None = data["corridor"]
        zone = zone_of_arrival(self.operation, corridor, data["to_country"])
        return FilingDraft(
            expected_at=self.expected_at(zone),
            corridor=corridor,
            to_country=data["to_country"],
            route=data["route"],
            contact=data["contact"],
            person_refs=[person, *data.get("companions", [])],
            names=data["names"],
        )

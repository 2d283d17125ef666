"""What an officer writes on the board itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from crisis.incidents.models import Incident
from crisis.rollcall.services.estimating import MOST
from crisis.rollcall.states import EstimateSource


class EstimateForm(forms.Form):
    """The moment is typed by the clock of the incident's post."""

    people = forms.IntegerField(label=_("估计在场人数"), min_value=0, max_value=MOST)
    source = forms.TypedChoiceField(
        label=_("来源"),
        coerce=EstimateSource,
        choices=[("", "—"), *EstimateSource.choices],
    )
    basis = forms.CharField(
        label=_("依据"),
        max_length=120,
        required=False,
        help_text=_("例如“12月16日入境数据”。不写个人的姓名和电话。"),
    )
    as_of = forms.DateTimeField(
        label=_("截至时间（事发地时间）"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, incident: Incident) -> None:
        self.zone = ZoneInfo(incident.post.time_zone)
        super().__init__(data)
        self.fields["as_of"].initial = clock.now().astimezone(self.zone)

    def clean_as_of(self) -> datetime:
        # Django has read it by UTC, the process's zone: the digits are those of the place.
        typed: datetime = self.cleaned_data["as_of"]
        return timezone.make_aware(typed.replace(tzinfo=None), self.zone)

"""What an officer keys after a call."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from crisis.calls.models import Call
from crisis.calls.services.outcomes import NOTE_LENGTH, PLACE_LENGTH, Result
from crisis.calls.states import Outcome

# The keys, in their order.
KEYED = (
    Outcome.SAFE,
    Outcome.NEEDS_HELP,
    Outcome.WANTS_OUT,
    Outcome.NO_ANSWER,
    Outcome.WRONG_NUMBER,
    Outcome.CALL_AGAIN,
)
AGAIN_IN = (15, 30, 60, 180)
"""Minutes that are offered for «call again»; another time is typed."""
USUAL = 30
LOCAL = "%Y-%m-%dT%H:%M"


class OutcomeForm(forms.Form):
    """`people` are those of the call, `phones` the registry's numbers of the addresses that may
    have been called. Times are typed by the clock of the incident."""

    outcome = forms.TypedChoiceField(
        choices=[(one.value, one.label) for one in KEYED], coerce=Outcome
    )
    people = forms.TypedMultipleChoiceField(coerce=int, required=False)
    contact_ref = forms.TypedChoiceField(coerce=int, required=False, empty_value=None)
    place = forms.CharField(label=_("所在位置、附近标志"), required=False, max_length=PLACE_LENGTH)
    note = forms.CharField(
        label=_("备注"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    again = forms.TypedChoiceField(
        choices=[(minutes, str(minutes)) for minutes in AGAIN_IN],
        coerce=int,
        required=False,
        empty_value=None,
    )
    again_at = forms.DateTimeField(
        label=_("或者：当地时间"),
        required=False,
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, call: Call, phones: Sequence[int]
    ) -> None:
        super().__init__(data)
        self.zone = ZoneInfo(call.incident.post.time_zone)
        people: Any = self.fields["people"]
        people.choices = [(ref, str(ref)) for ref in call.people]
        numbers: Any = self.fields["contact_ref"]
        numbers.choices = [("", ""), *((pk, str(pk)) for pk in phones)]

    def result(self) -> Result:
        """What a valid form says."""
        data = self.cleaned_data
        typed = data["again_at"]
        if typed is not None:
            typed = typed.replace(tzinfo=self.zone)
        return Result(
            outcome=data["outcome"],
            people=data["people"],
            contact_ref=data["contact_ref"],
            note=data["note"],
            place=data["place"],
            again_at=typed or clock.now() + timedelta(minutes=data["again"] or USUAL),
        )

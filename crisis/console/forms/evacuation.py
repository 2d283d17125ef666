"""Moving a party on the planner's board."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crisis.seats.models import Party
from crisis.transports.models import EvacuationOperation, Transport
from crisis.transports.states import OPEN_TO_PLAN

WAITING = "waiting"


class MoveForm(forms.Form):
    """Which party goes where: on a transport, or on the waiting list (None). `confirmed` says that
    the officer has read what that breaks."""

    party = forms.IntegerField(label=gettext_lazy("组号"), min_value=1)
    target = forms.ChoiceField(label=gettext_lazy("移到"))
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None, *, operation: EvacuationOperation) -> None:
        super().__init__(data)
        self.operation = operation
        usable = operation.transports.filter(status__in=OPEN_TO_PLAN)
        self.transports = {str(one.pk): one for one in usable}
        numbers = [(key, one.number) for key, one in self.transports.items()]
        self.fields["target"].choices = [  # type: ignore[attr-defined]
            (WAITING, _("候补（没有席位）")),
            *numbers,
        ]

    def clean_party(self) -> Party:
        number = self.cleaned_data["party"]
        party = self.operation.parties.filter(number=number).first()
        if party is None:
            raise forms.ValidationError(
                _("没有第 %(number)d 组，请核对组号。"), params={"number": number}
            )
        return party

    def clean_target(self) -> Transport | None:
        return self.transports.get(self.cleaned_data["target"])

"""Moving a party by typing: where to, why not, and whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisis.allocation.models import Plan
from crisis.allocation.selectors import Load, loads
from crisis.console.templatetags.console import in_language
from crisis.seats.models import Traveller
from crisis.seats.states import KeptBack
from crisis.transports.models import Transport
from crisis.transports.states import OPEN_TO_PLAN

NOWHERE = "none"


class FindPartyForm(forms.Form):
    number = forms.IntegerField(label=_("组号"), min_value=1)


class MoveForm(forms.Form):
    """`to` is a transport's number or NOWHERE. Everybody of the party is chosen at first."""

    to = forms.ChoiceField(label=_("改乘"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("不安排的原因"), choices=KeptBack, initial=KeptBack.BY_OFFICER, required=False
    )
    people = forms.MultipleChoiceField(label=_("哪些人"), widget=forms.CheckboxSelectMultiple)
    split = forms.BooleanField(label=_("分开同行组"), required=False)

    def __init__(self, plan: Plan, people: list[tuple[Traveller, str]], *data: Any) -> None:
        super().__init__(*data)
        open_loads = [load for load in loads(plan) if load.transport.status in OPEN_TO_PLAN]
        self.transports = {str(load.transport.pk): load.transport for load in open_loads}
        choices = [(str(load.transport.pk), _label(load)) for load in open_loads]
        self.fields["to"].choices = [*choices, (NOWHERE, _("不安排席位"))]  # type: ignore[attr-defined]
        field = self.fields["people"]
        field.choices = [(str(one.pk), name) for one, name in people]  # type: ignore[attr-defined]
        field.initial = [str(one.pk) for one, _name in people]
        if len(people) == 1:
            del self.fields["split"]

    @property
    def transport(self) -> Transport | None:
        return self.transports.get(self.cleaned_data["to"])

    @property
    def travellers(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["people"]]


def _label(load: Load) -> str:
    left = max(0, load.transport.seats - sum(used for _one, used, _room in load.classes[:1]))
    return str(
        _("%(number)s：%(origin)s → %(destination)s，余 %(left)d 座")
        % {
            "number": load.transport.number,
            "origin": in_language(load.transport.origin, "name"),
            "destination": in_language(load.transport.destination, "name"),
            "left": left,
        }
    )

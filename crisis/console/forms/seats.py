"""What officers write of wishes, order, papers and places. Rules are the services'."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisis.console.forms.duty import LocalTime
from crisis.console.forms.operation import UNCHOSEN, ServiceForm, area, at_zone
from crisis.seats.services.ordering import BY_HAND
from crisis.seats.services.wishing import LINES
from crisis.seats.states import KeptBack, Papers, Priority, Visa, Wish
from crisis.transports.states import PlaceClass


def _reason(*, required: bool = False, label: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label or _("理由"), max_length=300, widget=area(), required=required
    )


class OfferForm(ServiceForm):
    """Places for the ticked parties on one way, until a moment by the clock of the post."""

    way = forms.ChoiceField(label=_("行程"))
    deadline_at = LocalTime(label=_("确认时限（当地时间）"), help_text=_("逾时席位转给候补。"))

    def __init__(self, ways: Sequence[tuple[str, str]], zone: str, *data: Any) -> None:
        super().__init__(*data)
        self.zone = zone
        self.fields["way"].choices = [UNCHOSEN, *ways]  # type: ignore[attr-defined]

    @property
    def transports(self) -> list[int]:
        return [int(part) for part in self.cleaned_data["way"].split(">")]

    @property
    def deadline(self) -> datetime:
        return at_zone(self.cleaned_data["deadline_at"], self.zone)


class ReasonForm(ServiceForm):
    reason = _reason(required=True)


class WishForm(ServiceForm):
    wish = forms.TypedChoiceField(
        label=_("意愿"), coerce=Wish, choices=[(one.value, one.label) for one in LINES],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = _reason(label=_("说明"))


class PriorityForm(ServiceForm):
    priority = forms.TypedChoiceField(
        label=_("优先级"), required=False, coerce=Priority, empty_value=None,
        choices=[("", _("按规则")), *Priority.choices],
    )  # fmt: skip
    reason = _reason()


class PapersForm(ServiceForm):
    papers = forms.TypedChoiceField(
        label=_("证件"), required=False, coerce=Papers, empty_value=None,
        choices=[("", _("不变")), *Papers.choices],
    )  # fmt: skip
    visa = forms.TypedChoiceField(
        label=_("目的地签证"), required=False, coerce=Visa, empty_value=None,
        choices=[("", _("不变")), *Visa.choices],
    )  # fmt: skip
    reason = _reason(label=_("说明"))


class PlaceClassForm(ServiceForm):
    place_class = forms.TypedChoiceField(
        label=_("席位类别"), required=False, coerce=PlaceClass, empty_value=None,
        choices=[("", _("按登记的需要")), *PlaceClass.choices],
    )  # fmt: skip
    reason = _reason(label=_("说明"))


class KeepBackForm(ServiceForm):
    why = forms.TypedChoiceField(
        label=_("原因"), coerce=KeptBack, choices=[(one.value, one.label) for one in BY_HAND]
    )
    reason = _reason(required=True)


class SplitForm(ServiceForm):
    """Whom to part; the others stay together."""

    people = forms.MultipleChoiceField(label=_("拆出哪些人"), widget=forms.CheckboxSelectMultiple)
    reason = _reason(required=True)

    def __init__(self, people: Sequence[tuple[int, str]], *data: Any) -> None:
        super().__init__(*data)
        field = self.fields["people"]
        field.choices = [(str(pk), name) for pk, name in people]  # type: ignore[attr-defined]

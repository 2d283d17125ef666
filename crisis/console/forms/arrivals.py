"""Arrivals, stays and how somebody leaves. Times are by the clock of the place; rules are the
services'."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.arrivals.reconciling import Who
from crisis.arrivals.services import GuardianDraft, Release, StayDraft, Stranger
from crisis.arrivals.states import LeftAs, Province
from crisis.console.forms.duty import LOCAL, LocalTime
from crisis.transports.models import Place, Transport
from crisis.transports.states import TransportStatus

LINES = forms.Textarea(attrs={"rows": 2})


class PlaceForm(forms.Form):
    """A form at one place: its times are typed by the clock there."""

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        self.place, self.zone = place, ZoneInfo(place.time_zone)
        super().__init__(*args, **kwargs)
        if "at" in self.fields:
            # Whole minutes: what is typed is never later than now.
            self.fields["at"].initial = clock.now().astimezone(self.zone).strftime(LOCAL)
        if "onward" in self.fields:
            from_here = Transport.objects.filter(origin=place)
            self.fields["onward"].queryset = from_here.exclude(  # type: ignore[attr-defined]
                status=TransportStatus.CANCELLED
            )

    def moment(self) -> datetime:
        """The instant (UTC) of the wall clock that was typed."""
        typed: datetime = self.cleaned_data["at"]
        return make_aware(typed.replace(tzinfo=None), self.zone)

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        field = error.extra.get("field")
        self.add_error(field if field in self.fields else None, str(error))
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"


def _at() -> LocalTime:
    return LocalTime(label=_("时间（当地）"))


def _transports(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Transport.objects.none(), label=label, required=False, empty_label="—"
    )


class ArrivedForm(PlaceForm):
    """Who of a transport arrived, and when. `who` are people as the page names them: 7, or w7 of a
    walk-in."""

    at = _at()
    who = forms.TypedMultipleChoiceField(coerce=lambda text: read_who(text), required=False)

    def __init__(self, *args: Any, whos: frozenset[Who], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (write_who(who), "") for who in whos
        ]


def write_who(who: Who) -> str:
    return f"w{who.ref}" if who.walk_in else str(who.ref)


def read_who(text: str) -> Who:
    return Who(int(text.removeprefix("w")), text.startswith("w"))


class StrangerForm(PlaceForm):
    """Somebody who is on no list."""

    name = forms.CharField(label=_("姓名"), max_length=80)
    document = forms.CharField(label=_("证件号码"), max_length=40, required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
    transport = _transports(_("乘坐"))
    at = _at()
    minor = forms.BooleanField(label=_("未满18周岁"), required=False)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, place=place, **kwargs)
        arriving = Transport.objects.filter(destination=place)
        self.fields["transport"].queryset = arriving.exclude(  # type: ignore[attr-defined]
            status=TransportStatus.CANCELLED
        )

    def stranger(self) -> Stranger:
        names = ("key", "name", "document", "note", "minor")
        return Stranger(**{name: self.cleaned_data[name] for name in names})


class StayForm(PlaceForm):
    bed = forms.CharField(label=_("床位"), max_length=20, required=False)
    food = forms.CharField(label=_("饮食"), max_length=300, required=False, widget=LINES)
    medicine = forms.CharField(label=_("用药"), max_length=300, required=False, widget=LINES)
    needs = forms.CharField(label=_("需要"), max_length=300, required=False, widget=LINES)
    onward = _transports(_("下一程"))
    province = forms.ChoiceField(
        label=_("户籍地"), choices=[("", "—"), *Province.choices], required=False
    )
    minor = forms.BooleanField(label=_("未满18周岁"), required=False)

    def draft(self) -> StayDraft:
        return StayDraft(**self.cleaned_data)


class GuardianForm(PlaceForm):
    name = forms.CharField(label=_("监护人姓名"), max_length=80)
    relation = forms.CharField(label=_("与未成年人的关系"), max_length=40)
    document = forms.CharField(label=_("监护人证件号码"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    basis = forms.CharField(
        label=_("核实方式"),
        max_length=300,
        help_text=_("例如：出生医学证明、户口簿、另一方监护人电话确认，由谁核对。"),
    )

    def draft(self) -> GuardianDraft:
        return GuardianDraft(**self.cleaned_data)


class ReleaseForm(PlaceForm):
    how = forms.TypedChoiceField(
        label=_("去向"), coerce=LeftAs, choices=[("", "—"), *LeftAs.choices]
    )
    at = _at()
    onward = _transports(_("下一程"))
    province = forms.ChoiceField(
        label=_("户籍地"), choices=[("", "—"), *Province.choices], required=False
    )
    with_whom = forms.CharField(
        label=_("接收或陪同的人"), max_length=200, required=False, help_text=_("单位和姓名。")
    )
    document = forms.CharField(
        label=_("监护人出示的证件号码"),
        max_length=40,
        required=False,
        help_text=_("只在交给监护人时填写，照证件原件输入。"),
    )

    def draft(self) -> Release:
        names = ("how", "with_whom", "document", "onward", "province")
        return Release(at=self.moment(), **{name: self.cleaned_data[name] for name in names})

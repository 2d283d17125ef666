"""What planners and officers write into an evacuation. Rules are the services'.

Times are typed by the clock of the place they belong to.
"""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.citizens.forms.fields import CountrySelect, place_choices
from crisis.console.clocks import both
from crisis.console.forms.declare import PostField
from crisis.console.forms.duty import LocalTime
from crisis.transports.models import Corridor, EvacuationOperation, Place, Transport
from crisis.transports.selectors import transports_of, zone_of_arrival
from crisis.transports.services import (
    CorridorDraft,
    FilingDraft,
    PlaceDraft,
    TransportDraft,
)
from crisis.transports.states import (
    OPEN_TO_PLAN,
    CorridorStatus,
    Disclosure,
    PlaceKind,
    TransportKind,
)
from registry.models import Post

UNCHOSEN = ("", "—")
_LIST = re.compile(r"[\s,，、;；>→]+")


class ServiceForm(forms.Form):
    """A form whose rules are a service's: what it refuses stands beside its field."""

    def refuse(self, error: DomainError) -> None:
        field = str(error.extra.get("field", ""))
        self.add_error(field if field in self.fields else None, str(error))
        self.mark_invalid()

    def mark_invalid(self) -> None:
        """What was refused is named to those who do not see it."""
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"


def area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def at_zone(typed: datetime, zone: str) -> datetime:
    """The instant (UTC) of a wall clock there. Django has read its digits by UTC."""
    return make_aware(typed.replace(tzinfo=None), ZoneInfo(zone))


def wall_clock(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def country_field(**options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=place_choices, widget=CountrySelect, **options)


def degrees(label: Any, most: int, **options: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=-most, max_value=most, localize=False, **options)


class OpenForm(ServiceForm):
    name = forms.CharField(label=_("行动名称"), max_length=80)


class PlaceForm(ServiceForm):
    kind = forms.TypedChoiceField(
        label=_("类型"), coerce=PlaceKind, choices=[UNCHOSEN, *PlaceKind.choices]
    )
    name_zh = forms.CharField(label=_("名称"), max_length=80)
    name_en = forms.CharField(label=_("英文名称"), max_length=80, required=False)
    country = country_field(label=_("国家或地区"))
    disclosure = forms.TypedChoiceField(
        label=_("告诉谁"), coerce=Disclosure, choices=[UNCHOSEN, *Disclosure.choices],
        help_text=_("公布后可能成为袭击目标的地点，只告知已确认席位的乘客。"),
    )  # fmt: skip
    latitude = degrees(_("纬度"), 90, help_text=_("-90 到 90，北纬为正"))
    longitude = degrees(_("经度"), 180, help_text=_("-180 到 180，东经为正"))
    time_zone = forms.CharField(
        label=_("时区"), max_length=40, required=False,
        help_text=_("不填则按最近的城市，例如 Pacific/Efate。"),
    )  # fmt: skip
    code = forms.CharField(
        label=_("代码"), max_length=5, required=False,
        help_text=_("承运人用的 IATA 或 UN/LOCODE 代码，例如 VLI。"),
    )  # fmt: skip
    post = PostField(Post.objects.all(), label=_("接收的使领馆"), required=False, empty_label="—")
    beds = forms.IntegerField(label=_("可住人数"), min_value=0, required=False)
    directions = forms.CharField(label=_("到达方式"), max_length=300, required=False, widget=area())
    contact = forms.CharField(
        label=_("现场联系人"), max_length=300, required=False,
        help_text=_("仅本馆人员可见，加密保存。"),
    )  # fmt: skip

    def draft(self) -> PlaceDraft:
        return PlaceDraft(**{**self.cleaned_data, "beds": self.cleaned_data["beds"] or 0})


def of_place(place: Place) -> dict[str, Any]:
    """What the form shows of a place that there is."""
    return {name: getattr(place, name) for name in PlaceForm.base_fields}


class PlaceField(forms.ModelChoiceField):
    """A place with its own time zone, by whose clock times are typed."""

    def label_from_instance(self, obj: Any) -> str:
        name = obj.name_en if get_language() == "en" and obj.name_en else obj.name_zh
        return f"{name} · {obj.time_zone}"


class TransportForm(ServiceForm):
    kind = forms.TypedChoiceField(
        label=_("类型"), coerce=TransportKind, choices=[UNCHOSEN, *TransportKind.choices]
    )
    number = forms.CharField(label=_("编号"), max_length=20, help_text=_("例如 MU2023、3号车"))
    origin = PlaceField(Place.objects.none(), label=_("出发地"))
    departs_at = LocalTime(label=_("出发时间（出发地时间）"))
    destination = PlaceField(Place.objects.none(), label=_("到达地"))
    arrives_at = LocalTime(label=_("到达时间（到达地时间）"))
    stops = forms.CharField(
        label=_("经停"), max_length=80, required=False, help_text=_("依次填写代码，例如 NOU SYD")
    )
    carrier = forms.CharField(label=_("承运人"), max_length=60, required=False)
    carrier_code = forms.CharField(label=_("承运人代码"), max_length=3, required=False)
    seats = forms.IntegerField(label=_("座位"), min_value=0)
    wheelchairs = forms.IntegerField(label=_("轮椅位"), min_value=0, required=False)
    stretchers = forms.IntegerField(label=_("担架位"), min_value=0, required=False)
    laps = forms.IntegerField(label=_("怀抱婴儿"), min_value=0, required=False)
    baggage_kg = forms.IntegerField(label=_("每人行李限重（公斤）"), min_value=0, required=False)
    payload_kg = forms.IntegerField(
        label=_("载重上限（公斤）"), min_value=0, required=False, help_text=_("人和行李合计")
    )
    note = forms.CharField(label=_("说明"), max_length=300, required=False, widget=area())

    def __init__(self, *args: Any, operation: EvacuationOperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = operation.places.filter(retired_at=None)
        own = [pk for end in ("origin", "destination") if (pk := self.initial.get(end))]
        places = places | operation.places.filter(pk__in=own)
        for field in ("origin", "destination"):
            self.fields[field].queryset = places  # type: ignore[attr-defined]

    def draft(self) -> TransportDraft:
        data = dict(self.cleaned_data)
        for name in ("wheelchairs", "stretchers", "laps"):
            data[name] = data[name] or 0
        data["departs_at"] = at_zone(data["departs_at"], data["origin"].time_zone)
        data["arrives_at"] = at_zone(data["arrives_at"], data["destination"].time_zone)
        data["stops"] = [code for code in _LIST.split(data["stops"]) if code]
        return TransportDraft(**data)


def of_transport(transport: Transport) -> dict[str, Any]:
    shown = {name: getattr(transport, name) for name in TransportForm.base_fields}
    return shown | {
        "origin": transport.origin_id,
        "destination": transport.destination_id,
        "departs_at": wall_clock(transport.departs_at, transport.origin.time_zone),
        "arrives_at": wall_clock(transport.arrives_at, transport.destination.time_zone),
        "stops": " ".join(transport.stops),
    }


class LegField(forms.ModelChoiceField):
    """A transport by number, way and local times."""

    def label_from_instance(self, obj: Any) -> str:
        departs, _beijing = both(obj.departs_at, obj.origin.time_zone)
        arrives, _beijing = both(obj.arrives_at, obj.destination.time_zone)
        return f"{obj.number} · {obj.origin} {departs} → {obj.destination} {arrives}"


class ChainForm(ServiceForm):
    """A journey of up to four transports."""

    LEGS = (_("第一段"), _("第二段"), _("第三段"), _("第四段"))

    def __init__(self, *args: Any, operation: EvacuationOperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = transports_of(operation).filter(status__in=OPEN_TO_PLAN)
        for number, label in enumerate(self.LEGS):
            field = LegField(rows, label=label, required=number == 0, empty_label="—")
            self.fields[f"leg{number}"] = field

    def transports(self) -> list[Transport]:
        legs = [self.cleaned_data[f"leg{number}"] for number in range(len(self.LEGS))]
        return [leg for leg in legs if leg is not None]


class CorridorForm(ServiceForm):
    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("用口岸两侧的地名"))
    status = forms.TypedChoiceField(
        label=_("状态"), coerce=CorridorStatus, choices=[UNCHOSEN, *CorridorStatus.choices]
    )
    from_country = country_field(label=_("离开的国家或地区"))
    to_country = country_field(label=_("进入的国家或地区"))
    latitude = degrees(_("纬度"), 90, help_text=_("口岸的位置"))
    longitude = degrees(_("经度"), 180)
    hours = forms.CharField(label=_("开放时间"), max_length=200, help_text=_("当地时间，注明星期"))
    visa_rule = forms.CharField(label=_("签证规定"), max_length=300, widget=area())
    advice = forms.CharField(label=_("路况与提示"), max_length=500, required=False, widget=area(3))
    near_post = PostField(Post.objects.all(), label=_("这一侧的使领馆"), empty_label="—")
    far_post = PostField(Post.objects.all(), label=_("对面的使领馆"), empty_label="—")
    disclosure = forms.TypedChoiceField(
        label=_("告诉谁"), coerce=Disclosure, choices=[UNCHOSEN, *Disclosure.choices],
        help_text=_("不公布的通道，由官员逐个告知，只有报备走此通道的人看得到。"),
    )  # fmt: skip

    def draft(self) -> CorridorDraft:
        return CorridorDraft(**self.cleaned_data)


def of_corridor(corridor: Corridor) -> dict[str, Any]:
    shown = {name: getattr(corridor, name) for name in CorridorForm.base_fields}
    return shown | {"near_post": corridor.near_post_id, "far_post": corridor.far_post_id}


class CorridorField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.get_status_display()}）"


class FilingForm(ServiceForm):
    """What an officer was told; the moment is by the clock of where they go."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    corridor = CorridorField(
        Corridor.objects.none(), label=_("走哪条通道"), required=False, empty_label=_("其他路线")
    )
    to_country = country_field(label=_("去往（不走通道时）"), required=False)
    expected_at = LocalTime(label=_("预计到达时间（到达地时间）"))
    people = forms.CharField(
        label=_("登记人编号"), max_length=400, required=False, help_text=_("例如 12 15 18")
    )
    names = forms.CharField(
        label=_("未登记的同行人"), max_length=2_000, required=False, widget=area(3),
        help_text=_("每行一个姓名"),
    )  # fmt: skip
    contact = forms.CharField(label=_("途中联系电话"), max_length=200, required=False)
    route = forms.CharField(label=_("路线"), max_length=1_000, required=False, widget=area(3))

    def __init__(self, *args: Any, operation: EvacuationOperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.operation = operation
        corridors = operation.corridors.filter(retired_at=None)
        self.fields["corridor"].queryset = corridors  # type: ignore[attr-defined]

    def clean_people(self) -> list[int]:
        typed = [part.lstrip("#") for part in _LIST.split(self.cleaned_data["people"]) if part]
        if wrong := [part for part in typed if not re.fullmatch("[0-9]{1,18}", part)]:
            raise forms.ValidationError(
                _("“%(text)s”不是登记人编号。"), params={"text": "、".join(wrong)}
            )
        return [int(part) for part in typed]

    def draft(self) -> FilingDraft:
        data = self.cleaned_data
        corridor: Corridor | None = data["corridor"]
        zone = zone_of_arrival(self.operation, corridor, data["to_country"])
        return FilingDraft(
            expected_at=at_zone(data["expected_at"], zone),
            corridor=corridor,
            to_country=data["to_country"],
            route=data["route"],
            contact=data["contact"],
            person_refs=data["people"],
            names=data["names"].splitlines(),
        )


class DelayForm(ServiceForm):
    expected_at = LocalTime(label=_("新的预计到达时间（到达地时间）"))
    route = forms.CharField(label=_("新路线"), max_length=1_000, required=False)


class CrossedForm(ServiceForm):
    at = LocalTime(label=_("抵达时间（到达地时间）"))

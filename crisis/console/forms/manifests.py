"""Handing a manifest out: why, to whom and with which columns, and what lets it go abroad."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crisis.evacuation.models import Manifest, Release
from crisis.evacuation.profiles import EVERYTHING, PROFILES
from crisis.evacuation.selectors import live_releases, transports_of
from crisis.evacuation.services import Receiver, Wanted
from crisis.evacuation.services.releasing import LONGEST_H
from crisis.evacuation.states import LegalGround
from crisis.incidents.models import Incident
from crisis.transports.models import Transport
from registry.countries import country_codes, country_name


class TransportField(forms.ModelChoiceField):
    def label_from_instance(self, transport: Transport) -> str:
        return f"{transport.number} {transport.origin}→{transport.destination}"


class ReleaseField(forms.ModelChoiceField):
    def label_from_instance(self, release: Release) -> str:
        profile = PROFILES[release.profile].label
        limit = f" · {release.transport.number}" if release.transport else ""
        return f"{release.receiver} · {profile}{limit}"


def _countries() -> list[tuple[str, str]]:
    language = get_language() or "zh-hans"
    names = [(code, country_name(code, language)) for code in country_codes()]
    return [("", "—"), *sorted(names, key=lambda pair: (pair[0] != "CN", pair[0]))]


class ExportForm(forms.Form):
    """`initial` is what is mostly wanted: everything, for our own people."""

    profile = forms.ChoiceField(
        label=_("接收方类型"),
        choices=lambda: [(code, one.label) for code, one in PROFILES.items()],
        initial=EVERYTHING.code,
        help_text=_("决定文件里有哪些栏目：每类接收方只拿到需要的。"),
    )
    transport = TransportField(
        label=_("运输工具"),
        queryset=Transport.objects.none(),
        required=False,
        empty_label=_("全部"),
    )
    purpose = forms.CharField(label=_("用途"), max_length=200)
    receiver = forms.CharField(label=_("接收单位"), max_length=200, required=False)
    country = forms.ChoiceField(
        label=_("接收单位所在国家或地区"),
        choices=_countries,
        required=False,
        help_text=_("我使领馆和国内单位选中国；境外单位须凭授权。"),
    )
    release = ReleaseField(
        label=_("对外提供授权"),
        queryset=Release.objects.none(),
        required=False,
        empty_label="—",
        help_text=_("选定后，接收单位以授权为准。"),
    )

    def __init__(self, data: Any = None, *, manifest: Manifest) -> None:
        super().__init__(data)
        listed = [transport.pk for transport in transports_of(manifest)]
        found = Transport.objects.filter(pk__in=listed).select_related("origin", "destination")
        self.fields["transport"].queryset = found  # type: ignore[attr-defined]
        self.fields["release"].queryset = live_releases(manifest.incident)  # type: ignore[attr-defined]

    def receiver_given(self) -> Receiver:
        """Who gets the file, of a form that is valid."""
        given = self.cleaned_data
        return Receiver(
            name=given["receiver"],
            purpose=given["purpose"],
            profile=given["profile"],
            country=given["country"],
            release=given["release"],
        )


class ReleaseForm(forms.Form):
    profile = forms.ChoiceField(
        label=_("接收方类型"),
        choices=lambda: [(code, one.label) for code, one in PROFILES.items() if one.abroad],
    )
    receiver = forms.CharField(label=_("接收单位"), max_length=200)
    country = forms.ChoiceField(
        label=_("接收单位所在国家或地区"),
        choices=lambda: [pair for pair in _countries() if pair[0] != "CN"],
    )
    transport = TransportField(
        label=_("限于运输工具"),
        queryset=Transport.objects.none(),
        required=False,
        empty_label=_("全部"),
    )
    basis = forms.ChoiceField(label=_("法律依据"), choices=LegalGround.choices)
    grounds = forms.CharField(
        label=_("理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明为什么必须提供、由谁批准；请勿写个人信息。"),
    )
    hours = forms.IntegerField(label=_("有效小时"), min_value=1, max_value=LONGEST_H, initial=72)

    def __init__(self, data: Any = None, *, incident: Incident) -> None:
        super().__init__(data)
        found = Transport.objects.filter(operation__incident=incident)
        found = found.select_related("origin", "destination")
        self.fields["transport"].queryset = found  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What is asked for, of a form that is valid."""
        return Wanted(**self.cleaned_data)

"""The declaration form. Rules about areas, countries and texts are the services', not ours."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from config.kernel.errors import DomainError
from crisis.console.map import view_of
from crisis.console.templatetags.console import in_language
from crisis.hazards.models import HazardKind, HazardSignal
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.models import Incident
from crisis.incidents.series import mainshocks_for
from crisis.incidents.states import ResponseLevel
from crisis.staff.models import User
from crisis.staff.selectors import posts_of
from notifications.catalogue import TEMPLATES
from notifications.states import WaveKind
from registry.countries import country_name
from registry.models import Post

TEMPLATE_OF_HAZARD = {HazardKind.EARTHQUAKE: "earthquake", HazardKind.TSUNAMI: "earthquake_tsunami"}
POLYGON_CODES = (
    "bad_geojson", "too_many_vertices", "unclosed_ring", "short_ring", "swapped_coordinates",
    "bad_coordinates", "polygon_too_large", "self_crossing", "hole_outside",
    "overlapping_polygons",
)  # fmt: skip
# Which field a refused rule speaks of; what is not named here stands above the form.
FIELD_OF_CODE = {
    "bad_latitude": "latitude",
    "bad_longitude": "longitude",
    "bad_radius": "radius_km",
    "half_circle": "radius_km",
    "two_shapes": "polygon",
    **dict.fromkeys(POLYGON_CODES, "polygon"),
    "unknown_country": "more_countries",
    "unknown_level": "response_level",
    "bad_mainshock": "follows",
    "unknown_template": "template",
}
# Circles to begin with, in km: an officer changes them on sight of the preview.
DEFAULT_RADIUS_KM = 100
# What is sent, and how loudly, is chosen and never left standing.
UNCHOSEN = ("", "—")
VARIABLES = ("place", "place_en", "magnitude", "event", "event_en")


def template_choices() -> list[tuple[str, str]]:
    first = [t for t in TEMPLATES.values() if t.kind == WaveKind.INITIAL]
    return [UNCHOSEN, *((t.code, gettext(t.label)) for t in first)]


class PostField(forms.ModelChoiceField):
    """Posts by their name in the page's language."""

    def label_from_instance(self, obj: Any) -> str:
        return in_language(obj, "name")


class AreaForm(forms.Form):
    """Ground: WGS-84 degrees, kilometres, a pasted polygon, countries."""

    latitude = forms.FloatField(
        label=_("纬度"), required=False, help_text=_("-90 到 90，北纬为正"), localize=False
    )
    longitude = forms.FloatField(
        label=_("经度"), required=False, help_text=_("-180 到 180，东经为正"), localize=False
    )
    radius_km = forms.FloatField(label=_("半径（公里）"), required=False, localize=False)
    polygon = forms.CharField(
        label=_("多边形（GeoJSON）"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("代替圆形：从绘图工具粘贴 Polygon 或 MultiPolygon，先经度后纬度。"),
    )
    countries = forms.MultipleChoiceField(
        label=_("整个国家"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只知道所在国家的人，仅在勾选该国时列入。"),
    )
    more_countries = forms.CharField(
        label=_("其他国家代码"), required=False, max_length=200, help_text=_("如 SB, NC")
    )

    def __init__(self, *args: Any, officer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = posts_of(officer).prefetch_related("jurisdictions")
        language = get_language() or "zh-hans"
        codes = sorted({j.country for post in posts for j in post.jurisdictions.all()})
        self.fields["countries"].choices = [  # type: ignore[attr-defined]
            (code, country_name(code, language)) for code in codes
        ]

    def view(self) -> str:
        """Where the map looks while there is no ground: at the countries of the posts."""
        return view_of([code for code, _name in self.fields["countries"].choices])  # type: ignore[attr-defined]

    def mark_invalid(self) -> None:
        """What was refused is named to those who do not see it."""
        for name, field in self.fields.items():
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"

    def ground(self) -> dict[str, Any]:
        """The columns of the area that the valid form names."""
        data = self.cleaned_data
        radius_km = data["radius_km"]
        return {
            "latitude": data["latitude"],
            "longitude": data["longitude"],
            "radius_m": None if radius_km is None else radius_km * 1000,
            "countries": tuple(dict.fromkeys([*data["countries"], *self._more_countries()])),
            "polygon": data["polygon"] or None,
        }

    def _more_countries(self) -> list[str]:
        text = self.cleaned_data["more_countries"].upper()
        return [code for code in text.replace("，", ",").replace(" ", ",").split(",") if code]

    def refuse(self, error: DomainError) -> None:
        """Show a refused rule beside its field; everything typed stays."""
        self.add_error(FIELD_OF_CODE.get(error.code), str(error))
        for name in set(error.extra.get("missing", ())) & self.fields.keys():
            self.add_error(name, _("此模板需要这一项。"))
        for name in self.errors.keys() & self.fields.keys():
            self.fields[name].widget.attrs["aria-invalid"] = "true"


class DeclareForm(AreaForm):
    """`local_time` is the wall clock at the post."""

    signal_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    post = PostField(Post.objects.none(), label=_("使领馆"), empty_label=None)
    title = forms.CharField(label=_("名称"), max_length=80)
    hazard = forms.ChoiceField(label=_("灾种"), choices=[UNCHOSEN, *HazardKind.choices])
    response_level = forms.ChoiceField(
        label=_("响应级别"),
        choices=[UNCHOSEN, *ResponseLevel.choices],
        help_text=_("红色响应同时使用每个人的所有已验证联系方式。"),
    )
    local_time = forms.DateTimeField(
        label=_("发生时间（驻地时间）"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    follows = forms.ModelChoiceField(
        Incident.objects.none(),
        label=_("主震（余震时选择）"),
        required=False,
        empty_label=_("不是余震"),
        help_text=_("震级低于主震减一时，六小时内已报平安的人不再询问。"),
    )
    template = forms.ChoiceField(label=_("告警模板"))
    place = forms.CharField(label=_("地点（中文）"), max_length=30)
    place_en = forms.CharField(label=_("地点（英文）"), max_length=40)
    magnitude = forms.CharField(label=_("震级"), max_length=4, required=False)
    event = forms.CharField(label=_("事件（中文）"), max_length=20, help_text=_("如：地震"))
    event_en = forms.CharField(
        label=_("事件（英文）"), max_length=30, help_text=_("如：earthquake")
    )

    def __init__(self, *args: Any, officer: User, **kwargs: Any) -> None:
        super().__init__(*args, officer=officer, **kwargs)
        self.fields["post"].queryset = posts_of(officer)  # type: ignore[attr-defined]
        self.fields["follows"].queryset = mainshocks_for(  # type: ignore[attr-defined]
            posts_of(officer).values_list("pk", flat=True)
        )
        self.fields["template"].choices = template_choices()  # type: ignore[attr-defined]
        self.mark_invalid()

    def draft(self) -> IncidentDraft:
        """What the valid form asks for. Raises DomainError where an area cannot be."""
        data = self.cleaned_data
        zone = ZoneInfo(data["post"].time_zone)
        return IncidentDraft(
            post_id=data["post"].pk,
            title=data["title"],
            hazard=data["hazard"],
            response_level=data["response_level"],
            occurred_at=make_aware(data["local_time"].replace(tzinfo=None), zone),
            template=data["template"],
            variables={name: data[name] for name in VARIABLES if data[name]},
            signal_id=data["signal_id"],
            follows_id=data["follows"].pk if data["follows"] else None,
            **self.ground(),
        )


def from_signal(signal: HazardSignal, zone: ZoneInfo) -> dict[str, Any]:
    """Initial values; place words stay the officer's, for feeds write «27 km W of Port-Vila»."""
    template = TEMPLATE_OF_HAZARD.get(HazardKind(signal.kind), "general")
    if signal.tsunami:
        template = "earthquake_tsunami"
    magnitude = "" if signal.magnitude is None else f"{signal.magnitude:.1f}"
    return {
        "signal_id": signal.pk,
        "hazard": signal.kind,
        "title": f"{signal.place} {magnitude}".strip()[:80],
        "latitude": signal.latitude,
        "longitude": signal.longitude,
        "radius_km": DEFAULT_RADIUS_KM,
        "magnitude": magnitude,
        "template": template,
        "local_time": signal.occurred_at.astimezone(zone).replace(tzinfo=None),
        "response_level": ResponseLevel.RED if signal.tsunami else ResponseLevel.ORANGE,
        "event": hazard_word(signal, "zh-hans"),
        "event_en": hazard_word(signal, "en").lower(),
    }


def hazard_word(signal: HazardSignal, language: str) -> str:
    with override(language):
        return str(signal.get_kind_display())

"""What an officer fills in before anything leaves, checked as one piece."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.hazards.models import HazardKind, HazardSignal
from crisis.incidents.models import Incident
from crisis.incidents.states import ResponseLevel
from notifications.states import WaveKind
from notifications.texts import Texts, render, template_named
from registry.geography.areas import Area, area_from
from registry.geography.polygons import geojson_of, read_polygon
from registry.models import Post

# How far an agency's clock may be ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=5)
# The texts that may follow the first one. They are rendered with it, so that a retraction or a
# reminder cannot fail for want of a shorter place name in the hour it is needed.
FOLLOW_UPS = (
    "reminder", "who_else", "retraction", "correction", "update", "contact", "all_clear",
    "released",
)  # fmt: skip
# What they say besides the officer's words, of a usual length.
_SAMPLE = {
    "code": "K7M4Q2",
    "retracted_code": "K7M4Q2",
    "sent_at": "00:00",
    "subject": "集合点",
    "subject_en": "meeting point",
    "value": "市体育场",
    "value_en": "City Stadium",
    "news": "机场将于十八日上午八时恢复起降，请留在集合点等候通知",
    "news_en": "the airport reopens on 18 Dec at 08:00, wait at the meeting point",
    "person": "王*",
    "person_en": "WANG *",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """Ground alone, in the columns of IncidentDraft."""

    latitude: float | None = None
    longitude: float | None = None
    radius_m: float | None = None
    countries: tuple[str, ...] = ()
    polygon: Mapping[str, Any] | str | None = None


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """Degrees WGS-84, metres, UTC. `polygon` is GeoJSON, instead of a circle.
    `follows_id` is the mainshock's incident, where this is an aftershock.
    `variables` are the officer's words for the template: place, place_en, event, event_en,
    magnitude."""

    post_id: int
    title: str
    hazard: str
    response_level: str
    occurred_at: datetime
    latitude: float | None
    longitude: float | None
    radius_m: float | None
    countries: tuple[str, ...]
    template: str
    variables: Mapping[str, str] = field(default_factory=dict)
    signal_id: int | None = None
    polygon: Mapping[str, Any] | str | None = None
    follows_id: int | None = None


def draft_of(incident: Incident) -> IncidentDraft:
    """The draft as it was submitted."""
    return IncidentDraft(
        post_id=incident.post_id,
        title=incident.title,
        hazard=incident.hazard,
        response_level=incident.response_level,
        occurred_at=incident.occurred_at,
        latitude=incident.latitude,
        longitude=incident.longitude,
        radius_m=incident.radius_m,
        countries=tuple(incident.countries),
        template=incident.template,
        variables=incident.variables,
        signal_id=incident.signal_id,
        polygon=incident.polygon,
        follows_id=incident.follows_id,
    )


def area_of(draft: IncidentDraft | AreaDraft) -> Area:
    """The affected area; every way in which it can be wrong is a DomainError of the registry."""
    return area_from(
        latitude=draft.latitude,
        longitude=draft.longitude,
        radius_m=draft.radius_m,
        polygon=draft.polygon,
        countries=draft.countries,
    )


def polygon_of(draft: IncidentDraft | AreaDraft) -> dict[str, Any] | None:
    """The polygon as it is stored, whatever it was pasted as. Raises DomainError as area_of."""
    return geojson_of(read_polygon(draft.polygon)) if draft.polygon else None


def check_draft(draft: IncidentDraft) -> None:
    """Raises DomainError for the first thing that is wrong, naming it and the remedy."""
    if not draft.title.strip():
        raise DomainError("missing_title", _("请填写突发事件名称。"))
    if draft.hazard not in HazardKind.values:
        raise DomainError("unknown_hazard", _("灾种无效。请从列表中选择。"))
    if draft.response_level not in ResponseLevel.values:
        raise DomainError("unknown_level", _("响应级别无效。请从列表中选择。"))
    _check_time(draft)
    if draft.signal_id and not HazardSignal.objects.filter(pk=draft.signal_id).exists():
        raise DomainError("unknown_signal", _("没有这个灾情信号。请从列表中选择，或留空。"))
    area_of(draft)
    if template_named(draft.template).kind != WaveKind.INITIAL:
        raise DomainError("wrong_template", _("所选模板不是首次告警模板。请另选。"))


def _check_time(draft: IncidentDraft) -> None:
    """A storm may be expected; an earthquake has happened."""
    if draft.occurred_at.tzinfo is None:
        raise DomainError("naive_time", _("发生时间缺少时区。请写明时区，例如 2024-12-17T01:47Z。"))
    if draft.hazard == HazardKind.EARTHQUAKE and draft.occurred_at > clock.now() + CLOCKS_DIFFER:
        raise DomainError("future_time", _("地震的发生时间在将来。请检查日期和时区。"))


def content_hash(draft: IncidentDraft) -> str:
    """SHA-256 over everything that decides who is told what, the installation's mode included.

    Equal for a draft as it was typed and as it comes back from the database.
    """
    content = asdict(draft) | {
        "title": draft.title.strip(),
        "occurred_at": draft.occurred_at.astimezone(UTC).isoformat(),
        **ground_as_hashed(draft),
    }
    for late in ("polygon", "follows_id"):  # as hashed before there were any
        if not content[late]:
            del content[late]
    return digest_of(content)


def ground_as_hashed(draft: IncidentDraft | AreaDraft) -> dict[str, Any]:
    """The numbers and the polygon in the form in which the database gives them back."""
    numbers = {name: getattr(draft, name) for name in ("latitude", "longitude", "radius_m")}
    return {
        **{name: None if value is None else float(value) for name, value in numbers.items()},
        "polygon": polygon_of(draft),
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of what an officer saw, and of the mode of the installation they saw it in."""
    text = json.dumps({**content, "mode": settings.MODE}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def text_variables(draft: IncidentDraft, post: Post) -> dict[str, str]:
    """The officer's words, and the time as people there read it."""
    local = draft.occurred_at.astimezone(ZoneInfo(post.time_zone))
    return {
        "when": f"{local.day}日{local:%H:%M}",
        "when_en": f"{local.day} {local:%b %H:%M}",
        **{name: value.strip() for name, value in draft.variables.items()},
    }


def render_texts(draft: IncidentDraft, post: Post) -> Texts:
    """The first texts exactly as they will leave, but for the code. The follow-ups are rendered
    too and thrown away: what would fail later fails now."""
    variables = text_variables(draft, post) | _SAMPLE | {"hotline": settings.HOTLINE}
    for code in (draft.template, *FOLLOW_UPS):
        texts = render(
            template_named(code),
            variables=variables,
            signature_zh=post.signature_zh,
            signature_en=post.signature_en,
            mode=settings.MODE,
        )
        if code == draft.template:
            first = texts
    return first

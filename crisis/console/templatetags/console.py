"""Small helpers of the pages' templates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from config.kernel import clock
from crisis.console.clocks import DATE, both
from crisis.console.map import ground_data
from crisis.console.navigation import BEFORE_OPERATION, EVACUATION, INCIDENT, Link, links
from crisis.incidents.ground import grounds_now
from crisis.incidents.models import Incident
from crisis.operations import wording
from crisis.staff.models import Cover
from crisis.staff.selectors import covers_in_force
from crisis.tracing.models import Enquiry
from crisis.tracing.selectors import enquiries_after, enquiries_for
from crisis.transports.models import Place
from crisis.transports.selectors import operation_of
from registry.countries import country_name
from registry.geography.polygons import read_polygon, square_kilometres
from registry.geography.reasons import Reason
from registry.models import Channel, Language

register = template.Library()


@register.filter
def country(code: str) -> str:
    """`VU` → 瓦努阿图 or Vanuatu, in the page's language."""
    return country_name(code, get_language() or "zh-hans")


@register.filter
def polygon_words(geometry: Mapping[str, Any]) -> str:
    """A stored polygon in words: how many corners, how much ground, where its first corner is."""
    polygon = read_polygon(geometry)
    longitude, latitude = polygon.patches[0][0][0]
    return gettext(
        "多边形：%(vertices)d 个顶点，约 %(area)s 平方公里，起点 %(latitude).4f, %(longitude).4f"
    ) % {
        "vertices": polygon.vertices,
        "area": f"{square_kilometres(polygon):,.0f}",
        "latitude": latitude,
        "longitude": longitude,
    }


register.filter("ground_data", ground_data)
register.filter("grounds", grounds_now)


@register.filter
def in_language(thing: Any, stem: str) -> str:
    """`post|in_language:"name"` reads name_zh or name_en."""
    return str(getattr(thing, f"{stem}_{'en' if get_language() == 'en' else 'zh'}"))


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    return mapping.get(key, 0)


@register.filter
def wave(waves: Mapping[str, Any], pk: int) -> Any:
    """A wave's progress: the table's keys are text, as JSON's are."""
    return waves.get(str(pk), {})


@register.filter
def pairs(table: Any) -> list[tuple[Any, int]]:
    """(key, count), the largest first; takes a mapping or pairs."""
    rows = table.items() if isinstance(table, Mapping) else table
    return sorted(rows, key=lambda row: -row[1])


@register.filter
def channel_name(value: str) -> Any:
    return dict(Channel.choices).get(value, value)


@register.filter
def language_label(value: str) -> Any:
    return dict(Language.choices).get(value, value)


@register.filter
def reason_label(value: int) -> Any:
    return Reason(value).label


NEEDS = {
    "wheelchair": _("轮椅"),
    "stretcher": _("担架"),
    "oxygen": _("吸氧"),
    "infant": _("婴儿"),
    "pregnant": _("怀孕"),
    "infirm": _("年老体弱"),
}


@register.filter
def need_label(code: str) -> Any:
    return NEEDS.get(code, code)


@register.filter
def kilometres(metres: float | None) -> str:
    """Metres as kilometres, with one decimal below 10 km."""
    if metres is None:
        return ""
    return f"{metres / 1000:.1f}" if metres < 10_000 else f"{metres / 1000:,.0f}"


@register.simple_tag
def when(moment: datetime | None, incident: Incident, form: str = DATE) -> str:
    """A moment by the incident's clock with Beijing's beside it: every time on its pages."""
    if moment is None:
        return "—"
    there, beijing = both(moment, incident.post.time_zone, form)
    return format_html(
        '<time datetime="{}">{} <span class="beijing">{}</span></time>',
        moment.isoformat(timespec="seconds"),
        there,
        gettext("北京 %(time)s") % {"time": beijing} if beijing else gettext("北京时间"),
    )


@register.simple_tag
def at_place(moment: datetime | None, zone: str) -> str:
    """A moment by the clock of a place, with Beijing's beside it."""
    if moment is None:
        return "—"
    there, beijing = both(moment, zone)
    return format_html(
        '<time datetime="{}" class="keep">{}</time> <span class="beijing">{}</span>',
        moment.isoformat(timespec="seconds"),
        there,
        gettext("北京 %(time)s") % {"time": beijing} if beijing else gettext("北京时间"),
    )


@register.simple_tag
def clock_now(zone: str) -> str:
    """What a place's clock shows now."""
    return both(clock.now(), zone)[0]


@register.simple_tag
def lasting(begins: datetime, ends: datetime) -> str:
    """How long it takes, to the minute."""
    minutes = round((ends - begins).total_seconds() / 60)
    if minutes < 60:
        return gettext("%(m)d 分钟") % {"m": minutes}
    return gettext("%(h)d 小时 %(m)d 分") % {"h": minutes // 60, "m": minutes % 60}


@register.filter
def place_name(place: Place) -> str:
    """In English where the place has an English name."""
    return place.name_en if get_language() == "en" and place.name_en else place.name_zh


@register.filter
def clocks(moment: datetime, incident: Incident) -> str:
    """The same in the middle of a sentence."""
    there, beijing = both(moment, incident.post.time_zone)
    said = gettext("北京 %(time)s") % {"time": beijing} if beijing else gettext("北京时间")
    return gettext("%(there)s（%(beijing)s）") % {"there": there, "beijing": said}


@register.filter
def there(moment: datetime, incident: Incident) -> str:
    """The incident's clock alone, where a picture has no room for two."""
    return both(moment, incident.post.time_zone)[0]


@register.filter
def duration(seconds: float | None) -> str:
    return wording.duration(seconds)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """This page's query string with some parameters changed; an empty value removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            parameters.pop(name, None)
        else:
            parameters[name] = value
    return "?" + parameters.urlencode()


@register.simple_tag
def cover_of(post_id: int) -> Cover | None:
    """By whom a post is covered at this moment (代管), for the pages of its incidents."""
    covers = covers_in_force().filter(post=post_id)
    return covers.select_related("post", "covered_by").first()


@register.simple_tag(takes_context=True)
def asked_after(context: dict[str, Any], person_id: int) -> list[Enquiry]:
    """Live enquiries after this person that are the officer's to see: whoever reaches the person
    asks them what may be said."""
    theirs = enquiries_for(context["request"].user)
    return list(theirs.filter(pk__in=enquiries_after(person_id).values("pk")))


@register.simple_tag(takes_context=True)
def incident_tabs(context: dict[str, Any], incident: Incident) -> list[Link]:
    """The rooms of this incident that the user may enter."""
    return links(INCIDENT, context["request"].user, incident.pk)


@register.simple_tag(takes_context=True)
def evacuation_tabs(context: dict[str, Any], incident: Incident) -> list[Link]:
    """The rooms of its evacuation that there are and that the user may enter."""
    rooms = EVACUATION if operation_of(incident) else BEFORE_OPERATION
    return links(rooms, context["request"].user, incident.pk)

"""Why we think that somebody is where we think they are, in a sentence for people."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.countries import country_name
from registry.models import Ground, Whereabouts
from registry.whereabouts.deciding import Decision, decide
from registry.whereabouts.legs import local
from registry.whereabouts.reading import facts_of

_FORMAT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Because:
    """`place` counts now, or is None where nothing does; `why` says on what ground, with time,
    source and accuracy; `doubt` is empty unless another place counts as well."""

    place: Whereabouts | None
    where: str
    why: str
    doubt: str


def explain(person_id: int, *, at: datetime) -> Because:
    """Where this person is thought to be at `at`, and why, in the language of the page."""
    decision = decide(facts_of([person_id])[person_id], at)
    place = Whereabouts.objects.filter(pk=decision.fact_id or 0).first()
    if place is None:
        sentence = _("没有登记可依据的常住地、行程或近 72 小时内的位置，或本人表示暂不在国外。")
        return Because(None, "", sentence, "")
    doubt = _("行程前后 48 小时内，行程所在地与常住地等都算在内。") if decision.contested else ""
    return Because(place, name_of(place), _why(decision, place), doubt)


def name_of(place: Whereabouts) -> str:
    """瓦努阿图 · 维拉港"""
    country = country_name(place.country, get_language() or "")
    return f"{country} · {place.city}" if place.city else country


def _why(decision: Decision, place: Whereabouts) -> str:
    return _sentence(decision.ground) % {
        "recorded": f"{place.recorded_at:{_FORMAT}}",
        "starts": _local(place.starts_at, place),
        "ends": _local(place.ends_at, place),
        "source": place.get_source_display(),
        "accuracy": accuracy_of(place),
    }


def _local(moment: datetime | None, place: Whereabouts) -> str:
    return f"{local(moment, place):{_FORMAT}}" if moment else ""


def _sentence(ground: Ground) -> str:
    return {
        Ground.SHARED: _(
            "依据 %(recorded)s UTC 的位置（%(source)s），%(accuracy)s；72 小时内以此为准。"
        ),
        Ground.TRIP: _(
            "依据行程：当地时间 %(starts)s 至 %(ends)s（%(source)s，%(recorded)s UTC 登记），"
            "%(accuracy)s。"
        ),
        Ground.TRIP_OVER: _(
            "行程于当地时间 %(ends)s 结束，其后 48 小时内仍可能在此（%(source)s），%(accuracy)s。"
        ),
        Ground.TRIP_AHEAD: _(
            "行程将于当地时间 %(starts)s 开始，此前 48 小时内可能已到（%(source)s），%(accuracy)s。"
        ),
        Ground.RESIDENCE: _(
            "依据常住地（%(source)s，%(recorded)s UTC 登记），%(accuracy)s；没有进行中的行程，"
            "72 小时内也没有分享过位置。"
        ),
    }[ground]


def accuracy_of(place: Whereabouts) -> str:
    """How well we know it: 精度约 100 米."""
    if place.accuracy_m is None:
        return _("只知国家")
    if place.accuracy_m < 1_000:
        return _("精度约 %(metres)d 米") % {"metres": round(place.accuracy_m)}
    return _("精度约 %(kilometres)d 公里") % {"kilometres": round(place.accuracy_m / 1_000)}

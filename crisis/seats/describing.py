"""A journey in the words of a message: what, when and from where, in both languages.

A place that would become a target is named to nobody whose seat is not confirmed. Times are those
of the place, by its own clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from config.kernel.text import clean
from crisis.transports.models import Journey, Place, Transport
from crisis.transports.states import Disclosure

ZH, EN = "zh-hans", "en"
NOT_TOLD_YET = gettext_noop("（地点确认席位后告知）")
NO_LIMIT = gettext_noop("行李从简，限随身物品")
NO_BAGGAGE = gettext_noop("不能携带行李")
# Characters, so that no message grows beyond what a text of the catalogue may have.
PLACE_LENGTH = 25
MEETING_LENGTH = 50
TRANSPORTS_LENGTH = 50
_BRACKETS = str.maketrans("【】", "（）")  # vendors refuse them within a text


class Words(NamedTuple):
    """The same in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        """In the language that is spoken now."""
        return self.en if get_language() == EN else self.zh


@dataclass(frozen=True, slots=True)
class Described:
    """Everything a message or a page says of a journey. `meeting` is empty until it may be told."""

    transport: Words
    departs: Words
    arrives: Words
    origin: Words
    destination: Words
    baggage: Words
    meeting: Words

    def variables(self) -> dict[str, str]:
        """As the templates of the catalogue name them."""
        parts = {
            "transport": self.transport, "departs": self.departs, "from": self.origin,
            "to": self.destination, "baggage": self.baggage,
        }  # fmt: skip
        if self.meeting.zh:
            parts["meeting"] = self.meeting
        return _named(parts)


def _named(parts: dict[str, Words]) -> dict[str, str]:
    chinese = {f"seat_{name}": words.zh for name, words in parts.items()}
    return chinese | {f"seat_{name}_en": words.en for name, words in parts.items()}


def legs_of(journey: Journey) -> list[Transport]:
    """The transports in the order in which they are taken."""
    legs = journey.legs.select_related("transport__origin", "transport__destination")
    return [leg.transport for leg in legs.order_by("position")]


def describe(legs: Sequence[Transport], *, confirmed: bool) -> Described:
    """What may be said to a party whose seat is, or is not yet, confirmed."""
    first, last = legs[0], legs[-1]
    return Described(
        transport=_transports(legs),
        departs=moment(first.departs_at, first.origin.time_zone),
        arrives=moment(last.arrives_at, last.destination.time_zone),
        origin=_place(first.origin, confirmed),
        destination=_place(last.destination, confirmed),
        baggage=_baggage(legs),
        meeting=_meeting(first.origin) if confirmed else Words("", ""),
    )


def moment(at: datetime, time_zone: str) -> Words:
    """A moment by the clock of a place, without its zone."""
    local = at.astimezone(ZoneInfo(time_zone))
    month = _MONTHS[local.month]
    return Words(f"{local.month}月{local.day}日{local:%H:%M}", f"{local.day} {month} {local:%H:%M}")


# Not the machine's own language: strftime would ask the locale.
_MONTHS = (
    "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def _transports(legs: Sequence[Transport]) -> Words:
    return Words(
        _plain("转".join(f"{_kind(leg, ZH)}{leg.number}" for leg in legs), TRANSPORTS_LENGTH),
        _plain(
            ", then ".join(f"{_kind(leg, EN).lower()} {leg.number}" for leg in legs),
            TRANSPORTS_LENGTH,
        ),
    )


def _kind(leg: Transport, language: str) -> str:
    with override(language):
        return str(leg.get_kind_display())


def _place(place: Place, confirmed: bool) -> Words:
    if place.disclosure == Disclosure.PASSENGERS and not confirmed:
        return both(NOT_TOLD_YET)
    english = place.name_en or place.name_zh
    return Words(_plain(place.name_zh, PLACE_LENGTH), _plain(english, PLACE_LENGTH))


def _meeting(place: Place) -> Words:
    zh = "，".join(part for part in (place.name_zh, place.directions) if part)
    en = ", ".join(part for part in (place.name_en or place.name_zh, place.directions) if part)
    return Words(_plain(zh, MEETING_LENGTH), _plain(en, MEETING_LENGTH))


def _plain(text: str, most: int) -> str:
    """Words that a vendor takes, cut where they are too long."""
    words = clean(text).translate(_BRACKETS)
    return words if len(words) <= most else words[: most - 1] + "…"


def _baggage(legs: Sequence[Transport]) -> Words:
    """The narrowest of the legs' limits."""
    limits = [leg.baggage_kg for leg in legs if leg.baggage_kg is not None]
    if not limits:
        return both(NO_LIMIT)
    if min(limits) == 0:
        return both(NO_BAGGAGE)
    with override(ZH):
        chinese = _("每人行李不超过%(kg)s公斤") % {"kg": min(limits)}
    with override(EN):
        return Words(chinese, _("每人行李不超过%(kg)s公斤") % {"kg": min(limits)})


def both(text: str) -> Words:
    """A sentence of the code, marked with gettext_noop, in both languages."""
    with override(EN):
        return Words(text, _(text))

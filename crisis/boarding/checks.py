"""What somebody at a gate has to look at before they let a person pass. Pure: codes alone; the
words are the page's (crisis.public.gate_words)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crisis.seats.parties import ADULT_FROM, age_on
from crisis.transports.states import PlaceClass

# Many countries want a passport to be good for six months on the day of entry.
SHORT_OF = timedelta(days=183)
LAP_UNDER = 2  # years; IATA: an infant has not had their second birthday
_NEEDS = {
    "wheelchair": PlaceClass.WHEELCHAIR,
    "stretcher": PlaceClass.STRETCHER,
}
# Told as they are: the crew has to agree to carry these.
_FITNESS = ("oxygen", "pregnant")


@dataclass(frozen=True, slots=True)
class Passenger:
    """A row of a manifest with the class of place on this transport. `with_adult` says whether
    somebody of age in the party is on the same transport."""

    data: Mapping[str, Any]
    place_class: str
    with_adult: bool


def checks(one: Passenger, day: date) -> list[str]:
    """Codes, the gravest first; `day` is the day of departure at the gate."""
    if "document_number" not in one.data:
        return ["unreadable"]
    return [*_papers(one.data, day), *_alone(one, day), *_place(one, day)]


def is_of_age(data: Mapping[str, Any], day: date) -> bool:
    """Whoever's birth date is not known counts as of age, unless the manifest calls them an infant:
    a missing date must not make every adult a lone child."""
    age = _age(data, day)
    return "infant" not in (data.get("needs") or ()) and (age is None or age >= ADULT_FROM)


def _papers(data: Mapping[str, Any], day: date) -> list[str]:
    found = []
    if not data.get("document_number"):
        found.append("no_document")
    expires = _day(data.get("document_expires_on"))
    if expires is not None and expires < day:
        found.append("document_expired")
    elif expires is not None and expires < day + SHORT_OF:
        found.append("document_short")
    return found


def _alone(one: Passenger, day: date) -> list[str]:
    return ["minor_alone"] if not one.with_adult and not is_of_age(one.data, day) else []


def _place(one: Passenger, day: date) -> list[str]:
    needs = one.data.get("needs") or ()
    found = [need for need in _NEEDS if need in needs or one.place_class == need]
    found += ["place_differs" for need, place in _NEEDS.items() if need in needs
              and one.place_class not in (place, PlaceClass.STRETCHER)]  # fmt: skip
    if one.place_class == PlaceClass.LAP:
        age = _age(one.data, day)
        found.append("lap_too_old" if age is not None and age >= LAP_UNDER else "lap")
    return [*dict.fromkeys(found), *(need for need in _FITNESS if need in needs)]


def _age(data: Mapping[str, Any], day: date) -> int | None:
    return age_on(_day(data.get("birth_date")), day)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None

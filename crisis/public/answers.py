"""What was pressed and typed on the check-in page, read into an answer.

A broken detail is left out and never costs the answer that came with it.
"""

import math
import unicodedata
from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest, QueryDict

from notifications.services.links import NOTE_LENGTH, LinkAnswer
from notifications.states import Meaning, Plan

CHOICES = {
    "safe": Meaning.SAFE,
    "all_safe": Meaning.ALL_SAFE,
    "needs_help": Meaning.NEEDS_HELP,
    "left_area": Meaning.LEFT_AREA,
    "wants_out": Meaning.WANTS_OUT,
    "seat_yes": Meaning.SEAT_YES,
    "seat_no": Meaning.SEAT_NO,
}
MEMBER = "member-"
MEMBER_WORDS = {"safe": Meaning.SAFE, "needs_help": Meaning.NEEDS_HELP}
MOST_AGE_S = 40 * 86_400


def read_answer(request: HttpRequest) -> LinkAnswer | None:
    """The answer in a POST; None where nothing was chosen and nothing was added."""
    said = request.POST
    if said.get("part") == "details":
        answer = _details(said)
    elif (meaning := _chosen(said)) is not None:
        answer = LinkAnswer(meaning=meaning)
    else:
        return None
    if answer is None:
        return None
    place = position_of(said)
    return replace(
        answer,
        key=said.get("key", "")[:64],
        page_key=said.get("page_key", "")[:64],
        age=timedelta(seconds=min(_number(said, "age_s", math.inf) or 0.0, MOST_AGE_S)),
        latitude=place.get("latitude"),
        longitude=place.get("longitude"),
        accuracy_m=place.get("accuracy_m"),
    )


def _chosen(said: QueryDict) -> Meaning | None:
    """The pressed button; «safe» pressed for the whole family says all are safe."""
    meaning = CHOICES.get(said.get("choice", ""))
    if meaning == Meaning.SAFE and said.get("who") == "all":
        return Meaning.ALL_SAFE
    return meaning


def _details(said: QueryDict) -> LinkAnswer | None:
    plan = said.get("plan", "")
    answer = LinkAnswer(
        meaning=Meaning.DETAILS,
        note=" ".join(said.get("note", "").replace("\0", "").split())[:NOTE_LENGTH],
        party=_count(said.get("party", "")),
        plan=Plan(plan) if plan in Plan.values else None,
        members=_members(said),
        with_help=said.get("after") == Meaning.NEEDS_HELP.value,
    )
    told = answer.note or answer.plan or answer.members or answer.party is not None
    return answer if told or position_of(said) else None


def _members(said: QueryDict) -> dict[int, Meaning]:
    return {
        int(name.removeprefix(MEMBER)): MEMBER_WORDS[word]
        for name, word in said.items()
        if name.startswith(MEMBER)
        and name.removeprefix(MEMBER).isdecimal()
        and len(name) < len(MEMBER) + 19
        and word in MEMBER_WORDS
    }


def _count(text: str) -> int | None:
    digits = unicodedata.normalize("NFKC", text).strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 3 else None


def position_of(said: QueryDict) -> dict[str, float]:
    """The shared position, WGS-84 degrees and metres; one that cannot be is left out."""
    latitude = _number(said, "latitude", 90)
    longitude = _number(said, "longitude", 180)
    if latitude is None or longitude is None:
        return {}
    # Half the globe: how vague is too vague is the registry's business.
    accuracy = _number(said, "accuracy_m", 20_004_000)
    found = {"latitude": latitude, "longitude": longitude}
    return found if accuracy is None else found | {"accuracy_m": abs(accuracy)}


def _number(said: QueryDict, name: str, limit: float) -> float | None:
    try:
        value = float(said.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None

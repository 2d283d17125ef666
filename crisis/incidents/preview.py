"""What would happen, before anything leaves: how many, who, what they would read."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.drafts import IncidentDraft, area_of, check_draft, content_hash, render_texts
from crisis.incidents.states import ResponseLevel
from crisis.staff.models import User
from notifications.segments import count_segments
from notifications.texts import Texts
from registry.geography.inside import Inside, NearMiss, people_inside, people_near
from registry.models import Post
from registry.reach import Reach, addresses_for
from registry.selectors.whereabouts import current_places

PEOPLE_NEAR_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PreviewText:
    """One text as it will leave. `fields` is set for WeChat, `segments` for SMS."""

    channel: str
    language: str
    text: str
    fields: dict[str, str]
    length: int
    segments: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Counts of people, except `addresses` and `by_channel`, which count messages. `from_edge`:
    distances of those near are from a polygon's edge, not from a circle's centre."""

    total: int
    certain: int
    uncertain: int
    unaddressed: int
    addresses: int
    by_country: dict[str, int]
    by_city: dict[str, int]
    by_channel: dict[str, int]
    by_language: dict[str, int]
    near: list[NearMiss]
    from_edge: bool
    texts: list[PreviewText]
    needs_second_officer: bool
    content_hash: str


def preview_incident(*, draft: IncidentDraft, officer: User) -> Preview:
    """Look at a draft. Changes nothing. Raises DomainError for whatever declaring would refuse,
    but for an empty audience, which is shown as such."""
    check_draft(draft)
    post = post_for(draft, officer)
    texts = render_texts(draft, post)
    area, at = area_of(draft), clock.now()
    inside = people_inside(area, at=at)
    reach = reach_of(draft, inside)
    places = current_places(inside.person_ids.tolist(), at=at)
    certain = int(inside.certain.sum())
    return Preview(
        total=len(inside.person_ids),
        certain=certain,
        uncertain=len(inside.person_ids) - certain,
        unaddressed=len(reach.unaddressed),
        addresses=len(reach.addresses),
        by_country=dict(Counter(country for country, _city in places.values()).most_common()),
        by_city=dict(Counter(city for _country, city in places.values() if city).most_common(20)),
        by_channel=dict(Counter(a.channel for a in reach.addresses).most_common()),
        by_language=dict(Counter(a.language for a in reach.addresses).most_common()),
        near=people_near(area, at=at, limit=PEOPLE_NEAR_SHOWN),
        from_edge=area.polygon is not None,
        texts=texts_shown(texts),
        needs_second_officer=needs_second_officer(len(inside.person_ids)),
        content_hash=content_hash(draft),
    )


def needs_second_officer(people: int) -> bool:
    """Blueprint promise 8: above the threshold two people decide, at every entrance."""
    return people > settings.TWO_PERSON_THRESHOLD


def reach_of(draft: IncidentDraft, inside: Inside) -> Reach:
    """At red every verified address is used at once, otherwise each person's preferred one."""
    return addresses_for(
        inside.person_ids.tolist(), prefer_first=draft.response_level != ResponseLevel.RED
    )


def post_for(draft: IncidentDraft, officer: User) -> Post:
    """The draft's post, if it is the officer's. Raises DomainError outside_jurisdiction."""
    post = officer.posts.filter(pk=draft.post_id).first()
    if post is None:
        raise DomainError(
            "outside_jurisdiction", _("您不属于该使领馆，不能为其宣布突发事件。"), status=403
        )
    return post


def texts_shown(texts: Texts) -> list[PreviewText]:
    """Each text by itself, with what it costs to send."""
    found = []
    for channel in ("sms", "wechat"):
        for language, said in texts[channel].items():
            fields = said if isinstance(said, dict) else {}
            text = "\n".join(fields.values()) if fields else str(said)
            segments = 0 if fields else count_segments(text)
            found.append(PreviewText(channel, language, text, fields, len(text), segments))
    return found

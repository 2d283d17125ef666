"""What would happen, before anything leaves: how many, who, what they would read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.drafts import IncidentDraft, area_of, check_draft, content_hash, render_texts
from crisis.incidents.ground import only
from crisis.incidents.likeness import same_event
from crisis.incidents.models import Incident
from crisis.incidents.series import fresh_among, mainshock_of
from crisis.incidents.states import ResponseLevel
from crisis.staff.models import User
from crisis.staff.selectors import posts_of
from notifications.expecting import ExpectedPace, expected_paces, seconds_in_all
from notifications.segments import count_segments
from notifications.texts import Texts
from registry.geography.inside import Inside, NearMiss, people_inside, people_near
from registry.models import Post
from registry.reach import Reach, addresses_for
from registry.selectors.groups import GroupShare, shares_of_groups
from registry.selectors.whereabouts import current_places

PEOPLE_NEAR_SHOWN = 50
CITIES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PreviewText:
    """One text as it will leave, and to how many addresses where that is known. `fields` is set
    for WeChat, `segments` for SMS."""

    channel: str
    language: str
    text: str
    fields: dict[str, str]
    length: int
    segments: int
    messages: int = 0

    @property
    def segments_in_all(self) -> int:
        return self.segments * self.messages


@dataclass(frozen=True, slots=True)
class Preview:
    """Counts of people, except `addresses` and `by_channel`, which count messages. `from_edge`:
    distances of those near are from a polygon's edge, not from a circle's centre. A person in two
    groups counts in both, so `by_group` need not sum to anything; `ungrouped` are in none.
    `unasked` answered just before this aftershock and are not asked; the figures of messages leave
    them out. `elsewhere` are in none of the cities named.
    `takes_s`: seconds from the first message to the last, as far as `paces` can tell. `same` are
    open incidents of the same event."""

    total: int
    certain: int
    uncertain: int
    unasked: int
    unaddressed: int
    addresses: int
    by_country: dict[str, int]
    by_city: dict[str, int]
    elsewhere: int
    by_group: list[GroupShare]
    ungrouped: int
    by_channel: dict[str, int]
    by_language: dict[str, int]
    near: list[NearMiss]
    more_near: bool
    from_edge: bool
    texts: list[PreviewText]
    paces: list[ExpectedPace]
    takes_s: float | None
    same: list[Incident]
    needs_second_officer: bool
    content_hash: str


def preview_incident(*, draft: IncidentDraft, officer: User, own: int = 0) -> Preview:
    """Look at a draft. Changes nothing. Raises DomainError for whatever declaring would refuse,
    but for an empty audience, which is shown as such, and for an incident of the same event, which
    is shown too. `own` is the incident whose draft this is."""
    check_draft(draft)
    post = post_for(draft, officer)
    texts = render_texts(draft, post)
    area, at = area_of(draft), clock.now()
    inside = people_inside(area, at=at)
    fresh = fresh_among(draft, mainshock_of(draft), inside.person_ids)
    reach = reach_of(draft, only(inside, ~np.isin(inside.person_ids, sorted(fresh))))
    places = current_places(inside.person_ids.tolist(), at=at)
    near = people_near(area, at=at, limit=PEOPLE_NEAR_SHOWN + 1)
    groups, ungrouped = shares_of_groups(inside.person_ids.tolist())
    paces = expected_paces(Counter(a.channel for a in reach.addresses))
    cities = Counter(city for _country, city in places.values() if city)
    by_city = dict(cities.most_common(CITIES_SHOWN))
    certain = int(inside.certain.sum())
    return Preview(
        total=len(inside.person_ids),
        certain=certain,
        uncertain=len(inside.person_ids) - certain,
        unasked=len(fresh),
        unaddressed=len(reach.unaddressed),
        addresses=len(reach.addresses),
        by_country=dict(Counter(country for country, _city in places.values()).most_common()),
        by_city=by_city,
        elsewhere=len(inside) - sum(by_city.values()),
        by_group=groups,
        ungrouped=ungrouped,
        by_channel=dict(Counter(a.channel for a in reach.addresses).most_common()),
        by_language=dict(Counter(a.language for a in reach.addresses).most_common()),
        near=near[:PEOPLE_NEAR_SHOWN],
        more_near=len(near) > PEOPLE_NEAR_SHOWN,
        from_edge=area.polygon is not None,
        texts=texts_shown(texts, Counter((a.channel, a.language) for a in reach.addresses)),
        paces=paces,
        takes_s=seconds_in_all(paces),
        same=same_event(draft, inside=inside, own=own),
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
    """The draft's post, if it is the officer's or covered by theirs. Raises DomainError
    outside_jurisdiction."""
    post = posts_of(officer).filter(pk=draft.post_id).first()
    if post is None:
        raise DomainError(
            "outside_jurisdiction", _("您不属于该使领馆，不能为其宣布突发事件。"), status=403
        )
    return post


def texts_shown(
    texts: Texts, messages: Mapping[tuple[str, str], int] | None = None
) -> list[PreviewText]:
    """Each text by itself, with what it costs to send; `messages` by channel and language."""
    counts, found = messages or {}, []
    for channel in ("sms", "wechat"):
        for language, said in texts[channel].items():
            fields = said if isinstance(said, dict) else {}
            text = "\n".join(fields.values()) if fields else str(said)
            segments = 0 if fields else count_segments(text)
            n = counts.get((channel, language), 0)
            found.append(PreviewText(channel, language, text, fields, len(text), segments, n))
    return found

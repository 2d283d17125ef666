"""Whether an event was declared already: docs/decisions/two-officers-one-incident.md."""

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.hazards.models import HazardKind
from crisis.incidents.audience import frozen_ids
from crisis.incidents.drafts import IncidentDraft, area_of, draft_of
from crisis.incidents.ground import ground_of, grounds_now
from crisis.incidents.models import Incident
from crisis.incidents.selectors import alert_wave
from crisis.incidents.states import IncidentState
from registry.geography.inside import Inside, people_inside
from registry.geography.touching import areas_touch

# Reports of one shock differ by minutes; a storm, a flood or unrest is dated by the day at best.
SUDDEN, SLOW = timedelta(hours=1), timedelta(hours=24)
SUDDEN_KINDS = frozenset({HazardKind.EARTHQUAKE, HazardKind.TSUNAMI, HazardKind.VOLCANO})
# One officer writes down the shock and the other its wave.
ONE_KIND = frozenset({HazardKind.EARTHQUAKE, HazardKind.TSUNAMI})


def same_event(draft: IncidentDraft, *, inside: Inside, own: int = 0) -> list[Incident]:
    """Open incidents of the draft's post that are of the same event, the earliest first.

    Same: from the same hazard signal; or of the same kind, close in time, and on common ground or
    with people in common. `own` is the draft's own; an aftershock is not its mainshock. One whose
    alert was taken back stands in nobody's way.
    """
    alike = Incident.objects.filter(
        _same_signal(draft) | _same_time(draft),
        state__in=(IncidentState.DRAFT, IncidentState.DECLARED),
        post_id=draft.post_id,
    ).exclude(pk__in=(own, draft.follows_id or 0))
    return [
        other
        for other in alike.select_related("post", "submitted_by").order_by("pk")
        if _stands(other) and (_one_signal(other, draft) or _meet(other, draft, inside))
    ]


def another_event(
    draft: IncidentDraft, *, inside: Inside, another_than: Collection[int]
) -> list[int]:
    """The incidents of the same event by all signs that the officer has seen and says this is not.

    Raises DomainError already_declared, which names the first of the others and who declared it.
    """
    found = same_event(draft, inside=inside)
    if unseen := [other for other in found if other.pk not in another_than]:
        first = unseen[0]
        raise DomainError(
            "already_declared",
            who_declared(first),
            {
                "incident": first.pk,
                "incidents": [other.pk for other in unseen],
                "declared_by": first.submitted_by.username,
                "declared_at": first.submitted_at.isoformat(),
            },
            status=409,
        )
    return [other.pk for other in found]


def who_declared(incident: Incident) -> str:
    """Who was first, when by the clock of the post, and that nothing left twice."""
    words = {
        "name": incident.submitted_by.username,
        "at": f"{localtime(incident.submitted_at, ZoneInfo(incident.post.time_zone)):%m-%d %H:%M}",
        "title": incident.title,
        "people": incident.audience_count or incident.people_previewed,
    }
    if incident.state == IncidentState.DRAFT:
        return (
            _(
                "%(name)s 已于 %(at)s 为同一事件提交“%(title)s”（%(people)d 人），正待复核。"
                "您的这份没有提交，也没有发出任何消息。"
            )
            % words
        )
    return (
        _(
            "%(name)s 已于 %(at)s 宣布同一事件“%(title)s”（%(people)d 人）。"
            "您的这份没有宣布，也没有发出任何消息。"
        )
        % words
    )


def _same_signal(draft: IncidentDraft) -> Q:
    return Q(signal_id=draft.signal_id) if draft.signal_id else Q(pk__in=())


def _same_time(draft: IncidentDraft) -> Q:
    apart = SUDDEN if draft.hazard in SUDDEN_KINDS else SLOW
    kinds = ONE_KIND if draft.hazard in ONE_KIND else {draft.hazard}
    at = draft.occurred_at
    return Q(hazard__in=kinds, occurred_at__range=(at - apart, at + apart))


def _one_signal(other: Incident, draft: IncidentDraft) -> bool:
    return draft.signal_id is not None and other.signal_id == draft.signal_id


def _stands(incident: Incident) -> bool:
    return incident.state == IncidentState.DRAFT or alert_wave(incident) is not None


def _meet(other: Incident, draft: IncidentDraft, inside: Inside) -> bool:
    """A draft has no frozen people yet; what was declared may have been redrawn since."""
    area = area_of(draft)
    if any(areas_touch(area_of(ground_of(piece)), area) for piece in grounds_now(other)):
        return True
    if other.state == IncidentState.DRAFT:
        theirs = people_inside(area_of(draft_of(other)), at=clock.now()).person_ids
    else:
        theirs = frozen_ids(other)
    return bool(np.isin(inside.person_ids, theirs).any())

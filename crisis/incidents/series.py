"""地震序列: a mainshock and what follows it; who is asked again, and whose answer still holds.

At the magnitude of the mainshock minus one or more, an aftershock may have changed everything and
everybody is asked again. Below that, those who said less than STALE_AFTER ago that they are well
are not: their answer is taken along. Where a magnitude is not known, everybody is asked.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.hazards.models import HazardKind, HazardSignal
from crisis.incidents.drafts import IncidentDraft
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState

# An answer that is older says little about now. Our own choice, to be reviewed by those who serve.
STALE_AFTER = timedelta(hours=6)
AS_STRONG_WITHIN = 1.0
# (incident ids, person ids, since) → who answered since then that they are well
FindFresh = Callable[[Collection[int], Collection[int], datetime], set[int]]
_finders: list[FindFresh] = []


def register_fresh(find: FindFresh) -> None:
    """The roll call, a floor above, says whose answer is how old."""
    _finders[:] = [find]


def magnitude_of(thing: Incident | IncidentDraft) -> float | None:
    """As the agency reported it; else as the officer wrote it for the message."""
    signal = HazardSignal.objects.filter(pk=thing.signal_id).first() if thing.signal_id else None
    if signal is not None and signal.magnitude is not None:
        return float(signal.magnitude)
    try:
        return float(thing.variables.get("magnitude", ""))
    except ValueError:
        return None


def asks_everybody(thing: Incident | IncidentDraft, mainshock: Incident) -> bool:
    """Whether an aftershock is so strong, or so little known, that everybody is asked again."""
    own, first = magnitude_of(thing), magnitude_of(mainshock)
    return own is None or first is None or own >= first - AS_STRONG_WITHIN - 1e-9


def series_of(incident: Incident) -> QuerySet[Incident]:
    """The whole series, the mainshock first; of an incident without one, itself alone."""
    root = incident.follows_id or incident.pk
    found = Incident.objects.filter(Q(pk=root) | Q(follows=root))
    return found.exclude(state=IncidentState.DISCARDED).order_by("occurred_at", "pk")


def incidents_before(incident: Incident) -> list[int]:
    """The others of the series that were declared: where people may have answered."""
    known = (IncidentState.DECLARED, IncidentState.STOOD_DOWN)
    found = series_of(incident).filter(state__in=known).exclude(pk=incident.pk)
    return list(found.values_list("pk", flat=True))


def check_mainshock(thing: Incident | IncidentDraft, mainshock: Incident) -> None:
    """Raises DomainError bad_mainshock where one cannot be the other's aftershock."""
    wrong = (
        mainshock.post_id != thing.post_id
        or mainshock.follows_id is not None
        or mainshock.hazard != HazardKind.EARTHQUAKE
        or thing.hazard != HazardKind.EARTHQUAKE
        or mainshock.occurred_at >= thing.occurred_at
        or mainshock.state not in (IncidentState.DECLARED, IncidentState.STOOD_DOWN)
    )
    if wrong:
        raise DomainError(
            "bad_mainshock",
            _("主震须是本馆此前已宣布的地震事件，且本身不是余震。请另选，或留空。"),
            {"field": "follows"},
        )


def mainshock_of(draft: IncidentDraft) -> Incident | None:
    """What the draft follows. Raises DomainError bad_mainshock."""
    if draft.follows_id is None:
        return None
    mainshock = Incident.objects.filter(pk=draft.follows_id).first()
    if mainshock is None:
        raise DomainError(
            "bad_mainshock", _("没有这个主震事件。请另选，或留空。"), {"field": "follows"}
        )
    check_mainshock(draft, mainshock)
    return mainshock


def mainshocks_for(post_ids: Collection[int]) -> QuerySet[Incident]:
    """What an aftershock at one of these posts may follow, the newest first."""
    return Incident.objects.filter(
        post__in=post_ids,
        follows=None,
        hazard=HazardKind.EARTHQUAKE,
        state__in=(IncidentState.DECLARED, IncidentState.STOOD_DOWN),
    ).order_by("-occurred_at", "-pk")


def fresh_among(
    thing: Incident | IncidentDraft, mainshock: Incident | None, person_ids: NDArray[np.int64]
) -> set[int]:
    """Those of these people who are not asked again."""
    if mainshock is None or asks_everybody(thing, mainshock):
        return set()
    ids = list(series_of(mainshock).values_list("pk", flat=True))
    since = clock.now() - STALE_AFTER
    return set().union(*(find(ids, person_ids.tolist(), since) for find in _finders))


def unasked_of(incident: Incident, person_ids: NDArray[np.int64]) -> NDArray[np.uint8] | None:
    """For the frozen audience: 1 for each who is not asked; None where everybody is."""
    fresh = fresh_among(incident, incident.follows, person_ids)
    if not fresh:
        return None
    return np.isin(person_ids, np.array(sorted(fresh), np.int64)).astype(np.uint8)

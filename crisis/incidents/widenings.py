"""Ground to be added to an incident, looked at before anybody is told."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.audience import frozen_ids
from crisis.incidents.drafts import AreaDraft, area_of, digest_of, draft_of, ground_as_hashed
from crisis.incidents.models import Incident, Widening
from crisis.incidents.preview import PreviewText, needs_second_officer, post_for, texts_shown
from crisis.incidents.selectors import standing_alert
from crisis.incidents.states import ResponseLevel
from crisis.staff.models import User
from notifications.models import Wave
from notifications.states import WaveKind
from registry.geography.inside import Inside, people_inside
from registry.reach import addresses_for


@dataclass(frozen=True, slots=True)
class WideningPreview:
    """Counts of people newly inside, except `addresses`, which counts messages; `known` are those
    in the ground who are in the audience already and hear nothing of this."""

    total: int
    certain: int
    uncertain: int
    known: int
    unaddressed: int
    addresses: int
    texts: list[PreviewText]
    needs_second_officer: bool
    content_hash: str


def preview_widening(*, incident: Incident, area: AreaDraft, officer: User) -> WideningPreview:
    """Look at it. Changes nothing. Raises DomainError for whatever widening would refuse, but for
    ground without anybody new, which is shown as such."""
    post_for(draft_of(incident), officer)
    alert = alert_for_newcomers(incident)
    everybody = people_inside(area_of(area), at=clock.now())
    newcomers = without(everybody, incident)
    ids = newcomers.person_ids.tolist()
    reach = addresses_for(ids, prefer_first=incident.response_level != ResponseLevel.RED)
    certain = int(newcomers.certain.sum())
    return WideningPreview(
        total=len(newcomers),
        certain=certain,
        uncertain=len(newcomers) - certain,
        known=len(everybody) - len(newcomers),
        unaddressed=len(reach.unaddressed),
        addresses=len(reach.addresses),
        texts=texts_shown(alert.texts),
        needs_second_officer=needs_another(incident, len(newcomers)),
        content_hash=content_hash(incident, area, alert=alert),
    )


def ground_of(widening: Widening) -> AreaDraft:
    """The ground as it was submitted."""
    return AreaDraft(
        latitude=widening.latitude,
        longitude=widening.longitude,
        radius_m=widening.radius_m,
        countries=tuple(widening.countries),
        polygon=widening.polygon,
    )


def without(inside: Inside, incident: Incident) -> Inside:
    """Those who are not in the incident's audience yet: nobody is alerted twice."""
    new = ~np.isin(inside.person_ids, frozen_ids(incident))
    return Inside(
        inside.person_ids[new], inside.certain[new], inside.reasons[new], inside.distances[new]
    )


def alert_for_newcomers(incident: Incident) -> Wave:
    """What people newly inside would be told: the standing alert.

    Raises DomainError wrong_state where none stands or the danger is over, alert_expired where it
    is not sent any more.
    """
    alert = standing_alert(incident)
    if alert.kind == WaveKind.ALL_CLEAR:
        raise DomainError(
            "wrong_state", _("解除通知已经发出。如危险重现，请先发布更新。"), status=409
        )
    if alert.expires_at <= clock.now():
        raise DomainError(
            "alert_expired", _("目前的告警已过有效期。请先发布更新，再扩大区域。"), status=409
        )
    return alert


def needs_another(incident: Incident, newcomers: int) -> bool:
    """Whether a second officer is needed: when this one and all that was done alone before it are
    together above the threshold, so that an area cannot grow in small steps past it."""
    widened = incident.widenings.exclude(widened_at=None)
    declared = incident.audience_count - sum(w.people for w in widened)
    alone = sum(w.people for w in widened if w.approved_by_id is None)
    if incident.approved_by_id is None:
        alone += declared
    return needs_second_officer(alone + newcomers)


def content_hash(incident: Incident, area: AreaDraft, *, alert: Wave) -> str:
    """Covers the ground, and what the people in it are told."""
    return digest_of(
        {
            "incident": incident.pk,
            "alert": alert.code,
            "countries": list(area.countries),
            **ground_as_hashed(area),
        }
    )

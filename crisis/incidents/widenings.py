"""Ground to be added to an incident, looked at before anybody is told."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.drafts import AreaDraft, area_of, digest_of, draft_of, ground_as_hashed
from crisis.incidents.ground import shift_to
from crisis.incidents.models import Incident
from crisis.incidents.preview import PreviewText, needs_second_officer, post_for, texts_shown
from crisis.incidents.selectors import standing_alert
from crisis.incidents.states import ResponseLevel
from crisis.staff.models import User
from notifications.models import Wave
from notifications.states import WaveKind
from registry.geography.inside import people_inside
from registry.reach import addresses_for


@dataclass(frozen=True, slots=True)
class WideningPreview:
    """Counts of people newly inside, except `addresses`, which counts messages; `returning` of
    `total` were out since the area was narrowed, `known` are those in the ground who are in the
    audience already and hear nothing of this."""

    total: int
    certain: int
    uncertain: int
    returning: int
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
    shift = shift_to(everybody, incident)
    newcomers = shift.fresh
    ids = [*newcomers.person_ids.tolist(), *shift.back.tolist()]
    reach = addresses_for(ids, prefer_first=incident.response_level != ResponseLevel.RED)
    certain = int(newcomers.certain.sum())
    return WideningPreview(
        total=shift.told,
        certain=certain,
        uncertain=len(newcomers) - certain,
        returning=len(shift.back),
        known=len(shift.stay),
        unaddressed=len(reach.unaddressed),
        addresses=len(reach.addresses),
        texts=texts_shown(alert.texts),
        needs_second_officer=needs_another(incident, shift.told),
        content_hash=content_hash(incident, area, alert=alert),
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
    moved = incident.reshapings.exclude(reshaped_at=None)
    grown = [(w.people, w.returned, w.approved_by_id) for w in widened]
    grown += [(m.added, m.returned, m.approved_by_id) for m in moved]
    declared = incident.audience_count - sum(added for added, _, _ in grown)
    alone = sum(added + returned for added, returned, another in grown if another is None)
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

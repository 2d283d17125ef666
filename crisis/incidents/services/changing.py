"""What widening and reshaping an incident's area have in common."""

from typing import Any, TypeVar

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.incidents.drafts import AreaDraft, area_of, polygon_of
from crisis.incidents.ground import ground_of
from crisis.incidents.models import Incident, Reshaping, Widening
from crisis.incidents.states import IncidentState
from crisis.staff.models import User

Change = TypeVar("Change", Widening, Reshaping)


def ground_columns(area: AreaDraft) -> dict[str, Any]:
    """The area as the columns that hold it."""
    return {
        "latitude": area.latitude,
        "longitude": area.longitude,
        "radius_m": area.radius_m,
        "polygon": polygon_of(area),
        "countries": list(area.countries),
    }


def same_change(known: Change, incident: Incident, area: AreaDraft, officer: User) -> Change:
    """That of a repeated submit. Raises DomainError key_used when it says another thing."""
    ground = (area_of(ground_of(known)), known.incident_id, known.submitted_by_id)
    if ground == (area_of(area), incident.pk, officer.pk):
        return known
    raise DomainError("key_used", _("此表单已提交过，内容不同。请重新预览后再提交。"), status=409)


def open_incident(incident: Incident) -> Incident:
    """The incident as it is now, locked: of two who change its area at once, the second sees what
    the first made of it. Raises DomainError wrong_state."""
    fresh = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
    if fresh.state != IncidentState.DECLARED:
        raise DomainError("wrong_state", _("事件未在进行中，不能更改区域。"), status=409)
    return fresh


def waiting_change(change: Change) -> Change:
    """The change as it is now, locked. Raises DomainError wrong_state where it waits no more."""
    fresh = type(change).objects.select_for_update(no_key=True).get(pk=change.pk)
    if not fresh.waits:
        raise DomainError("wrong_state", _("这次更改已处理。请刷新页面。"), status=409)
    return fresh


def discard_change(change: Widening | Reshaping) -> None:
    change.discarded_at = clock.now()
    change.save(update_fields=["discarded_at"])


def check_count(people: int, confirmed_count: int) -> None:
    """Raises DomainError count_changed where the officer typed another number."""
    if people != confirmed_count:
        raise DomainError(
            "count_changed",
            _("确认人数为 %(typed)d，实际为 %(people)d。请重新预览后输入当前人数。")
            % {"typed": confirmed_count, "people": people},
            {"people": people},
            status=409,
        )

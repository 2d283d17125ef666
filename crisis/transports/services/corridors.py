"""撤离通道: ways out for those who leave by themselves, and whether they are still open."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.text import clean
from crisis.staff.models import User
from crisis.transports.models import Corridor, EvacuationOperation
from crisis.transports.services.operations import note
from crisis.transports.services.places import check_position
from crisis.transports.services.refusing import either, hold_open, refuse
from crisis.transports.states import CorridorStatus, Disclosure
from registry.countries import is_country
from registry.models import Post

_LENGTHS = {"name": 80, "hours": 200, "visa_rule": 300, "advice": 500}
_NEEDED = ("name", "hours", "visa_rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorDraft:
    """A crossing as it was checked; degrees are WGS-84, of the crossing itself."""

    name: str
    from_country: str
    to_country: str
    latitude: float
    longitude: float
    hours: str
    visa_rule: str
    near_post: Post
    far_post: Post
    status: CorridorStatus
    disclosure: Disclosure
    advice: str = ""


@transaction.atomic
def add_corridor(
    *, operation: EvacuationOperation, draft: CorridorDraft, planner: User
) -> Corridor:
    """Raises DomainError forbidden, not_found, operation_ended, and what _checked raises."""
    held = hold_open(operation, planner)
    values = _checked(held, draft)
    corridor = Corridor.objects.create(
        operation=held, checked_at=clock.now(), checked_by=planner, **values
    )
    note(held, planner, "corridor.added", corridor=corridor.pk, status=corridor.status)
    return corridor


@transaction.atomic
def change_corridor(*, corridor: Corridor, draft: CorridorDraft, planner: User) -> Corridor:
    """Whoever writes it anew has checked it. Raises DomainError as add_corridor does, and
    corridor_retired."""
    held = hold_open(corridor.operation, planner)
    _check_in_use(corridor)
    values = _checked(held, draft, but=corridor)
    for name, value in values.items():
        setattr(corridor, name, value)
    _mark_checked(corridor, planner, *values)
    note(held, planner, "corridor.changed", corridor=corridor.pk, status=corridor.status)
    return corridor


@transaction.atomic
def check_corridor(*, corridor: Corridor, status: CorridorStatus, user: User) -> Corridor:
    """Somebody has made sure how it is now: planners and officers may both say so, at any hour.

    Raises DomainError forbidden, not_found, operation_ended, corridor_retired.
    """
    held = hold_open(corridor.operation, user, either(user))
    _check_in_use(corridor)
    corridor.status = status
    _mark_checked(corridor, user, "status")
    note(held, user, "corridor.checked", corridor=corridor.pk, status=status)
    return corridor


@transaction.atomic
def retire_corridor(*, corridor: Corridor, planner: User) -> Corridor:
    """Name it no more; parties that are on it already are watched on. Raises DomainError
    forbidden, not_found, operation_ended."""
    held = hold_open(corridor.operation, planner)
    if corridor.retired_at is None:
        corridor.retired_at = clock.now()
        corridor.save(update_fields=["retired_at"])
        note(held, planner, "corridor.retired", corridor=corridor.pk)
    return corridor


def _check_in_use(corridor: Corridor) -> None:
    corridor.refresh_from_db(fields=["retired_at"])
    if corridor.retired_at is not None:
        raise refuse("corridor_retired", _("此通道已停用。"), status=409)


def _mark_checked(corridor: Corridor, user: User, *columns: str) -> None:
    corridor.checked_at, corridor.checked_by = clock.now(), user
    corridor.save(update_fields=[*columns, "checked_at", "checked_by"])


def _checked(
    operation: EvacuationOperation, draft: CorridorDraft, but: Corridor | None = None
) -> dict[str, object]:
    """The columns of a sound draft. Raises DomainError too_long, words_needed, corridor_exists,
    unknown_country, same_country, bad_latitude, bad_longitude."""
    written = {name: clean(getattr(draft, name)) for name in _LENGTHS}
    for name, most in _LENGTHS.items():
        if len(written[name]) > most:
            raise refuse("too_long", _("请不超过 %(n)d 个字。") % {"n": most}, name)
        if name in _NEEDED and not written[name]:
            raise refuse("words_needed", _("请填写此项；尚不清楚的，写明不清楚。"), name)
    same = operation.corridors.filter(name=written["name"]).exclude(pk=but.pk if but else 0)
    if same.exists():
        raise refuse("corridor_exists", _("已有同名的通道，请换一个名称。"), "name")
    for field in ("from_country", "to_country"):
        if not is_country(getattr(draft, field)):
            raise refuse("unknown_country", _("没有这个国家或地区。"), field)
    if draft.from_country == draft.to_country:
        raise refuse("same_country", _("通道两侧应是不同的国家或地区。"), "to_country")
    check_position(draft.latitude, draft.longitude)
    return {name: getattr(draft, name) for name in draft.__slots__} | written

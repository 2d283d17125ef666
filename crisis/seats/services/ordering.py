"""What an officer decides of one traveller: order, class of place, papers, keeping back.

Each needs a reason where it goes against what the rules say, and stays until an officer changes it.
"""

from typing import Any

from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.seats.models import Traveller
from crisis.seats.services.gathering import gather_people
from crisis.seats.services.noting import acting, audited, note, words
from crisis.seats.states import KeptBack, Papers, Priority, TravellerAct, Visa
from crisis.staff.models import User
from crisis.transports.states import PlaceClass

# What an officer keeps somebody back for; the others follow from papers, plans and offers.
BY_HAND = (KeptBack.BY_OFFICER, KeptBack.OBSTACLE, KeptBack.NO_PAPERS, KeptBack.NO_VISA)


def order_priority(
    *, traveller: Traveller, priority: Priority | None, officer: User, reason: str = ""
) -> Traveller:
    """Go before, or after, what the rules say; None gives the rules their say again.

    Raises DomainError forbidden, not_found, operation_ended, reason_needed, reason_too_long.
    """
    said = words(reason, needed=priority is not None)
    with acting(traveller.operation, officer):
        _set(
            traveller,
            ordered_priority=priority or "",
            order_reason=said,
            ordered_by=officer if priority else None,
        )
        _log(traveller, TravellerAct.PRIORITY, officer, value=priority or "", reason=said)
    return traveller


def set_place_class(
    *, traveller: Traveller, place_class: PlaceClass | None, officer: User, reason: str = ""
) -> Traveller:
    """The class of place this person needs; None leaves it to what is registered.

    Raises DomainError as order_priority does.
    """
    said = words(reason, needed=False)
    with acting(traveller.operation, officer):
        _set(
            traveller,
            place_class=place_class or traveller.place_class,
            class_by=officer if place_class else None,
        )
        _log(traveller, TravellerAct.PLACE_CLASS, officer, value=place_class or "", reason=said)
        _follow(traveller)
    return traveller


def set_papers(
    *,
    traveller: Traveller,
    officer: User,
    papers: Papers | None = None,
    visa: Visa | None = None,
    reason: str = "",
) -> Traveller:
    """Record how papers and visa stand, as somebody looked at them; what is None stays.

    Who is without is kept back, unless an officer let them go. Raises DomainError as order_priority
    does, and nothing_said.
    """
    if papers is None and visa is None:
        raise DomainError("nothing_said", _("请选择证件或签证的情况。"))
    said = words(reason, needed=False)
    with acting(traveller.operation, officer):
        if papers is not None:
            _set(traveller, papers=papers, papers_by=officer)
            _log(traveller, TravellerAct.PAPERS, officer, value=papers, reason=said)
        if visa is not None:
            _set(traveller, visa=visa)
            _log(traveller, TravellerAct.VISA, officer, value=visa, reason=said)
        _follow(traveller)
    return traveller


def keep_back(
    *, traveller: Traveller, reason: str, officer: User, why: KeptBack = KeptBack.BY_OFFICER
) -> Traveller:
    """This person does not travel until an officer says so.

    Raises DomainError as order_priority does, and unknown_reason.
    """
    if why not in BY_HAND:
        raise DomainError("unknown_reason", _("不能以此为由暂留。"), {"field": "why"})
    said = words(reason)
    with acting(traveller.operation, officer):
        _set(traveller, kept_back=why, kept_reason=said, kept_by=officer)
        _log(traveller, TravellerAct.KEPT_BACK, officer, value=why, reason=said)
    return traveller


def let_go(*, traveller: Traveller, reason: str, officer: User) -> Traveller:
    """Nothing stands against this person any more, whatever papers say: the officer answers for it.

    Raises DomainError as order_priority does.
    """
    said = words(reason)
    with acting(traveller.operation, officer):
        _set(traveller, kept_back="", kept_reason=said, kept_by=officer)
        _log(traveller, TravellerAct.LET_GO, officer, reason=said)
    return traveller


def leave_to_rules(*, traveller: Traveller, officer: User) -> Traveller:
    """Papers, class and keeping back follow from what is registered again.

    Raises DomainError as order_priority does.
    """
    with acting(traveller.operation, officer):
        _set(traveller, papers_by=None, class_by=None, kept_by=None, kept_reason="")
        _log(traveller, TravellerAct.LET_GO, officer, value="rules")
        _follow(traveller)
    return traveller


def _set(traveller: Traveller, **fields: Any) -> None:
    fields["updated_at"] = clock.now()
    Traveller.objects.filter(pk=traveller.pk).update(**fields)
    for name, value in fields.items():
        setattr(traveller, name, value)


def _follow(traveller: Traveller) -> None:
    """What else follows for them and their party."""
    gather_people(operation=traveller.operation, person_refs=[traveller.person_ref])
    traveller.refresh_from_db()


def _log(
    traveller: Traveller, act: TravellerAct, officer: User, *, value: str = "", reason: str = ""
) -> None:
    note([traveller], act, value=value, reason=reason, by=officer.username)
    audited(
        act.value,
        traveller.operation,
        officer,
        traveller=traveller.pk,
        person=traveller.person_ref,
        value=value,
    )

"""An officer puts a party on other transports, or on none, and is told at once what that breaks.

Rules about people may be broken by whoever answers for it; what cannot happen is refused: nobody
boards what was cancelled or has left, and nobody who is under way is taken back.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.allocation.breaches import Breach
from crisis.allocation.checking import classes_for, going, would_break
from crisis.allocation.models import Placement, Plan
from crisis.allocation.network import Network, Origin
from crisis.allocation.problem import Chain, Demand, Problem, demand_of
from crisis.allocation.reading import chains_of, reach_of, vehicle_of
from crisis.allocation.selectors import used_places
from crisis.allocation.signals import party_moved
from crisis.allocation.states import OPEN
from crisis.seats.models import Party, Traveller
from crisis.seats.states import KeptBack
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand
from crisis.transports.models import Journey, Transport
from crisis.transports.services.journeys import journey_of
from crisis.transports.services.refusing import hold_open
from crisis.transports.states import OPEN_TO_PLAN, TransportStatus


def move_party(
    *,
    plan: Plan,
    party: Party,
    journey: Journey | None,
    planner: User,
    reason: str = "",
    split: bool = False,
    travellers: Collection[int] | None = None,
) -> list[Breach]:
    """Put a party on a journey, or take its places away, and return the rules that this breaks.
    It stays there when a plan is made anew.

    `reason` is a KeptBack code, for no journey. `travellers` are some of the party, by number,
    which needs `split`: families are parted only by an officer's word. Raises DomainError
    forbidden, not_found, operation_ended, wrong_state, other_operation, nobody_to_place,
    party_together, unknown_reason, transport_cancelled, transport_left, under_way.
    """
    with transaction.atomic():
        plan = _held(plan, planner)
        family = _family(plan, party)
        moving = _moving(family, travellers, split)
        chain = _chain(plan, moving, journey)
        code = "" if journey else _code(reason)
        found = would_break(
            plan=plan, party=party, chain=chain, travellers=[one.pk for one in moving]
        )
        _place(plan, moving, journey, code)
        Plan.objects.filter(pk=plan.pk).update(changed_at=clock.now())
        audit.record(
            actor=planner.username,
            act="plan.party_moved",
            subject=f"plan:{plan.pk}",
            party=party.number,
            journey=journey.key if journey else "",
            reason=code,
            travellers=[one.pk for one in moving],
            parted=len(moving) < len(family),
            breaks=sorted({one.rule.value for one in found}),
        )
        party_moved.send(sender=Plan, plan=plan, party=party.pk)
    return found


def move_onto(
    *,
    plan: Plan,
    party: Party,
    transport: Transport,
    planner: User,
    split: bool = False,
    travellers: Collection[int] | None = None,
) -> list[Breach]:
    """Put a party on a transport, and on what leads there from where it gathers and from there out
    of danger: where there is room, if there is any. Returns and raises as move_party does."""
    demand(planner, Capability.PLAN, plan.operation.incident.post)
    journey = journey_via(plan=plan, party=party, transport=transport)
    return move_party(
        plan=plan,
        party=party,
        journey=journey,
        planner=planner,
        split=split,
        travellers=travellers,
    )


def release_party(*, plan: Plan, party: Party, planner: User) -> int:
    """What an officer arranged for this party may be changed again by planning anew; how many
    placements that frees. Raises DomainError forbidden, not_found, wrong_state."""
    with transaction.atomic():
        plan = _held(plan, planner)
        fixed = Placement.objects.filter(plan=plan, traveller__party=party, fixed=True)
        freed = fixed.update(fixed=False)
        if freed:
            Plan.objects.filter(pk=plan.pk).update(changed_at=clock.now())
            audit.record(
                actor=planner.username,
                act="plan.party_released",
                subject=f"plan:{plan.pk}",
                party=party.number,
            )
    return freed


def journey_via(*, plan: Plan, party: Party, transport: Transport) -> Journey:
    """The best journey of this party that takes the transport; where nothing leads there, or on
    from there, the transport by itself."""
    operation = plan.operation
    if transport.operation_id != operation.pk:
        raise _other_operation()
    usable = operation.transports.filter(status__in=OPEN_TO_PLAN).select_related(
        "origin", "destination"
    )
    transports = {one.pk: one for one in usable}
    chain: Chain = (transport.pk,)
    if transport.pk in transports:
        chain = _via(plan, party, transport, transports)
    transports[transport.pk] = transport
    return journey_of(operation=operation, transports=[transports[number] for number in chain])


def _via(plan: Plan, party: Party, transport: Transport, transports: dict[int, Transport]) -> Chain:
    family = going(party)
    needs = demand_of(classes_for(family).values())
    start = next((one.assembly_id for one in family if one.assembly_id), None)
    vehicles = sorted(map(vehicle_of, transports.values()), key=lambda one: one.departs_at)
    reach = reach_of(plan.operation, list(transports.values()), {start})
    network = Network(Problem(tuple(vehicles), (), reach))
    used = used_places(plan)
    for number in transports:
        network.take(network.room, (number,), demand_of(used[number].elements()))
    to = _first(network, needs, (start, ()), last=transport.pk) or (transport.pk,)
    if network.vehicles[network.index[transport.pk]].out:
        return to
    return to + (_first(network, needs, (None, to), last=None) or ())


def _first(network: Network, needs: Demand, origin: Origin, *, last: int | None) -> Chain | None:
    """Where there is room, else whatever leads there."""
    found = network.way(needs, origin, network.room, last=last)
    return found or network.way(Demand(), origin, network.room * 0, last=last)


def _held(plan: Plan, planner: User) -> Plan:
    """The plan as it is now, to the end of the transaction: acts in an operation come one after
    the other."""
    hold_open(plan.operation, planner)
    found = Plan.objects.select_related("operation__incident").get(pk=plan.pk)
    if found.state not in OPEN:
        raise DomainError("wrong_state", _("这一方案已被取代或放弃，不能再改。"), status=409)
    return found


def _family(plan: Plan, party: Party) -> list[Traveller]:
    if party.operation_id != plan.operation_id:
        raise _other_operation()
    family = going(party)
    if not family:
        raise DomainError("nobody_to_place", _("这一组没有人要求撤离。"), status=409)
    return family


def _other_operation() -> DomainError:
    return DomainError("other_operation", _("不属于同一撤离行动。"))


def _moving(
    family: list[Traveller], travellers: Collection[int] | None, split: bool
) -> list[Traveller]:
    moving = [one for one in family if travellers is None or one.pk in travellers]
    if not moving:
        raise DomainError("nobody_to_place", _("请选择要移动的人。"), {"field": "travellers"})
    if len(moving) < len(family) and not split:
        raise DomainError(
            "party_together",
            _("同行的人要一起走；确需分开请勾选“分开同行组”。"),
            {"field": "split"},
            status=409,
        )
    return moving


def _chain(plan: Plan, moving: list[Traveller], journey: Journey | None) -> Chain | None:
    chains = chains_of(plan.operation)
    if journey is not None and journey.operation_id != plan.operation_id:
        raise _other_operation()
    chain = chains[journey.pk] if journey else None
    closed = _closed(plan)
    for left in {_taken(chains, row, closed) for row in _now(plan, moving)}:
        if (chain or ())[: len(left)] != left:
            raise DomainError("under_way", _("有人已经出发，不能改到这一行程。"), status=409)
        _check_legs((chain or ())[len(left) :], closed)
    if not _now(plan, moving):
        _check_legs(chain or (), closed)
    return chain


def _now(plan: Plan, moving: list[Traveller]) -> list[int | None]:
    rows = Placement.objects.filter(plan=plan, traveller__in=moving).order_by()
    return list(rows.values_list("journey", flat=True).distinct())


def _closed(plan: Plan) -> dict[int, str]:
    rows = Transport.objects.filter(operation=plan.operation_id).exclude(status__in=OPEN_TO_PLAN)
    return dict(rows.values_list("pk", "status"))


def _taken(chains: dict[int, Chain], journey: int | None, closed: dict[int, str]) -> Chain:
    """The legs that have left."""
    chain = chains[journey] if journey else ()
    gone = (TransportStatus.DEPARTED, TransportStatus.ARRIVED)
    count = next(
        (at for at, number in enumerate(chain) if closed.get(number) not in gone), len(chain)
    )
    return chain[:count]


def _check_legs(chain: Chain, closed: dict[int, str]) -> None:
    for number in chain:
        if number not in closed:
            continue
        if closed[number] == TransportStatus.CANCELLED:
            raise DomainError("transport_cancelled", _("这一行程中有运输工具已取消。"), status=409)
        raise DomainError("transport_left", _("这一行程中有运输工具已经出发。"), status=409)


def _code(reason: str) -> KeptBack:
    try:
        return KeptBack(reason or KeptBack.BY_OFFICER)
    except ValueError:
        raise DomainError(
            "unknown_reason", _("请选择暂不安排的原因。"), {"field": "reason"}
        ) from None


def _place(plan: Plan, moving: list[Traveller], journey: Journey | None, code: str) -> None:
    """Also those who came to the family after the plan was made."""
    classes = classes_for(moving)
    for one in moving:
        Placement.objects.update_or_create(
            plan=plan,
            traveller=one,
            defaults={
                "journey": journey,
                "place_class": classes[one.pk],
                "reason": code,
                "fixed": True,
            },
        )

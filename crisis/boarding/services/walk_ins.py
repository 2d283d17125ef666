"""Finding out who a walk-in is."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.boarding.models import GateScan, WalkIn
from crisis.boarding.selectors import may_be
from crisis.boarding.services import passages
from crisis.staff.models import User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand


@transaction.atomic
def match_walk_in(*, walk_in: WalkIn, person_ref: int | None, planner: User) -> WalkIn:
    """Say who this is: what the gate recorded of them counts as that person's. None takes a match
    back: what it wrote in the roll call of the wrong person is withdrawn.

    Raises DomainError forbidden, not_found (the walk-in's post, or somebody whom this incident
    does not know and whose document is another).
    """
    demand(planner, Capability.PLAN, walk_in.operation.incident.post)
    transports = sorted(set(walk_in.scans.values_list("transport", flat=True)))
    audit.hold_chain()
    locked = [passages.lock(pk) for pk in transports]
    walk_in = WalkIn.objects.select_for_update().get(pk=walk_in.pk)
    before = walk_in.person_ref
    if before == person_ref:
        return walk_in
    if person_ref is not None and not may_be(walk_in, person_ref):
        raise DomainError("not_found", _("未找到。"), status=404)
    old = {transport.pk: _scans(walk_in, transport.pk) for transport in locked}
    _set(walk_in, person_ref, planner)
    for transport in locked:
        people = {one for one in (before, person_ref) if one}
        passages.refold(transport.pk, people=people, walk_ins=[walk_in.pk])
        if before:
            passages.take_back(transport, old[transport.pk], before, planner.username)
        passages.tell_roll_call(transport, _scans(walk_in, transport.pk), planner.username)
    return walk_in


def _scans(walk_in: WalkIn, transport_id: int) -> list[GateScan]:
    scans = GateScan.objects.filter(walk_in=walk_in, transport=transport_id, held=False)
    return list(scans.select_related("walk_in"))


def _set(walk_in: WalkIn, person_ref: int | None, planner: User) -> None:
    walk_in.person_ref = person_ref
    walk_in.matched_by = planner if person_ref else None
    walk_in.matched_at = clock.now() if person_ref else None
    walk_in.matches += 1
    walk_in.save(update_fields=["person_ref", "matched_by", "matched_at", "matches"])
    audit.record(
        actor=planner.username,
        act="boarding.walk_in_matched",
        subject=f"walk-in:{walk_in.pk}",
        person=person_ref,
    )

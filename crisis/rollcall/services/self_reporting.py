"""People whom nobody looked for: they said themselves that they are there.

They stand beside the audience, never in it: crisis.rollcall.selectors counts them apart, and the
log says what they said in the same words as everybody's.
"""

from collections.abc import Collection

from config.kernel import bulk, clock
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.services.log import lock_standings, refold
from crisis.rollcall.states import Condition, Contact, Movement
from registry.geography.reasons import Reason

_COLUMNS = ("person_ref", "addressed")


def open_self_reported(*, incident: Incident, people: Collection[tuple[int, bool]]) -> None:
    """A standing for each (person, whether they gave a phone) who has none; what the log says of
    them already counts. Call inside a transaction."""
    at_first = {
        "incident": incident.pk, "certain": False, "reason": Reason.SELF_REPORTED.value,
        "distance_m": None, "condition": Condition.UNKNOWN.value,
        "movement": Movement.IN_AREA.value, "contact": Contact.NOT_CONTACTED.value,
        "wants_out": False, "possible_help": False, "self_reported": True,
        "updated_at": clock.now(),
    }  # fmt: skip
    bulk.insert(Standing, _COLUMNS, list(people), same=at_first)
    refold(incident.pk, lock_standings(incident.pk, sorted(person for person, _ in people)))


def close_self_reported(*, incident: Incident, person_refs: Collection[int]) -> int:
    """Count these no more: the report was found to be false. The log stays, so that
    `open_self_reported` brings back what was. Returns how many stood there by a self-report."""
    rows = Standing.objects.filter(
        incident=incident, person_ref__in=person_refs, reason=Reason.SELF_REPORTED, by_merge=False
    )
    return rows.delete()[0]

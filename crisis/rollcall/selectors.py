"""What the roll call says."""

from collections import Counter
from dataclasses import asdict, dataclass

from django.db.models import Count, QuerySet

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.services.timers import SILENT
from crisis.rollcall.states import Condition, Contact, Movement
from notifications.selectors import deliveries_by_state


@dataclass(frozen=True, slots=True)
class Counts:
    """Each facet sums to `in_audience`, at any moment. Counts of people, but for `deliveries`
    ({channel: {state: messages}})."""

    in_audience: int
    condition: dict[str, int]
    movement: dict[str, int]
    contact: dict[str, int]
    silent: int
    unaddressed: int
    wants_out: int
    possible_help: int
    uncertain: int
    deliveries: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


_GROUPED = (
    "condition", "movement", "contact", "addressed", "wants_out", "possible_help", "certain",
)  # fmt: skip


def counts(incident: Incident) -> Counts:
    """Everything in one grouped query. Members whose slice is not written yet count as unknown,
    in the area and not contacted, which is what they are."""
    rows = (
        Standing.objects.filter(incident=incident).values(*_GROUPED).annotate(n=Count("pk"))
    ).order_by()
    totals: dict[str, Counter[object]] = {name: Counter() for name in _GROUPED}
    written = 0
    for row in rows:
        written += row["n"]
        for name in _GROUPED:
            totals[name][row[name]] += row["n"]
    unwritten = max(0, incident.audience_count - written)
    totals["condition"][Condition.UNKNOWN.value] += unwritten
    totals["movement"][Movement.IN_AREA.value] += unwritten
    totals["contact"][Contact.NOT_CONTACTED.value] += unwritten
    contact = {state.value: totals["contact"][state.value] for state in Contact}
    return Counts(
        in_audience=written + unwritten,
        condition={state.value: totals["condition"][state.value] for state in Condition},
        movement={state.value: totals["movement"][state.value] for state in Movement},
        contact=contact,
        silent=sum(contact[state] for state in SILENT),
        unaddressed=totals["addressed"][False],
        wants_out=totals["wants_out"][True],
        possible_help=totals["possible_help"][True],
        uncertain=totals["certain"][False],
        deliveries=deliveries_by_state(incident.source),
    )


def standings(
    incident: Incident,
    *,
    condition: str = "",
    movement: str = "",
    contact: str = "",
    wants_out: bool | None = None,
    possible_help: bool | None = None,
    addressed: bool | None = None,
) -> QuerySet[Standing]:
    """The standings that fit; an empty filter fits all. Those who need help come first."""
    wanted: dict[str, object] = {
        "condition": condition or None,
        "movement": movement or None,
        "contact": contact or None,
        "wants_out": wants_out,
        "possible_help": possible_help,
        "addressed": addressed,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    return Standing.objects.filter(incident=incident, **chosen).order_by("pk")

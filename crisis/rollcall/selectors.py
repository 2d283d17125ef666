"""What the roll call says."""

from collections import Counter
from dataclasses import asdict, dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet

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
    spoken_for: int
    deliveries: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


_GROUPED = (
    "condition", "movement", "contact", "addressed", "wants_out", "possible_help", "certain",
    "spoken_for",
)  # fmt: skip


def counts(incident: Incident) -> Counts:
    """Everything in one grouped query; of those who were merged one is counted. Members whose
    slice is not written yet count as unknown, in the area and not contacted, which they are."""
    standings = Standing.objects.filter(incident=incident).annotate(
        merged=ExpressionWrapper(
            Q(same_as__isnull=False) & ~Q(same_as=F("person_ref")), BooleanField()
        )
    )
    rows = standings.values(*_GROUPED, "merged", "by_merge").annotate(n=Count("pk")).order_by()
    totals: dict[str, Counter[object]] = {name: Counter() for name in _GROUPED}
    counted = of_audience = 0
    for row in rows:
        of_audience += 0 if row["by_merge"] else row["n"]
        if row["merged"]:
            continue
        counted += row["n"]
        for name in _GROUPED:
            totals[name][row[name]] += row["n"]
    unwritten = max(0, incident.audience_count - of_audience)
    totals["condition"][Condition.UNKNOWN.value] += unwritten
    totals["movement"][Movement.IN_AREA.value] += unwritten
    totals["contact"][Contact.NOT_CONTACTED.value] += unwritten
    contact = {state.value: totals["contact"][state.value] for state in Contact}
    return Counts(
        in_audience=counted + unwritten,
        condition={state.value: totals["condition"][state.value] for state in Condition},
        movement={state.value: totals["movement"][state.value] for state in Movement},
        contact=contact,
        silent=sum(contact[state] for state in SILENT),
        unaddressed=totals["addressed"][False],
        wants_out=totals["wants_out"][True],
        possible_help=totals["possible_help"][True],
        uncertain=totals["certain"][False],
        spoken_for=totals["spoken_for"][True],
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
    return Standing.objects.counted().filter(incident=incident, **chosen).order_by("pk")

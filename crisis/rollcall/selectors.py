"""What the roll call says."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db.models import Count, Q, QuerySet

from crisis.incidents.models import Incident
from crisis.rollcall.models import PresenceEstimate, Standing
from crisis.rollcall.services.concerning import SILENT
from crisis.rollcall.states import Condition, Contact, Movement
from crisis.rollcall.tallies import ALIKE, standings_alike
from notifications.selectors import deliveries_by_state


@dataclass(frozen=True, slots=True)
class Counts:
    """Each facet sums to `in_audience`, at any moment. Counts of people, but for `deliveries`
    ({channel: {state: messages}}). `self_reported` are further people, known by a self-report alone
    and in none of the other counts: all of them as `people`, and by condition.
    """

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
    self_reported: dict[str, int]
    deliveries: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def counts(incident: Incident) -> Counts:
    """All counts of one incident, its messages included."""
    return count_people(incident, deliveries=deliveries_by_state(incident.source))


def count_people(incident: Incident, *, deliveries: dict[str, dict[str, int]]) -> Counts:
    """Of those who were merged one is counted. Members whose slice is not written yet count as
    unknown, in the area and not contacted, which they are."""
    totals: dict[str, Counter[object]] = {name: Counter() for name in ALIKE}
    beside: Counter[object] = Counter()
    counted = of_audience = 0
    for row in standings_alike(incident):
        of_audience += 0 if row["by_merge"] or row["self_reported"] else row["n"]
        if row["merged"]:
            continue
        if row["self_reported"]:
            beside[row["condition"]] += row["n"]
            continue
        counted += row["n"]
        for name in ALIKE:
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
        self_reported={"people": beside.total()} | {s.value: beside[s.value] for s in Condition},
        deliveries=deliveries,
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


@dataclass(frozen=True, slots=True)
class HowTheyStand:
    """Some people of one incident, counted; `asking` are those of them whom nobody may lose sight
    of: a call for help, an unclear word, missing, on the way out."""

    people: int
    answered: int
    needs_help: int
    asking: int


def how_they_stand(incident: Incident, person_refs: Collection[int]) -> HowTheyStand:
    """Of those whose slice is not written yet nothing is known."""
    found = Standing.objects.filter(incident=incident, person_ref__among=list(person_refs))
    hurt = Q(condition__in=(Condition.NEEDS_HELP, Condition.INJURED, Condition.IDENTITY_PENDING))
    asking = (
        hurt | Q(possible_help=True) | Q(contact=Contact.MISSING) | Q(movement=Movement.EVACUATING)
    )
    counted = found.aggregate(
        answered=Count("pk", filter=Q(contact=Contact.ANSWERED)),
        needs_help=Count("pk", filter=hurt),
        asking=Count("pk", filter=asking),
    )
    return HowTheyStand(people=len(person_refs), **counted)


def left_out(incident: Incident) -> dict[str, int]:
    """Of those whom the area leaves out: how many, and how many of them count otherwise as
    reached, safe and silent. One small index serves it."""
    found = Standing.objects.counted().filter(incident=incident, outside_since__isnull=False)
    return found.aggregate(
        people=Count("pk"),
        reached=Count("pk", filter=~Q(contact=Contact.NOT_CONTACTED)),
        safe=Count("pk", filter=Q(condition=Condition.SAFE)),
        silent=Count("pk", filter=Q(contact__in=SILENT)),
    )


def estimates(incident: Incident) -> QuerySet[PresenceEstimate]:
    """How many people the post believed to be there, the newest word first."""
    return PresenceEstimate.objects.filter(incident=incident).order_by("-pk")

"""What self-reports come to: how many are there, who is in them, who they may be."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.rollcall.states import Condition
from crisis.selfreports.models import PublicForm, ReportedPerson, SelfReport, Submission
from crisis.selfreports.states import ReportState
from registry.models import Merge, Person
from registry.selectors.merging import one_with


@dataclass(frozen=True, slots=True)
class Presence:
    """How many self-reports say are there, beside the audience and never mixed into it.

    `people` are named and counted once each, `verified` of them by an officer as somebody new;
    `unnamed` are with them and have no name here. `reported` is both together. `needs_help` are
    people; `held` are reports that came too fast and are not counted yet, `waiting` those in which
    somebody is still unverified.
    """

    people: int
    unnamed: int
    verified: int
    needs_help: int
    waiting: int
    held: int

    @property
    def reported(self) -> int:
        return self.people + self.unnamed

    def as_dict(self) -> dict[str, int]:
        return asdict(self) | {"reported": self.reported}


def presence(incident: Incident) -> Presence:
    """Whoever was merged with somebody of the audience is in its counts, not in these."""
    beside = Standing.objects.counted().filter(incident=incident, self_reported=True)
    people = dict(beside.values_list("person_ref", "condition"))
    verified = Person.objects.filter(pk__among=list(people), provisional=False).count()
    help_needed = (Condition.NEEDS_HELP, Condition.INJURED)
    return Presence(
        people=len(people),
        unnamed=unnamed_heads(incident),
        verified=verified,
        needs_help=sum(condition in help_needed for condition in people.values()),
        waiting=waiting_reports(incident).count(),
        held=reports_of(incident, ReportState.HELD).count(),
    )


def reports_of(incident: Incident, state: ReportState) -> QuerySet[SelfReport]:
    return SelfReport.objects.filter(incident=incident, state=state)


def report_of(incident: Incident, pk: int) -> SelfReport:
    """A report of this incident; Http404 for any other."""
    return get_object_or_404(incident.self_reports.select_related("incident__post"), pk=pk)


def waiting_reports(incident: Incident) -> QuerySet[SelfReport]:
    """Counted reports in which somebody is neither matched nor verified."""
    unverified = Person.objects.filter(
        pk__in=ReportedPerson.objects.filter(report=OuterRef(OuterRef("pk"))).values("person_ref"),
        provisional=True,
        left_at=None,
    )
    return reports_of(incident, ReportState.OPEN).filter(Exists(unverified))


def heard_again(incident: Incident) -> set[int]:
    """Reports that were set aside, and have written since."""
    unread = Submission.objects.filter(
        report__incident=incident, report__state=ReportState.SET_ASIDE, worked_at=None
    )
    return set(unread.values_list("report", flat=True))


def unnamed_heads(incident: Incident) -> int:
    """People without a name in the parties. Reports that have a person in common are one party,
    and the largest number that one of them gives counts."""
    counted = reports_of(incident, ReportState.OPEN)
    with_me = dict(counted.filter(with_me__gt=0).values_list("pk", "with_me"))
    rows = ReportedPerson.objects.filter(report__in=counted).values_list(
        "report", "person_ref", "leads"
    )
    members: dict[int, list[int]] = {}
    named: dict[int, int] = {}
    for report, person, leads in rows:
        members.setdefault(report, []).append(person)
        named[report] = named.get(report, 0) + (not leads)
    kept = _kept({person for people in members.values() for person in people})
    parties = _joined({r: {kept.get(p, p) for p in people} for r, people in members.items()})
    largest: dict[int, int] = {}
    for report, party in parties.items():
        unnamed = max(0, with_me.get(report, 0) - named[report])
        largest[party] = max(largest.get(party, 0), unnamed)
    return sum(largest.values())


def _kept(person_ids: Collection[int]) -> dict[int, int]:
    """Who is kept, for those alone who were merged: the others are themselves."""
    merged = Merge.objects.filter(gone_id__among=list(person_ids), undone_at=None)
    ids = list(merged.values_list("gone", flat=True))
    return one_with(ids) if ids else {}


def _joined(people_of: dict[int, set[int]]) -> dict[int, int]:
    """The party of each report: those that share a person, directly or through others, are one."""
    party: dict[int, int] = {}
    first_of: dict[int, int] = {}

    def root(report: int) -> int:
        while party[report] != report:
            report = party[report]
        return report

    for report, people in people_of.items():
        party[report] = report
        for person in people:
            other = first_of.setdefault(person, report)
            party[root(report)] = root(other)
    return {report: root(report) for report in people_of}


def words_of_incident(incident: Incident, language: str) -> str:
    """What it is called: its title, in English what its alert says happened and where."""
    said = incident.variables
    if language != "en" or not (said.get("event_en") and said.get("place_en")):
        return incident.title
    return f"{said['place_en']}: {said['event_en']}"


def form_of(incident: Incident) -> PublicForm | None:
    return PublicForm.objects.filter(incident=incident).first()

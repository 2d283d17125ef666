"""Self-reports as officers read them: what was told, who is in them, who they may be."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from crisis.console.selectors import visible_people
from crisis.incidents.models import Incident
from crisis.rollcall.models import Standing
from crisis.selfreports import told as words
from crisis.selfreports.matching import Match, matches_for
from crisis.selfreports.models import ReportedPerson, SelfReport, Submission
from crisis.selfreports.selectors import reports_of, waiting_reports
from crisis.selfreports.states import HELP, ReportState
from crisis.selfreports.told import Told
from crisis.staff.models import User
from registry.models import Merge, Person

# So many are looked at for those who are known; the others come as these are decided.
LOOKED_AT = 300
MATCHES_SHOWN = 3


@dataclass(slots=True)
class Who:
    """Somebody in a report. `kept` is the registration they were merged with, `matches` whom they
    may be; `standing` is theirs, or that of the registration."""

    person: Person
    leads: bool
    kept: Person | None = None
    standing: Standing | None = None
    matches: list[Match] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether nobody has said yet who this is."""
        return self.kept is None and self.person.provisional and self.person.left_at is None


@dataclass(slots=True)
class Row:
    """One report with what its officer needs to decide."""

    report: SelfReport
    told: Told
    people: list[Who]

    @property
    def unnamed(self) -> int:
        return max(0, self.report.with_me - sum(not who.leads for who in self.people))

    @property
    def surest(self) -> Match | None:
        """The surest match of anybody in it whom nobody has decided on."""
        found = [who.matches[0] for who in self.people if who.open and who.matches]
        return min(found, key=lambda match: match.rank) if found else None

    @property
    def calls(self) -> bool:
        return self.report.word in HELP


def rows_waiting(user: User, incident: Incident) -> list[Row]:
    """Those that wait: likely matches first, then calls for help, then who waits longest."""
    first = Case(When(word__in=HELP, then=Value(0)), default=Value(1), output_field=IntegerField())
    chosen = waiting_reports(incident).order_by(first, "pk")[:LOOKED_AT]
    rows = rows_of(user, incident, list(chosen))
    return sorted(
        rows, key=lambda row: (row.surest.rank if row.surest else (9, 0, 0), not row.calls)
    )


def rows_in(user: User, incident: Incident, state: str) -> Any:
    """Reports that wait for nothing: decided, held or set aside; newest word first."""
    if state == "decided":
        reports = reports_of(incident, ReportState.OPEN).exclude(
            pk__in=waiting_reports(incident).values("pk")
        )
    else:
        reports = reports_of(incident, ReportState(state))
    return reports.order_by("-told_at", "-pk")


def rows_of(user: User, incident: Incident, reports: Sequence[SelfReport]) -> list[Row]:
    """In a handful of statements, however many reports."""
    for report in reports:
        report.incident = incident
    links = list(ReportedPerson.objects.filter(report__in=reports).order_by("-leads", "pk"))
    refs = {link.person_ref for link in links}
    people = Person.objects.in_bulk(refs)
    kept = _kept(refs)
    standings = _standings(incident, [*refs, *(one.pk for one in kept.values())])
    told = _told(reports)
    matches = _matches(user, incident, links, people, kept, told)
    found: dict[int, list[Who]] = defaultdict(list)
    for link in links:
        ref = link.person_ref
        registration = kept.get(ref)
        found[link.report_id].append(
            Who(
                person=people[ref],
                leads=link.leads,
                kept=registration,
                standing=standings.get(registration.pk if registration else ref),
                matches=matches.get(ref, [])[:MATCHES_SHOWN],
            )
        )
    return [Row(report, told[report.pk], found[report.pk]) for report in reports]


def _told(reports: Sequence[SelfReport]) -> dict[int, Told]:
    """By report; of one that was not taken in yet, what was handed in last."""
    unread = Submission.objects.filter(
        report__in=[report.pk for report in reports if not report.told]
    )
    raw = dict(unread.order_by("pk").values_list("report", "body"))
    return {report.pk: words.read(report.told or raw.get(report.pk, "")) for report in reports}


def _kept(refs: Iterable[int]) -> dict[int, Person]:
    merges = Merge.objects.filter(gone__in=refs, undone_at=None).select_related("kept")
    return {merge.gone_id: merge.kept for merge in merges}


def _standings(incident: Incident, refs: Iterable[int]) -> dict[int, Standing]:
    rows = Standing.objects.filter(incident=incident, person_ref__in=list(refs))
    return {row.person_ref: row for row in rows}


def _matches(
    user: User,
    incident: Incident,
    links: Iterable[ReportedPerson],
    people: dict[int, Person],
    kept: dict[int, Person],
    told: dict[int, Told],
) -> dict[int, list[Match]]:
    """Nobody is matched with the others of their own party."""
    asked = [
        link
        for link in links
        if people[link.person_ref].provisional
        and people[link.person_ref].left_at is None
        and link.person_ref not in kept
    ]
    born = {
        link.person_ref: year
        for link in asked
        if link.leads and (year := told[link.report_id].born_in)
    }
    persons = list({link.person_ref: people[link.person_ref] for link in asked}.values())
    found = matches_for(persons, incident=incident, among=visible_people(user), born=born)
    party = {person.pk: person.household_id for person in persons}
    return {
        ref: [m for m in some if not party[ref] or m.person.household_id != party[ref]]
        for ref, some in found.items()
    }

"""Finding cases. Outside one's jurisdiction a case is not there; one without a post is everybody's
who may look after cases, until a post takes it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as When_
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404

from config.kernel import clock
from crisis.cases.models import Case, CaseLink, CaseMerge, CasePerson, HandOver, HelpRequest
from crisis.cases.states import AS_RED, LIVE, CaseState, EventKind
from crisis.incidents.models import Incident
from crisis.staff.models import User
from crisis.staff.roles import Capability, Role
from crisis.staff.selectors import posts_of
from registry.models import Jurisdiction, Post
from registry.selectors.merging import one_with


def post_for_country(code: str) -> Post | None:
    """The post that serves a country (ISO 3166-1 alpha-2); the first by code where several do."""
    found = Jurisdiction.objects.filter(country=code.upper()).order_by("post__code")
    jurisdiction = found.select_related("post").first()
    return jurisdiction.post if jurisdiction else None


def cases_for(user: User) -> QuerySet[Case]:
    """The cases of this user's posts, and those that no post has yet."""
    theirs = Q(post__in=posts_of(user))
    if user.can(Capability.RECORD) and user.role != Role.ADMINISTRATOR:
        theirs |= Q(post=None)
    return Case.objects.filter(theirs).select_related("post", "incident", "assigned_to")


def case_for(user: User, pk: int) -> Case:
    """One of them; Http404 for any other."""
    return get_object_or_404(cases_for(user), pk=pk)


def live_cases(user: User, incident: Incident | None = None) -> QuerySet[Case]:
    cases = cases_for(user).filter(state__in=LIVE)
    return cases.filter(incident=incident) if incident else cases


def by_urgency(cases: QuerySet[Case], at: datetime | None = None) -> QuerySet[Case]:
    """Who is overdue first, then red and ungraded, then by what is due next; those whose clock
    stands after them, the closed last."""
    now = at or clock.now()
    rank = When_(
        When(due_at__lte=now, then=Value(0)),
        When(due_at__isnull=False, grade__in=AS_RED, then=Value(1)),
        When(due_at__isnull=False, then=Value(2)),
        When(state=CaseState.OPEN, then=Value(3)),  # paused before anybody spoke with them
        When(state__in=LIVE, then=Value(4)),
        default=Value(5),
        output_field=IntegerField(),
    )
    return cases.annotate(urgency=rank).order_by("urgency", F("due_at").asc(nulls_last=True), "pk")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many live cases there are, and of them: overdue, red or ungraded without contact, other
    ones without contact, paused, in contact; `held` requests that wait for an officer's eye."""

    live: int
    overdue: int
    red: int
    waiting: int
    paused: int
    held: int = 0


def counts(cases: QuerySet[Case], at: datetime | None = None) -> Counts:
    now = at or clock.now()
    rows = cases.filter(state__in=LIVE).order_by().values_list("due_at", "grade", "paused_at")
    live = overdue = red = waiting = paused = 0
    for due_at, grade, paused_at in rows:
        live += 1
        paused += paused_at is not None
        if due_at is not None:
            waiting += 1
            overdue += due_at <= now
            red += grade in AS_RED
    return Counts(live, overdue, red, waiting, paused)


def live_case_of(persons: Collection[int], incident: Incident | None) -> Case | None:
    """The live case of any of these people in this incident (None: outside any). Registrations
    that were found to be one person are one."""
    if not persons:
        return None
    same = set(one_with(persons))
    found = CasePerson.objects.filter(person_ref__in=same, incident=incident, live=True)
    row = found.select_related("case").order_by("pk").first()
    return row.case if row else None


def cases_of_person(person_ref: int) -> QuerySet[Case]:
    """Every case about this person, newest first; jurisdiction is the caller's business."""
    same = set(one_with([person_ref]))
    return Case.objects.filter(persons__person_ref__in=same).distinct().order_by("-pk")


def linked_to(case: Case) -> QuerySet[Case]:
    links = CaseLink.objects.filter(Q(low=case) | Q(high=case)).values_list("low", "high")
    return Case.objects.filter(pk__in={pk for pair in links for pk in pair} - {case.pk})


def standing_merges(case: Case) -> QuerySet[CaseMerge]:
    """What was merged into this case and not taken apart again, newest first."""
    return (
        CaseMerge.objects.filter(kept=case, undone_at=None).select_related("gone").order_by("-pk")
    )


def hand_overs_for(user: User) -> QuerySet[HandOver]:
    found = HandOver.objects.filter(post__in=posts_of(user))
    return found.select_related("post", "from_user", "to_user", "accepted_by")


def hand_over_for(user: User, pk: int) -> HandOver:
    """One of them; Http404 for any other."""
    return get_object_or_404(hand_overs_for(user), pk=pk)


def waiting_for(user: User) -> list[HandOver]:
    """Hand-overs that this user may accept."""
    waiting = hand_overs_for(user).filter(accepted_at=None, withdrawn_at=None)
    mine = waiting.filter(Q(to_user=user) | Q(to_user=None)).exclude(from_user=user)
    return list(mine)


def held_requests() -> QuerySet[HelpRequest]:
    """Presses of the public form that wait their turn (crisis.cases.services.requests)."""
    return HelpRequest.objects.filter(worked_at=None, held=True).order_by("pk")


def waited(case: Case) -> timedelta | None:
    """How long a human contact took, pauses apart; None while there was none."""
    if case.contacted_at is None:
        return None
    spoken = case.events.filter(kind=EventKind.HUMAN_CONTACT).last()
    seconds = spoken.detail.get("waited_s") if spoken else None
    return None if seconds is None else timedelta(seconds=seconds)

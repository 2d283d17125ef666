"""What the pages read, within the user's jurisdiction: outside it a thing does not exist (404)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from crisis.cases.models import CasePerson
from crisis.evacuation.models import Manifest
from crisis.incidents.models import Incident
from crisis.rollcall.models import RollCallEvent, Standing
from crisis.staff.models import User
from crisis.staff.selectors import posts_of, within_jurisdiction
from registry.models import Group, Jurisdiction, Membership, Person
from registry.selectors.people import sounds_like


def visible_incidents(user: User) -> QuerySet[Incident]:
    incidents = Incident.objects.select_related(
        "post", "submitted_by", "approved_by", "signal", "follows"
    )
    return within_jurisdiction(incidents, user)


def visible_incident(user: User, pk: int) -> Incident:
    return get_object_or_404(visible_incidents(user), pk=pk)


def visible_manifest(user: User, pk: int) -> Manifest:
    manifests = Manifest.objects.select_related("incident__post", "drafted_by", "sealed_by")
    return get_object_or_404(within_jurisdiction(manifests, user, field="incident__post"), pk=pk)


def visible_people(user: User) -> QuerySet[Person]:
    """Registered people in the countries of the user's posts, in their groups and incidents."""
    countries = Jurisdiction.objects.filter(post__in=posts_of(user)).values("country")
    in_incidents = Standing.objects.filter(incident__in=visible_incidents(user)).order_by()
    groups = visible_groups(user).values("pk")
    in_groups = Membership.objects.filter(group__in=groups, ended_at=None)
    return Person.objects.filter(
        Q(pk__in=Person.objects.filter(whereabouts__country__in=countries).values("pk"))
        | Q(pk__in=in_groups.values("person"))
        | Q(pk__in=in_incidents.values("person_ref"))
    )


def visible_groups(user: User) -> QuerySet[Group]:
    """Groups in the countries of the user's posts, and those that are their post's business."""
    posts = posts_of(user)
    countries = Jurisdiction.objects.filter(post__in=posts).values("country")
    return Group.objects.filter(Q(country__in=countries) | Q(post__in=posts)).select_related("post")


def visible_group(user: User, pk: int) -> Group:
    return get_object_or_404(visible_groups(user), pk=pk)


def names_like(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Whose name or passport spelling holds `text`, or whose pinyin or initials begin with it."""
    holds = Q(name__icontains=text) | Q(passport_name__icontains=text)
    return people.filter(holds | sounds_like(text))


def with_names(rows: list[Any]) -> list[Any]:
    """Give each row, which knows a person only by `person_ref`, that person as `.person`."""
    people = Person.objects.in_bulk([row.person_ref for row in rows])
    for row in rows:
        row.person = people.get(row.person_ref)
    return rows


def with_who(cases: list[Any]) -> list[Any]:
    """Give each case the names of whom it is about as `.who`: those registered, else as given."""
    links = CasePerson.objects.filter(case__in=cases).order_by("pk")
    refs = list(links.values_list("case", "person_ref"))
    people = Person.objects.in_bulk([ref for _case, ref in refs])
    for case in cases:
        names = [people[ref].name for pk, ref in refs if pk == case.pk and ref in people]
        case.who = names or [name for name in [case.person_name] if name]
    return cases


def newest_events(incident: Incident, limit: int) -> list[Any]:
    """The newest lines of the roll-call log; the alerts themselves are left to the counts."""
    rows = RollCallEvent.objects.filter(incident=incident).exclude(kind="alerted").order_by("-id")
    return with_names(list(rows[:limit]))

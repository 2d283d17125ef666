"""Groups in an incident: which incidents concern one, and what was reported of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import HeadCount, Standing
from registry.models import Group, Jurisdiction
from registry.selectors.groups import members_of


def incidents_of(group: Group) -> QuerySet[Incident]:
    """Open incidents that concern a group: a member is inside, or its country is that of the post
    that declared it (whoever is there may be counted without being registered)."""
    members = members_of(group).values("person_id")
    inside = Standing.objects.filter(incident=OuterRef("pk"), person_ref__in=members)
    served = Jurisdiction.objects.filter(post=OuterRef("post"), country=group.country)
    declared = Incident.objects.filter(state=IncidentState.DECLARED)
    return declared.filter(Q(Exists(inside)) | Q(Exists(served))).order_by("-declared_at", "-pk")


def members_inside(incident: Incident, group: Group) -> list[Any]:
    """The members who stand in the incident, each with `.standing`; liaisons first, by name."""
    rows: list[Any] = list(members_of(group))
    found = Standing.objects.filter(
        incident=incident, person_ref__in=[row.person_id for row in rows]
    )
    standings = {standing.person_ref: standing for standing in found}
    for row in rows:
        row.standing = standings.get(row.person_id)
    return [row for row in rows if row.standing is not None]


def newest_heads(incident: Incident) -> list[Any]:
    """The newest head-count of each group, with `.group` (None where it is gone), newest first."""
    newest: dict[int, Any] = {}
    for row in HeadCount.objects.filter(incident=incident).order_by("counted_at", "pk"):
        newest[row.group_ref] = row
    groups = Group.objects.in_bulk(list(newest))
    for row in newest.values():
        row.group = groups.get(row.group_ref)
    return sorted(newest.values(), key=lambda row: row.counted_at, reverse=True)


def summed(heads: Iterable[HeadCount]) -> dict[str, int]:
    """All groups together; somebody two liaisons see is counted twice, which nobody can tell."""
    rows = list(heads)
    return {
        name: sum(getattr(row, name) for row in rows)
        for name in ("present", "safe", "needs_help", "unknown")
    }

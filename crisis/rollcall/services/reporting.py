"""What a group's liaison reports: of members by name, or how many are there without names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.incidents.models import Incident
from crisis.incidents.states import IncidentState
from crisis.rollcall.models import HeadCount, Standing
from crisis.rollcall.services.log import Entry, write_log
from crisis.rollcall.states import EventKind, Source
from registry.models import Group
from registry.selectors.groups import is_liaison, members_of
from registry.services.groups import demand_confirmed

# What a liaison may say of another, and what it is in the log.
# That somebody wants to go is a plan, and says nothing of how they are; that they stay is theirs
# alone to say.
WORDS = {
    "safe": EventKind.REPORTED_SAFE,
    "needs_help": EventKind.NEEDS_HELP,
    "wants_out": EventKind.PLANS_OUT,
}
MOST = 100_000


@dataclass(frozen=True, kw_only=True)
class Heads:
    """People around a liaison; each is in exactly one of the three."""

    safe: int
    needs_help: int
    unknown: int

    @property
    def present(self) -> int:
        return self.safe + self.needs_help + self.unknown


@transaction.atomic
def report_members(
    *, incident: Incident, group: Group, liaison: int, words: Mapping[int, str]
) -> int:
    """Write a liaison's word («safe», «needs_help» or «wants_out») about members of their group,
    by person.

    What it does to a standing: crisis.rollcall.fold. Of themselves they speak as anybody does.
    Returns how many lines were written. Raises DomainError: forbidden, unconfirmed, wrong_state,
    bad_report (no word, an unknown one, or somebody who is no member or not in the audience).
    """
    _check(incident, group, liaison)
    members = set(members_of(group).values_list("person_id", flat=True))
    inside = Standing.objects.filter(incident=incident, person_ref__in=list(words))
    known = members & set(inside.values_list("person_ref", flat=True))
    if not words or set(words) - known or set(words.values()) - set(WORDS):
        raise DomainError("bad_report", _("请为名单上的至少一名成员选择情况。"))
    line = audit.record(
        actor=f"person:{liaison}",
        act="rollcall.liaison_report",
        subject=incident.source,
        group=group.pk,
        people=sorted(words),
    )
    now, key = clock.now(), f"liaison:{line.number}"
    entries = [
        Entry(person, _kind(person, liaison, word), now, key) for person, word in words.items()
    ]
    write_log(
        incident_id=incident.pk,
        entries=entries,
        source=Source.LIAISON,
        recorded_by=f"person:{liaison}",
    )
    return len(entries)


def _kind(person: int, liaison: int, word: str) -> EventKind:
    return EventKind.SAFE if person == liaison and word == "safe" else WORDS[word]


@transaction.atomic
def report_heads(
    *, incident: Incident, group: Group, liaison: int, heads: Heads, counted_at: datetime
) -> HeadCount:
    """Keep how many are with a liaison; it takes the place of what the group reported before.

    Raises DomainError: forbidden, unconfirmed, wrong_state, bad_count, bad_time.
    """
    _check(incident, group, liaison)
    if min(heads.safe, heads.needs_help, heads.unknown) < 0 or not 0 < heads.present <= MOST:
        sentence = _("请填写在场人数，合计 1 至 %(most)s 人。")
        raise DomainError("bad_count", sentence % {"most": MOST})
    if counted_at > clock.now():
        raise DomainError("bad_time", _("清点时间不能晚于现在。"))
    audit.record(
        actor=f"person:{liaison}",
        act="rollcall.head_count",
        subject=incident.source,
        group=group.pk,
        present=heads.present,
    )
    return HeadCount.objects.create(
        incident=incident,
        group_ref=group.pk,
        present=heads.present,
        safe=heads.safe,
        needs_help=heads.needs_help,
        unknown=heads.unknown,
        counted_at=counted_at,
        learned_at=clock.now(),
        reported_by=f"person:{liaison}",
    )


def _check(incident: Incident, group: Group, liaison: int) -> None:
    if not is_liaison(group, liaison):
        raise DomainError("forbidden", _("只有该团组的联络员可以报告。"), status=403)
    demand_confirmed(group)
    if incident.state != IncidentState.DECLARED:
        raise DomainError("wrong_state", _("事件未在进行中，不能报告。"), status=409)

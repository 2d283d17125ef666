"""Groups and their liaisons: who may open, confirm, change and close one.

A citizen's group is unconfirmed until an officer has looked at it; an officer's is confirmed at
once. What officers may do to which group is asked before (capability and jurisdiction); what a
liaison may do is asked here. Every act is in the audit log.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from config.kernel.text import clean
from registry.drafts import Place, country_code, refusal
from registry.models import Group, GroupKind, Jurisdiction, Membership, Person, Post
from registry.services.vessels import place_members
from registry.services.vouching import vouch_for_members

LIAISON, MEMBER = Membership.Part.LIAISON, Membership.Part.MEMBER


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: an officer (`person_id` is None) or a registered person. `name` is for the audit
    log: a username, or `person:7`."""

    name: str
    person_id: int | None = None

    @property
    def is_officer(self) -> bool:
        return self.person_id is None


def officer(username: str) -> Acting:
    return Acting(username)


def citizen(person: Person) -> Acting:
    return Acting(f"person:{person.pk}", person.pk)


@dataclass(frozen=True, kw_only=True)
class GroupDraft:
    """What is said about a group when it is opened."""

    kind: str
    name: str
    country: str
    city: str = ""

    def clean(self) -> "GroupDraft":
        """Checked and normalised; raises DomainError whose extra names the field."""
        if self.kind not in GroupKind.values:
            raise refusal("unknown_kind", "kind", _("请选择团组的种类。"))
        name = clean(self.name)
        if not name or len(name) > 80:
            raise refusal("bad_name", "name", _("团组名称不能为空，也不能超过 80 个字。"))
        country = country_code("country", self.country)
        return replace(self, name=name, country=country, city=clean(self.city)[:80])


@transaction.atomic
def open_group(*, draft: GroupDraft, by: Acting, post: Post | None = None) -> Group:
    """Open a group. A citizen becomes its liaison and waits for an officer; an officer's group is
    confirmed at once and may begin without a liaison.

    `post` is whose business it is; by default the one that serves the country. Raises DomainError
    from the draft.
    """
    tidy, now = draft.clean(), clock.now()
    group = Group.objects.create(
        **vars(tidy),
        post=post or _post_for(tidy.country),
        created_at=now,
        confirmed_at=now if by.is_officer else None,
        confirmed_by=by.name if by.is_officer else "",
    )
    _note("opened", group, by, kind=group.kind)
    if by.person_id is not None:
        Membership.objects.create(group=group, person_id=by.person_id, part=LIAISON, joined_at=now)
    return group


def _post_for(country: str) -> Post | None:
    served = Jurisdiction.objects.filter(country=country).order_by("pk").select_related("post")
    found = served.first()
    return found.post if found else None


@transaction.atomic
def confirm_group(*, group: Group, by: Acting) -> None:
    """An officer has looked at it: from now on its liaison reports for its members.

    Raises DomainError: forbidden (to a citizen), wrong_state (closed, or confirmed already).
    """
    held = _held(group)
    if not by.is_officer:
        raise _forbidden()
    if held.confirmed_at is not None:
        raise DomainError("wrong_state", _("该团组已经核实过。"), status=409)
    now = clock.now()
    Group.objects.filter(pk=held.pk).update(confirmed_at=now, confirmed_by=by.name)
    group.confirmed_at, group.confirmed_by = now, by.name
    _note("confirmed", group, by, addresses=vouch_for_members(group=group, at=now))


@transaction.atomic
def close_group(*, group: Group, by: Acting) -> None:
    """End the group and everybody's membership in it. An officer or a liaison of it may.

    Raises DomainError: forbidden, wrong_state.
    """
    held, now = _held(group), clock.now()
    _demand_liaison(held, by)
    Membership.objects.filter(group=held, ended_at=None).update(ended_at=now)
    Group.objects.filter(pk=held.pk).update(closed_at=now)
    group.closed_at = now
    _note("closed", group, by)


@transaction.atomic
def add_member(*, group: Group, person: Person, by: Acting) -> Membership:
    """Take somebody in; who is in already stays as they are.

    Persons join themselves (with the group's code); a liaison adds those whom they registered;
    an officer anybody. Raises DomainError: forbidden, wrong_state, left (left the registry).
    """
    held = _held(group)
    if by.person_id != person.pk:
        _demand_liaison(held, by)
        if not by.is_officer and person.registered_by_id != by.person_id:
            raise DomainError(
                "not_yours",
                _("只能直接加入由您登记的人。其他人请用团组口令自行加入。"),
                status=403,
            )
    if person.left_at is not None:
        raise DomainError("left", _("此人已退出登记。"), status=409)
    row, created = Membership.objects.get_or_create(
        group=held,
        person=person,
        ended_at=None,
        defaults={"part": MEMBER, "joined_at": clock.now()},
    )
    if created:
        _note("member_added", group, by, person=person.pk)
    return row


@transaction.atomic
def end_membership(*, group: Group, person: Person, by: Acting) -> bool:
    """Let somebody go: the person themself, a liaison or an officer may. False when they were not
    in it.

    Raises DomainError: forbidden, wrong_state, last_liaison.
    """
    held = _held(group)
    if by.person_id != person.pk:
        _demand_liaison(held, by)
    row = Membership.objects.filter(group=held, person=person, ended_at=None).first()
    if row is None:
        return False
    if row.part == LIAISON:
        _check_not_last(held, person, by)
    Membership.objects.filter(pk=row.pk).update(ended_at=clock.now())
    _note("member_ended", group, by, person=person.pk)
    return True


@transaction.atomic
def appoint_liaison(*, group: Group, person: Person, by: Acting) -> None:
    """Make a member a liaison (there may be several). A liaison of it or an officer may.

    Raises DomainError: forbidden, wrong_state, not_member.
    """
    held = _held(group)
    _demand_liaison(held, by)
    members = Membership.objects.filter(group=held, person=person, ended_at=None)
    if not members.exists():
        raise DomainError("not_member", _("此人不是该团组的成员，请先加入。"), status=409)
    if members.exclude(part=LIAISON).update(part=LIAISON):
        _note("liaison_appointed", group, by, person=person.pk)


@transaction.atomic
def dismiss_liaison(*, group: Group, person: Person, by: Acting) -> None:
    """Make a liaison a plain member again. Raises DomainError: forbidden, wrong_state,
    last_liaison."""
    held = _held(group)
    _demand_liaison(held, by)
    rows = Membership.objects.filter(group=held, person=person, ended_at=None, part=LIAISON)
    if not rows.exists():
        return
    _check_not_last(held, person, by)
    rows.update(part=MEMBER)
    _note("liaison_dismissed", group, by, person=person.pk)


@transaction.atomic
def report_position(*, group: Group, place: Place, at: datetime, by: Acting) -> int:
    """A vessel says where it is: that is where its members are. Returns how many were moved.

    A position older than the last changes nothing. Raises DomainError: forbidden, wrong_state,
    not_a_vessel, unconfirmed, bad_time, no_position, and those of Place.
    """
    held = _held(group)
    _demand_liaison(held, by)
    if held.kind != GroupKind.VESSEL:
        raise DomainError("not_a_vessel", _("只有船舶报告移动位置。"))
    demand_confirmed(held)
    if at > clock.now():
        raise refusal("bad_time", "at", _("报位时间不能晚于现在。"))
    tidy = replace(place, country=place.country or held.country).clean()
    if tidy.latitude is None:
        raise refusal("no_position", "latitude", _("请填写经纬度，误差不超过 50 公里。"))
    if held.position_at is not None and held.position_at >= at:
        return 0
    now_at = {
        "latitude": tidy.latitude,
        "longitude": tidy.longitude,
        "accuracy_m": tidy.accuracy_m,
        "position_at": at,
    }
    Group.objects.filter(pk=held.pk).update(**now_at)
    moved = place_members(group_id=held.pk, place=tidy, at=at)
    _note("moved", group, by, members=moved)
    return moved


def demand_confirmed(group: Group) -> None:
    """Raises DomainError unconfirmed (409): no officer has looked at this group yet."""
    if group.confirmed_at is None:
        raise DomainError("unconfirmed", _("使领馆核实该团组之后，才能代成员报告。"), status=409)


# -- what is asked of every act --------------------------------------------------------------


def _held(group: Group) -> Group:
    """The group's row, locked until the commit; raises DomainError wrong_state when closed."""
    held = Group.objects.select_for_update().get(pk=group.pk)
    if held.closed_at is not None:
        raise DomainError("wrong_state", _("该团组已经结束。"), status=409)
    return held


def _demand_liaison(group: Group, by: Acting) -> None:
    if by.is_officer:
        return
    own = Membership.objects.filter(
        group=group, person=by.person_id, part=LIAISON, ended_at=None, person__left_at=None
    )
    if not own.exists():
        raise _forbidden()


def _check_not_last(group: Group, person: Person, by: Acting) -> None:
    """A group in which nobody is asked is of no use; an officer may leave one so for a while."""
    others = Membership.objects.filter(
        group=group, part=LIAISON, ended_at=None, person__left_at=None
    ).exclude(person=person)
    if not by.is_officer and not others.exists():
        raise DomainError(
            "last_liaison",
            _("团组至少要有一名联络员。请先指定另一名联络员，或结束该团组。"),
            status=409,
        )


def _forbidden() -> DomainError:
    return DomainError("forbidden", _("只有该团组的联络员或领事官员可以这样做。"), status=403)


def _note(act: str, group: Group, by: Acting, **detail: object) -> None:
    audit.record(actor=by.name, act=f"group.{act}", subject=f"group:{group.pk}", **detail)

"""The duty roster as officers keep it: adding, changing and ending turns of their posts."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.staff.duty import Contact, assign_duty, check_turn, normalise_contact, note_turn
from crisis.staff.models import DutyTurn, User
from crisis.staff.roles import Capability, Role
from crisis.staff.selectors import covers_in_force, demand
from registry.models import Post

# Nobody is awake for longer; a typing error in the day is caught by it.
LONGEST = timedelta(days=7)
ON_DUTY_ROLES = (Role.OFFICER, Role.DUTY_HEAD, Role.PLANNER)


def who_may_be_on_duty(post: Post) -> QuerySet[User]:
    """Active staff of the post, and of the post that covers it."""
    covering = covers_in_force().filter(post=post).order_by().values("covered_by")
    people = User.objects.filter(Q(posts=post) | Q(posts__in=covering))
    return people.filter(is_active=True, role__in=ON_DUTY_ROLES).distinct().order_by("username")


@transaction.atomic
def add_turn(
    *,
    post: Post,
    user: User,
    begins_at: datetime,
    ends_at: datetime,
    contact: Contact,
    officer: User,
) -> DutyTurn:
    """Put one of the post's staff on duty. Times are UTC.

    Raises DomainError: forbidden, not_found, not_of_this_post, duty_ends_before_it_begins,
    duty_is_over, duty_too_long, duty_overlaps, and what `normalise_contact` raises.
    """
    demand(officer, Capability.KEEP_DUTY, post)
    _check(post, user, begins_at, ends_at)
    return assign_duty(
        user=user,
        post=post,
        begins_at=begins_at,
        ends_at=ends_at,
        contact=contact,
        actor=officer.username,
    )


@transaction.atomic
def change_turn(
    *,
    turn: DutyTurn,
    user: User,
    begins_at: datetime,
    ends_at: datetime,
    contact: Contact,
    officer: User,
) -> None:
    """Change a turn that is not over. Raises DomainError as `add_turn` does."""
    post = _post_of(turn)
    demand(officer, Capability.KEEP_DUTY, post)
    _check_not_over(turn.ends_at)
    _check(post, user, begins_at, ends_at, besides=turn)
    reached = normalise_contact(contact)
    turn.user, turn.begins_at, turn.ends_at = user, begins_at, ends_at
    turn.phone, turn.wechat, turn.language = reached.phone, reached.wechat, reached.language
    turn.save()
    note_turn(turn, actor=officer.username, act="duty.changed")


@transaction.atomic
def end_turn(*, turn: DutyTurn, officer: User) -> None:
    """End a turn now; one that has not begun is taken off the roster.

    Raises DomainError: forbidden, not_found, duty_is_over.
    """
    demand(officer, Capability.KEEP_DUTY, _post_of(turn))
    _check_not_over(turn.ends_at)
    now = clock.now()
    if turn.begins_at >= now:
        note_turn(turn, actor=officer.username, act="duty.removed")
        turn.delete()
        return
    turn.ends_at = now
    turn.save(update_fields=["ends_at"])
    note_turn(turn, actor=officer.username, act="duty.ended")


def _post_of(turn: DutyTurn) -> Post:
    """Turns for the whole installation are the administrator's. Raises DomainError not_found."""
    if turn.post is None:
        raise DomainError("not_found", _("未找到。"), status=404)
    return turn.post


def _check(
    post: Post,
    user: User,
    begins_at: datetime,
    ends_at: datetime,
    *,
    besides: DutyTurn | None = None,
) -> None:
    check_turn(begins_at, ends_at)
    _check_not_over(ends_at)
    if ends_at - begins_at > LONGEST:
        raise DomainError(
            "duty_too_long",
            _("一班最长 %(days)d 天，请检查日期。") % {"days": LONGEST.days},
            {"field": "ends_at", "days": LONGEST.days},
        )
    if not who_may_be_on_duty(post).filter(pk=user.pk).exists():
        raise DomainError("not_of_this_post", _("此人不在该馆工作人员之列。"), {"field": "user"})
    same = DutyTurn.objects.filter(post=post, user=user, begins_at__lt=ends_at)
    if besides is not None:
        same = same.exclude(pk=besides.pk)
    if same.filter(ends_at__gt=begins_at).exists():
        raise DomainError(
            "duty_overlaps",
            _("此人这段时间已在值班表上，请更改原来的一班。"),
            {"field": "begins_at"},
            status=409,
        )


def _check_not_over(ends_at: datetime) -> None:
    if ends_at <= clock.now():
        raise DomainError(
            "duty_is_over", _("这一班已经结束，请另加一班。"), {"field": "ends_at"}, status=409
        )

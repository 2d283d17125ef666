"""代管 where it meets paging: a neighbour takes over a post that does not answer.

At 03:00 one officer of a neighbour is awake, and nobody else. So no second officer is asked for;
instead nobody takes over on their own word. The neighbour was named beforehand by an
administrator, and the post was paged through to its neighbours without an answer of its own, or
has nobody on duty at all. It ends by itself, either post ends it at any time, and both are told.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.operations.models import Page, Step
from crisis.operations.paging import page
from crisis.operations.problems import NO_FURTHER, Found, Problem
from crisis.staff import covering
from crisis.staff.models import Cover, CoverReason, DutyTurn, Neighbour, User
from crisis.staff.roles import Capability
from crisis.staff.selectors import covers_in_force, demand, is_own
from registry.models import Post

TAKEN_OVER_AT_MOST = timedelta(hours=12)
# An unanswered page speaks for silence for so long.
SILENCE_LASTS = timedelta(hours=12)


def is_silent(post: Post) -> bool:
    """Whether nobody of the post answers: its newest page came as far as the neighbours and none
    of its own staff answered it, or nobody of its own is on duty now."""
    return nobody_on_duty(post) or unanswered_page(post) is not None


def nobody_on_duty(post: Post) -> bool:
    now = clock.now()
    turns = DutyTurn.objects.filter(post=post, begins_at__lte=now, ends_at__gt=now)
    return not turns.filter(user__is_active=True).exists()


def unanswered_page(post: Post) -> Page | None:
    """The newest page about the post, where its own staff let it go on to the neighbours."""
    lately = clock.real_now() - SILENCE_LASTS
    pages = Page.objects.filter(post=post, at__gt=lately).exclude(problem__in=NO_FURTHER)
    newest = pages.order_by("-pk").first()
    if newest is None or newest.step < Step.NEIGHBOURS:
        return None
    if newest.answered_by is not None and is_own(newest.answered_by, post):
        return None
    return newest


def is_covered(post: Post) -> bool:
    return covers_in_force().filter(post=post).exists()


def neighbours_of(user: User) -> list[Neighbour]:
    """The posts that one of the user's own posts may take over."""
    rows = Neighbour.objects.filter(neighbour__staff=user).exclude(post__staff=user)
    return list(rows.select_related("post", "neighbour").order_by("order", "pk"))


def call_post(*, post: Post, officer: User) -> Page | None:
    """Page the post's duty: «somebody answer». None where it was done a moment ago.

    Raises DomainError: forbidden, not_found (neither theirs nor a neighbour).
    """
    demand(officer, Capability.KEEP_DUTY)
    _neighbour_or_own(post, officer)
    found = Found(Problem.CALLED, post.code, post_id=post.pk)
    return page(found, actor=officer.username)


def try_page(*, post: Post, officer: User) -> Page | None:
    """Page the post's duty with words that say it is a test; it goes to nobody else.

    Raises DomainError: forbidden, not_found.
    """
    demand(officer, Capability.KEEP_DUTY, post)
    found = Found(Problem.TEST_PAGE, post.code, post_id=post.pk)
    return page(found, actor=officer.username)


def take_over(*, post: Post, by: Post, ends_at: datetime, officer: User) -> Cover:
    """An officer of `by`, a neighbour of `post`, takes it over from now until `ends_at` (UTC).

    Raises DomainError: forbidden, not_found, post_not_silent, cover_too_long, and what
    crisis.staff.covering.open_cover raises.
    """
    demand(officer, Capability.KEEP_DUTY)
    named = Neighbour.objects.filter(post=post, neighbour=by).exists()
    if not (named and is_own(officer, by)):
        raise DomainError("not_found", _("未找到。"), status=404)
    if not is_silent(post):
        sentence = _(
            "该馆有人值班，传呼也没有走到邻馆。请先传呼，%(minutes)d 分钟内逐级无人应答后再接管。"
        )
        minutes = settings.PAGE_ESCALATE_MINUTES * 2
        raise DomainError(
            "post_not_silent", sentence % {"minutes": minutes}, {"minutes": minutes}, status=409
        )
    if ends_at > clock.now() + TAKEN_OVER_AT_MOST:
        hours = int(TAKEN_OVER_AT_MOST.total_seconds() // 3600)
        raise DomainError(
            "cover_too_long",
            _("接管最长 %(hours)d 小时，到期仍无人应答可以再次接管。") % {"hours": hours},
            {"field": "ends_at", "hours": hours},
        )
    cover = covering.open_cover(
        post=post, covered_by=by, ends_at=ends_at, reason=CoverReason.SILENT, officer=officer
    )
    tell_both(cover)
    return cover


def hand_over(
    *, post: Post, to: Post, ends_at: datetime, reason: CoverReason, officer: User
) -> Cover:
    """As crisis.staff.covering.hand_over, and both posts' duty is told."""
    cover = covering.hand_over(post=post, to=to, ends_at=ends_at, reason=reason, officer=officer)
    tell_both(cover)
    return cover


def tell_both(cover: Cover) -> None:
    """While it holds, whoever is on duty for the covering post is for the covered one too."""
    where = f"{cover.post.code} ← {cover.covered_by.code}"
    actor = cover.ordered_by.username
    page(Found(Problem.COVER_BEGUN, where, post_id=cover.post_id), actor=actor)


def _neighbour_or_own(post: Post, officer: User) -> None:
    next_to = Neighbour.objects.filter(post=post, neighbour__staff=officer).exists()
    if not (next_to or is_own(officer, post)):
        raise DomainError("not_found", _("未找到。"), status=404)

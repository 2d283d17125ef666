"""代管: one post acts for another. Who may order it, for how long, and how it ends.

A post hands itself over by its own officer's word. That a neighbour takes over a post which does
not answer is decided above, where pages are known (crisis.operations.relieving).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit, clock
from config.kernel.errors import DomainError
from crisis.staff.models import Cover, CoverReason, User
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, is_own
from registry.models import Post

# Longer than that is a matter of accounts and jurisdictions, not of a night.
HANDED_OVER_AT_MOST = timedelta(days=30)


def hand_over(
    *, post: Post, to: Post, ends_at: datetime, reason: CoverReason, officer: User
) -> Cover:
    """An officer of `post` lets the staff of `to` act for it from now until `ends_at` (UTC).

    Raises DomainError: forbidden, not_found (not the officer's own post), same_post,
    already_covered, cover_is_over, cover_too_long.
    """
    demand(officer, Capability.KEEP_DUTY)
    if not is_own(officer, post):
        raise DomainError("not_found", _("未找到。"), status=404)
    if ends_at > clock.now() + HANDED_OVER_AT_MOST:
        days = HANDED_OVER_AT_MOST.days
        raise DomainError(
            "cover_too_long",
            _("移交最长 %(days)d 天，到期可以再次移交。") % {"days": days},
            {"field": "ends_at", "days": days},
        )
    return open_cover(post=post, covered_by=to, ends_at=ends_at, reason=reason, officer=officer)


@transaction.atomic
def open_cover(
    *, post: Post, covered_by: Post, ends_at: datetime, reason: CoverReason, officer: User
) -> Cover:
    """Write a cover that begins now; the caller has decided that `officer` may order it. One post
    has one cover at a time. Raises DomainError same_post, already_covered, cover_is_over."""
    now = clock.now()
    if post.pk == covered_by.pk:
        raise DomainError("same_post", _("使领馆不能代管自己。"), {"field": "to"})
    if ends_at <= now:
        raise DomainError("cover_is_over", _("代管的结束时间必须晚于现在。"), {"field": "ends_at"})
    # The lock makes the second of two officers see the first one's cover.
    Post.objects.select_for_update().get(pk=post.pk)
    standing = Cover.objects.filter(post=post, ends_at__gt=now, ended_at=None)
    if known := standing.select_related("covered_by").first():
        raise DomainError(
            "already_covered",
            _("该馆已由%(post)s代管，请先结束那一次代管。") % {"post": known.covered_by.code},
            {"cover": known.pk},
            status=409,
        )
    cover = Cover.objects.create(
        post=post,
        covered_by=covered_by,
        begins_at=now,
        ends_at=ends_at,
        reason=reason,
        ordered_by=officer,
        ordered_at=now,
    )
    _note(cover, officer, "cover.begun")
    return cover


@transaction.atomic
def give_back(*, cover: Cover, officer: User) -> None:
    """End a cover before its time; an officer of either post may.

    Raises DomainError: forbidden, not_found, cover_is_over.
    """
    demand(officer, Capability.KEEP_DUTY)
    if not (is_own(officer, cover.post) or is_own(officer, cover.covered_by)):
        raise DomainError("not_found", _("未找到。"), status=404)
    now = clock.now()
    standing = Cover.objects.filter(pk=cover.pk, ended_at=None, ends_at__gt=now)
    if not standing.update(ended_at=now, ended_by=officer):
        raise DomainError("cover_is_over", _("这次代管已经结束。"), status=409)
    _note(cover, officer, "cover.ended")


def _note(cover: Cover, officer: User, act: str) -> None:
    audit.record(
        actor=officer.username,
        act=act,
        subject=f"cover:{cover.pk}",
        post=cover.post_id,
        covered_by=cover.covered_by_id,
        reason=cover.reason,
        ends_at=cover.ends_at,
    )

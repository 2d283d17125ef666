"""Whose business an incident is. Outside one's jurisdiction a thing is not there (404)."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from config.kernel import clock
from config.kernel.errors import DomainError
from crisis.staff.models import Cover, User
from crisis.staff.roles import Capability, Role
from registry.models import Post

M = TypeVar("M", bound=Model)


def acting_user(request: HttpRequest | Request) -> User:
    """Who asks, in a view that has already refused everybody without a capability."""
    if not isinstance(request.user, User):
        raise RuntimeError("a view without a capability")
    return request.user


def posts_of(user: User | AnonymousUser) -> QuerySet[Post]:
    """The posts whose incidents this user may see: their own, and those that one of their own
    covers at this moment (代管).

    Auditors see all; administrators look after the machine and see none, whatever posts are
    written beside their name; inactive and anonymous users see none.
    """
    if not isinstance(user, User) or not user.is_active or user.role == Role.ADMINISTRATOR:
        return Post.objects.none()
    if user.role == Role.AUDITOR:
        return Post.objects.all()
    # A union in the sub-query: with an OR the planner expects every post there is.
    own = Post.objects.filter(staff=user).order_by().values("pk")
    covered = covers_in_force().filter(covered_by__staff=user).order_by().values("post")
    return Post.objects.filter(pk__in=own.union(covered, all=True))


def covers_in_force() -> QuerySet[Cover]:
    """The covers that hold at this moment."""
    now = clock.now()
    return Cover.objects.filter(begins_at__lte=now, ends_at__gt=now, ended_at=None)


def covers_of(user: User) -> QuerySet[Cover]:
    """Those that hold now, or will, and concern one of the user's own posts, on either side."""
    standing = Cover.objects.filter(ends_at__gt=clock.now(), ended_at=None)
    own = Post.objects.filter(staff=user).order_by().values("pk")
    mine = standing.filter(Q(post__in=own) | Q(covered_by__in=own))
    return mine.select_related("post", "covered_by", "ordered_by").order_by("begins_at", "pk")


def is_own(user: User, post: Post) -> bool:
    """Whether the user serves the post itself, and not for another."""
    return user.is_active and user.posts.filter(pk=post.pk).exists()


def within_jurisdiction(
    queryset: QuerySet[M], user: User | AnonymousUser, field: str = "post"
) -> QuerySet[M]:
    """The rows of `queryset` whose post (reached by `field`, such as `incident__post`) is theirs.

    Views take their object from here, so that somebody else's is simply not found.
    """
    return queryset.filter(**{f"{field}__in": posts_of(user)})


def demand(user: User, capability: Capability, post: Post | None = None) -> None:
    """Refuse an act that this user may not do, for services and the command line.

    Raises DomainError `forbidden` (403) without the capability, `not_found` (404) outside the
    jurisdiction: what a stranger may not see is not confirmed to be there.
    """
    if not user.can(capability):
        raise DomainError(
            "forbidden",
            _("您的角色无权%(act)s。") % {"act": capability.label},
            {"capability": capability.value},
            status=403,
        )
    if post is not None and not posts_of(user).filter(pk=post.pk).exists():
        raise DomainError("not_found", _("未找到。"), status=404)

"""Accounts of staff."""

from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from config.kernel import audit
from config.kernel.errors import DomainError
from crisis.staff.models import User
from crisis.staff.roles import Role
from registry.models import Post

# Everybody else works for the whole installation.
ROLES_WITH_POST = frozenset({Role.OFFICER, Role.DUTY_HEAD, Role.PLANNER, Role.LIAISON})


def create_user(
    *,
    username: str,
    role: str,
    posts: Sequence[Post] = (),
    password: str,
    display_name: str = "",
    actor: str = "command line",
) -> User:
    """A member of staff who can log in; administrators may enter the admin site.

    Raises DomainError: unknown_role, post_needed, bad_username, username_taken, weak_password
    (with the reasons in `extra`).
    """
    _check_role(role, posts)
    user = User(username=username, role=role, display_name=display_name)
    user.is_staff = role == Role.ADMINISTRATOR
    _check_username(user)
    _check_password(user, password)
    user.set_password(password)
    with transaction.atomic():
        user.save()
        user.posts.set(posts)
        audit.record(
            actor=actor,
            act="user.created",
            subject=f"user:{user.pk}",
            role=role,
            posts=[post.code for post in posts],
        )
    return user


def _check_role(role: str, posts: Sequence[Post]) -> None:
    if role not in Role.values:
        raise DomainError(
            "unknown_role", _("没有这个角色：%(role)s。") % {"role": role}, {"roles": Role.values}
        )
    if role in ROLES_WITH_POST and not posts:
        raise DomainError("post_needed", _("这个角色至少需要一个使领馆。"))


def _check_username(user: User) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as problem:
        raise DomainError(
            "bad_username", _("用户名不可用：%(why)s") % {"why": " ".join(problem.messages)}
        ) from None
    if User.objects.filter(username=user.username).exists():
        raise DomainError("username_taken", _("这个用户名已有人使用。"), status=409)


def _check_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise DomainError(
            "weak_password",
            _("密码不可用：%(why)s") % {"why": " ".join(problem.messages)},
            {"reasons": problem.messages},
        ) from None

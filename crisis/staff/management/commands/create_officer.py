"""`manage.py create_officer NAME --role planner --post VLI`: an account for a member of staff."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from crisis.staff.prompting import read_password
from crisis.staff.roles import Role
from crisis.staff.services import create_user
from registry.models import Post


class Command(BaseCommand):
    help = "Create an account. The password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.OFFICER.value)
        parser.add_argument("--post", action="append", default=[], metavar="CODE")
        parser.add_argument("--name", default="", help="display name")

    def handle(self, *args: Any, **options: Any) -> None:
        posts = [_post(code) for code in options["post"]]
        try:
            user = create_user(
                username=options["username"],
                role=options["role"],
                posts=posts,
                password=read_password(),
                display_name=options["name"],
            )
        except DomainError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{user.pk}  {user.username}  {user.role}  {' '.join(options['post'])}")


def _post(code: str) -> Post:
    try:
        return Post.objects.get(code=code)
    except Post.DoesNotExist:
        known = " ".join(Post.objects.values_list("code", flat=True))
        raise CommandError(
            _("没有代码为 %(code)s 的使领馆，现有：%(known)s。") % {"code": code, "known": known}
        ) from None

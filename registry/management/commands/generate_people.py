"""manage.py generate_people: synthetic people for drills, tests and benchmarks."""

import argparse
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from config.kernel import clock
from config.kernel.errors import DomainError
from registry.generator import generate_people


def focus_pair(text: str) -> tuple[str, int]:
    """VU=231 → ("VU", 231)."""
    country, _equals, number = text.partition("=")
    if not number.isdigit():
        raise argparse.ArgumentTypeError(f"«{text}»: write a country and a number, such as VU=231")
    return country.upper(), int(number)


def moment(text: str) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"«{text}»: write 2024-12-17T02:00:00Z") from None
    return written if written.tzinfo else written.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Write synthetic people around real cities (a drill installation only)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=20_000, help="people in all")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same people")
        parser.add_argument(
            "--focus", type=focus_pair, action="append", default=[], metavar="VU=231",
            help="exactly so many people in this country; may be repeated",
        )  # fmt: skip
        parser.add_argument("--at", type=moment, help="moment of reference (default: now)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "drill":
            raise CommandError(_("这是实战系统，不接受合成人员。"))
        with Progress(transient=True) as bar:
            task = bar.add_task("people", total=options["count"])
            try:
                written = generate_people(
                    count=options["count"],
                    seed=options["seed"],
                    focus=dict(options["focus"]),
                    at=options["at"] or clock.now(),
                    progress=lambda done: bar.update(task, completed=done),
                )
            except DomainError as refused:
                raise CommandError(str(refused)) from None
        self.stdout.write(f"{written} people")

"""`manage.py retention`: end what is kept no longer, or count it."""

import json
import math
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.kernel import retention


class Command(BaseCommand):
    help = "Apply the rules of retention now. --dry-run only counts, and shows nobody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count what is due, by rule")
        parser.add_argument("--json", action="store_true", help="one JSON object a rule")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            counts = {rule.name: rule.due().count() for rule in retention.rules()}
        else:
            ended = retention.run(budget_s=math.inf).ended
            counts = {rule.name: ended.get(rule.name, 0) for rule in retention.rules()}
        for rule in retention.rules():
            self.stdout.write(_line(rule, counts[rule.name], as_json=options["json"]))


def _line(rule: retention.Rule, count: int, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"rule": rule.name, "days": rule.days, "rows": count})
    return f"{count:>9}  {rule.name:<14} {rule.days:>5} d  {rule.what}"

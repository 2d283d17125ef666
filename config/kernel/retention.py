"""How long things are kept: one table of rules, which every app adds its own to.

A rule finds rows whose time is over and removes what is personal in them. Rules are run in small
pieces by beat (config/kernel/tasks.py), by hand with `manage.py retention`, and never need to be
run in order or only once.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise

from config.kernel import audit, clock, progress
from config.kernel.legal import Basis

ACTOR = "retention"
PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Rule:
    """`find(moment)` are the rows whose period began before `moment`, with a whole number as key;
    `apply(ids)` ends them and returns how many it ended (those that are still needed stay, and are
    looked at again in the next run).

    `setting` names the period in days (docs/settings.md); `what` says in words what goes.
    """

    name: str
    what: str | Promise
    setting: str
    find: Callable[[datetime], QuerySet]
    apply: Callable[[Collection[int]], int]
    basis: Basis = Basis.ERASURE_DUTY

    @property
    def days(self) -> int:
        return int(getattr(settings, self.setting))

    def due(self) -> QuerySet:
        return self.find(clock.now() - timedelta(days=self.days))


_RULES: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    """Add a rule; the same name again replaces it."""
    _RULES[rule.name] = rule


def rules() -> list[Rule]:
    return list(_RULES.values())


@dataclass(slots=True)
class Done:
    """What one run came to: how much each rule ended, and whether all were gone through."""

    ended: dict[str, int]
    finished: bool


def run(*, budget_s: float) -> Done:
    """Apply the rules for about `budget_s` seconds. Each that ended something is in the audit
    log, with its number alone."""
    until, done = time.monotonic() + budget_s, Done({}, finished=True)
    for rule in rules():
        ended, finished = _apply(rule, until)
        if ended:
            done.ended[rule.name] = ended
            _note(rule, ended)
        if not finished:
            done.finished = False
            break
    return done


def _apply(rule: Rule, until: float) -> tuple[int, bool]:
    after, ended, due = 0, 0, rule.due().order_by("pk")
    while ids := list(due.filter(pk__gt=after).values_list("pk", flat=True)[:PIECE]):
        ended += rule.apply(ids)
        after = ids[-1]
        progress.moved()
        if time.monotonic() > until:
            return ended, False
    return ended, True


def _note(rule: Rule, ended: int) -> None:
    audit.record(
        actor=ACTOR,
        act="retention.applied",
        subject=f"rule:{rule.name}",
        rows=ended,
        days=rule.days,
    )

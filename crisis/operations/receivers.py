"""What the duty roster is told by the floors below."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from crisis.cases.models import Case
from crisis.cases.signals import red_case_held, red_cases_wait
from crisis.operations import redcases
from crisis.staff.models import User


@receiver(red_cases_wait)
def _wait(cases: Sequence[Case], why: str, **_: Any) -> None:
    redcases.tell_of_cases(cases=cases, why=why)


@receiver(red_case_held)
def _held(case: Case, officer: User, **_: Any) -> None:
    redcases.settle_pages_of(case=case, officer=officer)

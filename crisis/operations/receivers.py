"""What the duty roster is told by the floors below."""

from typing import Any

from django.dispatch import receiver

from crisis.cases.models import Case
from crisis.cases.signals import red_case_held, red_case_waits
from crisis.operations import redcases
from crisis.staff.models import User


@receiver(red_case_waits)
def _waits(case: Case, why: str, **_: Any) -> None:
    redcases.tell_of_case(case=case, why=why)


@receiver(red_case_held)
def _held(case: Case, officer: User, **_: Any) -> None:
    redcases.settle_pages_of(case=case, officer=officer)

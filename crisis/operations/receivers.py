"""What the duty roster is told by the floors below."""

from typing import Any

from django.dispatch import receiver

from crisis.cases.models import Case
from crisis.cases.signals import red_case_waits
from crisis.operations.paging import ask_for_page
from crisis.operations.problems import Found, Problem


@receiver(red_case_waits)
def _red_case(case: Case, **_: Any) -> None:
    """One page a post and stretch of time, however many call for help at once: the list says who.
    Only its row is written here; whoever calls for help waits for no gateway."""
    where = case.post.code if case.post else "-"
    ask_for_page(Found(Problem.RED_CASE, where, post_id=case.post_id))

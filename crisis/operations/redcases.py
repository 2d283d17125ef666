"""红色求助: the duty roster is told of each that waits, by its number, and of a flood once.

Only rows are written here, in the transaction of the case: whoever calls for help waits for no
gateway, and a page that is owed is there when the process dies (crisis.operations.escalating
makes the calls).
"""

from datetime import timedelta

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.signals import OVERDUE
from crisis.operations.answering import settle_page
from crisis.operations.models import Page
from crisis.operations.paging import ask_for_page
from crisis.operations.problems import ABOUT_CASES, Found, Problem
from crisis.staff.models import User

# After so many pages about single cases in this time, one of the post stands for the rest: the
# list says who, and forty messages in a minute are read by nobody.
EACH_UP_TO, IN_TIME = 5, timedelta(minutes=10)


def tell_of_case(*, case: Case, why: str) -> Page | None:
    """Have the post's roster paged about a red or ungraded case, by its number alone; a case
    without a post is told to those on duty for the whole installation. None where that was told
    lately."""
    problem = Problem.CASE_OVERDUE if why == OVERDUE else Problem.RED_CASE
    lately = Page.objects.filter(
        problem=problem, post=case.post_id, at__gt=clock.real_now() - IN_TIME
    )
    many = lately.count() >= EACH_UP_TO
    where = f"{case.post.code if case.post else '-'} +" if many else case.number
    return ask_for_page(Found(problem, where, post_id=case.post_id))


def settle_pages_of(*, case: Case, officer: User) -> int:
    """An officer took the case, or spoke with its person: nobody else is called about it. Returns
    how many pages ended by it."""
    waiting = Page.objects.filter(problem__in=ABOUT_CASES, where=case.number, answered_at=None)
    return sum(
        settle_page(page=page, user=officer, by=f"case:{case.number}") for page in list(waiting)
    )

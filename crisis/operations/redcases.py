"""红色求助: the duty roster is told of each that waits, by its number, and of a flood once.

Only rows are written here, in the transaction of the case: whoever calls for help waits for no
gateway, and a page that is owed is there when the process dies (crisis.operations.escalating
makes the calls).
"""

from collections.abc import Sequence
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


def tell_of_cases(*, cases: Sequence[Case], why: str) -> list[Page]:
    """Have the post's roster paged about red or ungraded cases of one post, each by its number
    alone; cases without a post are told to those on duty for the whole installation. Returns the
    pages; what was told lately is not told again."""
    problem = Problem.CASE_OVERDUE if why == OVERDUE else Problem.RED_CASE
    post = cases[0].post
    since = clock.real_now() - IN_TIME
    lately = Page.objects.filter(problem=problem, post=post, at__gt=since).count()
    each = max(0, EACH_UP_TO - lately)
    about = [case.number for case in cases[:each]]
    if len(cases) > each:
        about.append(f"{post.code if post else '-'} +")
    post_id = post.pk if post else None
    pages = [ask_for_page(Found(problem, where, post_id=post_id)) for where in about]
    return [page for page in pages if page is not None]


def settle_pages_of(*, case: Case, officer: User) -> int:
    """An officer took the case, or spoke with its person: nobody else is called about it. Returns
    how many pages ended by it."""
    waiting = Page.objects.filter(problem__in=ABOUT_CASES, where=case.number, answered_at=None)
    return sum(
        settle_page(page=page, user=officer, by=f"case:{case.number}") for page in list(waiting)
    )

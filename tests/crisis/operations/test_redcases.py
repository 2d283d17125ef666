"""The duty roster is told of each red case by its number, and of a flood once."""

from typing import Any

import pytest

from config.kernel import clock
from crisis.cases.models import Case
from crisis.cases.services import open_case, record_contact, take_case
from crisis.cases.services.clocks import watch_clocks
from crisis.cases.states import Grade, Origin
from crisis.operations.models import Page
from crisis.operations.problems import Problem
from crisis.operations.redcases import EACH_UP_TO

pytestmark = pytest.mark.django_db


def opened(post: Any, n: int, grade: Grade | None = None) -> Case:
    return open_case(
        post=post, origin=Origin.FORM, origin_key=f"form:{n}", raised_at=clock.now(), grade=grade
    )


def test_each_is_told_by_its_number_when_it_opens_and_when_it_is_late(
    post: Any, officer: Any, held_clock: Any
) -> None:
    case, calm = opened(post, 1), opened(post, 2, Grade.ORANGE)
    held_clock(1800)
    watch_clocks()
    pages = Page.objects.order_by("pk").values_list("problem", "where", "post")
    assert list(pages) == [
        (Problem.RED_CASE, case.number, post.pk),
        (Problem.CASE_OVERDUE, case.number, post.pk),
    ]
    record_contact(case=calm, officer=officer)
    assert Page.objects.filter(answered_at=None).count() == 2
    take_case(case=case, officer=officer)
    assert set(Page.objects.values_list("answered_by", flat=True)) == {officer.pk}


def test_a_flood_is_told_once_more_for_all(post: Any, other_post: Any, held_clock: Any) -> None:
    for n in range(EACH_UP_TO + 20):
        opened(post, n)
    assert Page.objects.count() == EACH_UP_TO + 1
    assert Page.objects.latest("pk").where == "VLI +"
    case = opened(other_post, 99)
    assert Page.objects.latest("pk").where == case.number


def test_case_without_a_post_is_everybodys_on_duty(held_clock: Any) -> None:
    case = opened(None, 1)
    page = Page.objects.get()
    assert (page.where, page.post) == (case.number, None)

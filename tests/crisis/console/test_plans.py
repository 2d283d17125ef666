"""The pages of a plan."""

import pytest

from crisis.allocation.models import PlanRun
from crisis.allocation.services import adopt_plan, propose_plan
from crisis.allocation.services.running import make_plan
from crisis.transports.models import Transport
from tests.crisis.allocation.conftest import Table, placed, travellers

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(held_clock, post, officer, planner, as_user):
    table = Table(post, officer, planner)
    table.first = table.flight("MU1", seats=2, hours=2)
    table.second = table.flight("MU2", seats=1, hours=5)
    table.couple, table.single = table.family("甲", 2), table.family("乙")
    table.waits = table.family("丙", kept_back="no_papers")
    table.client = as_user(planner)
    return table


def read(response):
    assert response.status_code == 200, response.content.decode()[-2000:]
    return response.content.decode()


def test_planner_asks_sees_and_adopts(pages):
    address = f"/incidents/{pages.incident.pk}/plans/"
    assert "还没有方案" in read(pages.client.get(address))
    answer = pages.client.post(f"{address}ask/", follow=True)
    assert "正在计算" in read(answer)
    assert answer["Refresh"] == "2"
    make_plan(PlanRun.objects.get().pk)
    page = pages.client.get(address)
    assert "第 1 号方案" in read(page)
    assert "Refresh" not in page
    plan = pages.operation.plans.get()
    shown = read(pages.client.get(f"/plans/{plan.pk}/"))
    assert "没有有效旅行证件" in shown
    assert "丙0" in shown
    assert "甲0" in read(pages.client.get(f"/plans/{plan.pk}/?on={pages.first.pk}"))
    assert "采用" in read(pages.client.post(f"/plans/{plan.pk}/adopt/", follow=True))


def test_refused_run_says_why(pages):
    Transport.objects.update(status="cancelled")
    pages.client.post(f"/incidents/{pages.incident.pk}/plans/ask/")
    make_plan(PlanRun.objects.get().pk)
    assert "还没有可用的运输工具" in read(
        pages.client.get(f"/incidents/{pages.incident.pk}/plans/")
    )


def test_party_is_moved_by_typing_and_the_page_says_what_that_breaks(pages):
    plan = propose_plan(operation=pages.operation, planner=pages.planner)
    found = pages.client.post(f"/plans/{plan.pk}/party/", {"number": "1"})
    assert found["Location"] == f"/plans/{plan.pk}/party/1/"
    missing = pages.client.post(f"/plans/{plan.pk}/party/", {"number": "99"})
    assert missing.status_code == 400
    one, other = travellers(pages.couple)
    both = [one.pk, other.pk]
    moved = {"to": pages.second.pk, "people": both, "reason": "by_officer"}
    answer = pages.client.post(found["Location"], moved, follow=True)
    assert "MU2：座位只有 1 个，安排了 3 人" in read(answer)
    alone = pages.client.post(found["Location"], {"to": "none", "people": [one.pk]})
    assert alone.status_code == 400
    assert "分开" in alone.content.decode()
    parted = {"to": "none", "people": [one.pk], "split": "on", "reason": "obstacle"}
    assert "被分开" in read(pages.client.post(found["Location"], parted, follow=True))
    assert placed(plan)[1] == {None, str(pages.second.pk)}
    released = pages.client.post(f"{found['Location']}release/", follow=True)
    assert "由官员安排" not in read(released)


def test_planning_anew_shows_whom_it_moves(pages):
    plan = propose_plan(operation=pages.operation, planner=pages.planner)
    adopt_plan(plan=plan, planner=pages.planner)
    answer = pages.client.post(f"/plans/{plan.pk}/again/", {"without": [pages.second.pk, "x"]})
    assert answer["Location"] == f"/incidents/{pages.incident.pk}/plans/"
    make_plan(PlanRun.objects.get().pk)
    again = pages.operation.plans.get(number=2)
    shown = read(pages.client.get(f"/plans/{again.pk}/"))
    assert "1 人失去席位" in shown
    assert "乙0" in shown
    assert pages.client.post(f"/plans/{again.pk}/discard/").status_code == 302
    again.refresh_from_db()
    assert again.state == "discarded"


def test_officers_see_the_list_and_nobody_elses_plan_is_there(pages, as_user, officer, outsider):
    plan = propose_plan(operation=pages.operation, planner=pages.planner)
    client = as_user(officer)
    assert "第 1 号方案" in read(client.get(f"/incidents/{pages.incident.pk}/plans/"))
    assert client.get(f"/plans/{plan.pk}/").status_code == 403
    client = as_user(outsider)
    assert client.get(f"/incidents/{pages.incident.pk}/plans/").status_code == 404

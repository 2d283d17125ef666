"""The duty page: the roster of one's posts, pages to answer, covering a neighbour."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config.kernel import clock
from crisis.operations.models import Page, Step
from crisis.operations.paging import ask_for_page
from crisis.operations.problems import Found, Problem
from crisis.staff.models import Cover, DutyTurn, Neighbour
from tests.support import scene

pytestmark = pytest.mark.django_db
LOCAL = {"begins_at": "2024-12-17T14:00", "ends_at": "2024-12-17T22:00", "language": "zh-hans"}


@pytest.fixture
def as_user(client):
    def log_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


def text(response):
    return response.content.decode()


def test_turn_is_put_on_by_the_clock_of_the_post(held_clock, as_user, officer, post):
    """Port Vila is eleven hours ahead: 14:00 there is 03:00 UTC, an hour from now."""
    desk = as_user(officer)
    assert "现在无人值班" in text(desk.get("/duty/"))
    form = LOCAL | {"user": officer.pk, "phone": "+678 555 0199"}
    address = reverse("console:turn-new", args=[post.pk])
    assert desk.post(address, form | {"phone": ""}).status_code == 400
    assert desk.post(address, form, follow=True).redirect_chain
    turn = DutyTurn.objects.get()
    assert turn.begins_at == clock.now() + timedelta(hours=1)
    shown = text(desk.get("/duty/"))
    assert "从 12-17 13:00 到 12-17 14:00" in shown
    assert "+6785550199" in shown
    edit = reverse("console:turn", args=[turn.pk])
    assert 'value="2024-12-17T14:00"' in text(desk.get(edit))
    refused = desk.post(edit, form | {"ends_at": "2024-12-17T13:00"})
    assert "结束时间必须晚于开始时间" in text(refused)
    desk.post(edit, form | {"begins_at": "2024-12-17T12:00"})
    assert "现在无人值班" not in text(desk.get("/duty/"))
    desk.post(reverse("console:turn-end", args=[turn.pk]))
    assert "现在无人值班" in text(desk.get("/duty/"))


def test_test_page_rings_and_is_not_repeated_at_once(as_user, officer, post, settings):
    desk = as_user(officer)
    answer = desk.post(reverse("console:duty-test", args=[post.pk]), follow=True)
    assert "没有可以传呼的人" in text(answer)
    again = desk.post(reverse("console:duty-test", args=[post.pk]), follow=True)
    assert "暂不重复" in text(again)
    assert Page.objects.get().problem == Problem.TEST_PAGE


def test_page_is_answered_by_its_button(as_user, officer, post):
    page = ask_for_page(Found(Problem.RED_CASE, "VLI", post_id=post.pk))
    desk = as_user(officer)
    assert "应答，由我处理" in text(desk.get("/duty/"))
    assert "已应答" in text(desk.post(reverse("console:page-answer", args=[page.pk]), follow=True))
    assert "officer" in text(desk.get("/duty/"))
    assert "已有人应答" in text(
        desk.post(reverse("console:page-answer", args=[page.pk]), follow=True)
    )


def test_post_is_handed_over_and_every_page_of_its_incidents_says_so(
    held_clock, as_user, officer, outsider, post, other_post
):
    scene.port_vila()
    incident = scene.declare(post, officer, people=6)
    room = reverse("console:incident", args=[incident.pk])
    assert as_user(outsider).get(room).status_code == 404
    desk = as_user(officer)
    address = reverse("console:hand-over-post", args=[post.pk])
    form = {"to": other_post.pk, "ends_at": "2024-12-17T20:00", "reason": "evacuated"}
    assert "移交最长 30 天" in text(desk.post(address, form | {"ends_at": "2025-12-17T20:00"}))
    desk.post(address, form)
    said = "中国驻瓦努阿图大使馆由中国驻斐济大使馆代管"
    assert text(desk.get(room)).count(said) == 1
    assert said in text(desk.get("/"))
    there = as_user(outsider)
    assert text(there.get(room)).count(said) == 1
    there.post(reverse("console:cover-end", args=[Cover.objects.get().pk]))
    assert there.get(room).status_code == 404
    assert said not in text(as_user(officer).get(room))


def test_neighbour_calls_and_takes_over_only_a_silent_post(
    as_user, officer, outsider, post, other_post
):
    there = as_user(outsider)
    call = reverse("console:neighbour-call", args=[post.pk])
    take = reverse("console:take-over", args=[post.pk])
    assert there.post(call).status_code == there.post(take, {"hours": 6}).status_code == 404
    Neighbour.objects.create(post=post, neighbour=other_post)
    now = clock.now()
    turn = DutyTurn.objects.create(
        user=officer, post=post, begins_at=now, ends_at=now + timedelta(hours=8), phone="+678555"
    )
    assert "才能接管" in text(there.get("/duty/"))
    there.post(take, {"hours": 6})
    assert not Cover.objects.exists()
    ask_for_page(Found(Problem.CALLED, "VLI", post_id=post.pk))
    Page.objects.update(step=Step.NEIGHBOURS)
    assert "接管该馆" in text(there.get("/duty/"))
    assert "请选择接管时间" in text(there.post(take, {"hours": 99}, follow=True))
    turn.delete()
    assert "已接管" in text(there.post(take, {"hours": 6}, follow=True))
    assert Cover.objects.get().reason == "silent"


def test_what_is_another_posts_is_not_there(as_user, outsider, officer, post, other_post):
    now = clock.now()
    turn = DutyTurn.objects.create(
        user=officer, post=post, begins_at=now, ends_at=now + timedelta(hours=8), phone="+678555"
    )
    page = ask_for_page(Found(Problem.RED_CASE, "VLI", post_id=post.pk))
    there = as_user(outsider)
    for name, pk in (
        ("turn-new", post.pk),
        ("duty-test", post.pk),
        ("hand-over-post", post.pk),
        ("turn", turn.pk),
        ("turn-end", turn.pk),
        ("page-answer", page.pk),
    ):
        assert there.post(reverse(f"console:{name}", args=[pk])).status_code == 404, name
    assert "+678555" not in text(there.get("/duty/"))

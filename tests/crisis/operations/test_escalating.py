"""A page that nobody answers goes on; who answers ends it; a silent post is taken over."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.operations import relieving
from crisis.operations.answering import answer_page, hear_answers, means_answered, pages_for
from crisis.operations.escalating import escalate_pages
from crisis.operations.models import Page, PageCall, Step
from crisis.operations.paging import ask_for_page, page
from crisis.operations.problems import Found, Problem
from crisis.staff.covering import give_back
from crisis.staff.models import Neighbour
from crisis.staff.selectors import posts_of
from notifications.models import Reply
from notifications.services.inbox import store_inbound, work_inbox
from tests.support.waves import Scripted

pytestmark = pytest.mark.django_db
HERE, HEAD, NEXT, THERE, HOUSE = (f"+67855501{n}" for n in range(11, 16))


@pytest.fixture
def gateway(monkeypatch):
    scripted = Scripted()
    for place in ("notifications.services.sending", "crisis.operations.paging"):
        monkeypatch.setattr(f"{place}.gateway_for", lambda channel: scripted)
    return scripted


@pytest.fixture
def night(
    post, other_post, officer, second_officer, duty_head, outsider, administrator, put_on_duty
):
    """Port Vila at night: one on duty, one tomorrow, a head who was on duty long ago; Suva next
    door; and somebody who looks after the machine."""
    Neighbour.objects.create(post=post, neighbour=other_post)
    put_on_duty(officer, post, phone=HERE)
    put_on_duty(second_officer, post, from_hours=7, phone=NEXT)
    put_on_duty(duty_head, post, from_hours=-99, phone=HEAD)
    put_on_duty(outsider, other_post, phone=THERE)
    return Found(Problem.CALLED, "VLI", post_id=post.pk)


def later(minutes):
    """Pages are counted in real time: they lie further back."""
    by = timedelta(minutes=minutes)
    for row in Page.objects.all():
        row.at, row.step_at = row.at - by, row.step_at and row.step_at - by
        row.save()


def test_page_goes_from_the_desk_to_the_heads_to_the_neighbours_to_all(
    gateway, night, administrator, put_on_duty
):
    sent = page(night)
    assert gateway.addresses == [HERE]
    assert escalate_pages() == 0  # there is time to answer
    later(5)
    assert escalate_pages() == 1
    assert gateway.addresses[1:] == [NEXT, HEAD]
    later(5)
    escalate_pages()
    assert gateway.addresses[3:] == [THERE]
    put_on_duty(administrator, phone=HOUSE)
    later(5)
    escalate_pages()
    assert gateway.addresses[4:] == [HOUSE]  # nobody is called twice about one thing
    later(5)
    assert escalate_pages() == 0
    sent.refresh_from_db()
    assert (sent.step, sent.people) == (Step.EVERYBODY, 5)
    steps = AuditEntry.objects.filter(act="duty.paged").values_list("detail__step", flat=True)
    assert list(steps) == [1, 2, 3, 4]


def test_step_that_reaches_nobody_is_passed_at_once(
    gateway, post, other_post, outsider, put_on_duty
):
    Neighbour.objects.create(post=post, neighbour=other_post)
    ask_for_page(Found(Problem.RED_CASE, "VLI", post_id=post.pk))
    assert gateway.calls == []  # only its row is there
    put_on_duty(outsider, other_post, from_hours=1, phone=THERE)  # not yet on duty
    assert [escalate_pages() for _ in range(5)] == [1, 1, 1, 1, 0]
    assert PageCall.objects.filter(wave=None).count() == 4


def test_red_request_tells_the_heads_at_once(gateway, night, post):
    ask_for_page(Found(Problem.RED_CASE, "VLI", post_id=post.pk))
    ask_for_page(Found(Problem.RED_CASE, "VLI", post_id=post.pk))  # the same night, the same post
    escalate_pages()
    assert gateway.addresses == [HERE, HEAD]


def test_answer_ends_it_and_only_the_first_counts(gateway, night, officer, second_officer):
    sent = page(night)
    assert answer_page(page=sent, user=officer)
    assert not answer_page(page=sent, user=second_officer)
    later(30)
    assert escalate_pages() == 0
    assert Page.objects.get().answered_by == officer


def test_neighbour_sees_a_page_only_once_it_came_to_them(gateway, night, outsider):
    sent = page(night)
    assert sent not in pages_for(outsider)
    with pytest.raises(DomainError) as refusal:
        answer_page(page=sent, user=outsider)
    assert refusal.value.status == 404
    for _ in range(2):
        later(5)
        escalate_pages()
    assert sent in pages_for(outsider)
    assert answer_page(page=sent, user=outsider)


def test_page_about_the_machine_and_a_test_go_no_further(gateway, night, post, officer):
    page(Found(Problem.NOT_SWEPT))
    relieving.try_page(post=post, officer=officer)
    later(9)
    assert escalate_pages() == 0
    assert "传呼测试" in gateway.calls[-1].text


def test_text_message_from_the_number_that_was_called_is_an_answer(gateway, night, officer):
    sent = page(night)
    for number, (sender, words) in enumerate([(HEAD, "收到"), (HERE, "什么事"), (HERE, " 收到。")]):
        body = f"MessageSid=SM{number}&From=%2B{sender[1:]}&Body={words}"
        store_inbound(gateway="twilio", event_id=f"SM{number}", body=body)
    work_inbox()
    assert hear_answers() == 1
    assert hear_answers() == 0
    sent.refresh_from_db()
    assert sent.answered_by == officer
    states = Reply.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["unmatched", "unmatched", "dismissed"]


@pytest.mark.parametrize(
    ("text", "means"), [("收到", True), ("OK!", True), ("收到了吗", False), ("", False)]
)
def test_only_a_whole_message_is_an_answer(text, means):
    assert means_answered(text) is means


# -- 代管 --------------------------------------------------------------------------------------


def take(post, by, officer, hours=6):
    return relieving.take_over(
        post=post, by=by, ends_at=clock.now() + timedelta(hours=hours), officer=officer
    )


def test_neighbour_takes_over_only_where_nobody_answers(
    gateway, night, post, other_post, outsider, officer
):
    with pytest.raises(DomainError) as refusal:
        take(post, other_post, outsider)
    assert refusal.value.code == "post_not_silent"
    page(night)
    for _ in range(2):
        later(5)
        escalate_pages()
    gateway.calls.clear()
    cover = take(post, other_post, outsider)
    assert post in posts_of(outsider)
    assert set(gateway.addresses) == {HERE, THERE}  # both are told
    assert "代管已开始" in gateway.calls[0].text
    give_back(cover=cover, officer=officer)
    assert post not in posts_of(outsider)


def test_post_whose_own_officer_answers_is_not_silent(
    gateway, night, post, other_post, outsider, second_officer
):
    sent = page(night)
    for _ in range(2):
        later(5)
        escalate_pages()
    answer_page(page=sent, user=outsider)  # awake next door, but the post is as silent as before
    assert relieving.is_silent(post)
    Page.objects.update(answered_by=second_officer)
    assert not relieving.is_silent(post)


def test_stranger_and_long_nights_are_refused(gateway, post, other_post, outsider, officer):
    """Nobody is on duty there: but only a neighbour named beforehand, and for twelve hours."""
    with pytest.raises(DomainError) as refusal:
        take(post, other_post, outsider)
    assert refusal.value.status == 404
    with pytest.raises(DomainError) as refusal:
        relieving.call_post(post=post, officer=outsider)
    assert refusal.value.status == 404
    Neighbour.objects.create(post=post, neighbour=other_post)
    with pytest.raises(DomainError) as refusal:
        take(post, other_post, outsider, hours=13)
    assert refusal.value.code == "cover_too_long"
    with pytest.raises(DomainError) as refusal:
        take(post, other_post, officer)  # of the silent post, not of the neighbour
    assert refusal.value.status == 404
    assert take(post, other_post, outsider).reason == "silent"

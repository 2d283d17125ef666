"""代管: who acts for whom, and until when."""

from datetime import timedelta

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.incidents.preview import preview_incident
from crisis.incidents.selectors import incidents_for
from crisis.staff.covering import give_back, hand_over
from crisis.staff.models import Cover, CoverReason
from crisis.staff.roles import Capability
from crisis.staff.selectors import covers_of, demand, posts_of
from tests.conftest import make_post
from tests.support import scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def third_post(db):
    return make_post(
        code="HIR", country="SB", name_zh="中国驻所罗门群岛大使馆", name_en="Embassy in Honiara",
        signature_zh="驻所罗门使馆", signature_en="Chinese Embassy Honiara", duty_phone="+67720000",
        time_zone="Pacific/Guadalcanal",
    )  # fmt: skip


@pytest.fixture
def cover(held_clock, post, other_post, officer):
    return hand_over(
        post=post,
        to=other_post,
        ends_at=clock.now() + 4 * HOUR,
        reason=CoverReason.EVACUATED,
        officer=officer,
    )


def codes(user):
    return [post.code for post in posts_of(user)]


def test_covering_staff_are_as_of_the_covered_post_while_it_holds(
    cover, held_clock, outsider, officer, post
):
    assert (codes(outsider), codes(officer)) == (["SUV", "VLI"], ["VLI"])
    demand(outsider, Capability.DECLARE, post)
    held_clock(4 * 3600 - 1)
    assert codes(outsider) == ["SUV", "VLI"]
    held_clock(1)  # it ends by itself
    assert codes(outsider) == ["SUV"]
    with pytest.raises(DomainError) as refusal:
        demand(outsider, Capability.DECLARE, post)
    assert refusal.value.status == 404
    assert not covers_of(outsider).exists()


def test_covering_officer_previews_and_declares_for_the_covered_post(cover, outsider, post):
    scene.port_vila()
    assert preview_incident(draft=scene.draft(post), officer=outsider).total == 6
    incident = scene.declare(post, outsider, people=6)
    assert incidents_for(outsider).get() == incident


def test_either_post_ends_it_at_once_and_only_once(cover, outsider, officer):
    give_back(cover=cover, officer=outsider)
    assert codes(outsider) == ["SUV"]
    with pytest.raises(DomainError) as refusal:
        give_back(cover=cover, officer=officer)
    assert refusal.value.code == "cover_is_over"
    acts = AuditEntry.objects.filter(act__startswith="cover.").values_list("act", "actor")
    assert list(acts) == [("cover.begun", "officer"), ("cover.ended", "outsider")]


def test_cover_is_not_passed_on(cover, make_user, other_post, third_post, outsider):
    """Who covers the covering post has no say in the covered one, nor may hand it on."""
    third = make_user("third", "officer", third_post)
    facts = {"ends_at": clock.now() + HOUR, "reason": CoverReason.PLANNED}
    hand_over(post=other_post, to=third_post, officer=outsider, **facts)
    assert codes(third) == ["HIR", "SUV"]
    with pytest.raises(DomainError) as refusal:
        hand_over(post=cover.post, to=third_post, officer=outsider, **facts)
    assert refusal.value.code == "not_found"


@pytest.mark.parametrize(
    ("hours", "same", "code"),
    [
        (0, False, "cover_is_over"),
        (31 * 24, False, "cover_too_long"),
        (1, True, "same_post"),
        (1, False, "already_covered"),
    ],
)
def test_cover_that_makes_no_sense_is_refused(cover, hours, same, code, post, other_post, officer):
    with pytest.raises(DomainError) as refusal:
        hand_over(
            post=post,
            to=post if same else other_post,
            ends_at=clock.now() + timedelta(hours=hours),
            reason=CoverReason.PLANNED,
            officer=officer,
        )
    assert refusal.value.code == code
    assert Cover.objects.count() == 1


def test_planner_of_the_post_may_not_order_it(held_clock, post, other_post, planner):
    with pytest.raises(DomainError) as refusal:
        hand_over(
            post=post,
            to=other_post,
            ends_at=clock.now() + HOUR,
            reason=CoverReason.PLANNED,
            officer=planner,
        )
    assert refusal.value.code == "forbidden"


def test_administrators_and_auditors_gain_nothing(cover, administrator, auditor, other_post):
    administrator.posts.add(other_post)
    assert codes(administrator) == []
    assert codes(auditor) == ["SUV", "VLI"]

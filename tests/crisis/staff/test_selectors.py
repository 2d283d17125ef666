"""crisis/staff/selectors.py"""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from config.kernel.errors import DomainError
from crisis.staff.roles import Capability
from crisis.staff.selectors import demand, posts_of, within_jurisdiction
from registry.models import Jurisdiction


def codes(user: Any) -> list[str]:
    return [post.code for post in posts_of(user)]


def test_each_sees_their_own_posts(officer: Any, outsider: Any) -> None:
    assert (codes(officer), codes(outsider)) == (["VLI"], ["SUV"])


def test_an_auditor_sees_all_posts(auditor: Any, other_post: Any) -> None:
    assert codes(auditor) == ["SUV", "VLI"]


def test_an_administrator_sees_none_even_with_a_post(administrator: Any, post: Any) -> None:
    administrator.posts.add(post)
    assert codes(administrator) == []


def test_inactive_and_anonymous_see_none(officer: Any) -> None:
    officer.is_active = False
    assert codes(officer) == codes(AnonymousUser()) == []


def test_rows_of_other_posts_are_not_there(officer: Any, outsider: Any) -> None:
    for user, country in ((officer, "VU"), (outsider, "FJ")):
        rows = within_jurisdiction(Jurisdiction.objects.all(), user)
        assert [row.country for row in rows] == [country]


def test_demand_lets_the_right_user_pass(planner: Any, post: Any) -> None:
    demand(planner, Capability.PLAN, post)


def test_demand_refuses_without_the_capability(officer: Any, post: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        demand(officer, Capability.PLAN, post)
    assert (refusal.value.code, refusal.value.status) == ("forbidden", 403)


def test_demand_hides_what_is_outside_the_jurisdiction(planner: Any, other_post: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        demand(planner, Capability.PLAN, other_post)
    assert (refusal.value.code, refusal.value.status) == ("not_found", 404)

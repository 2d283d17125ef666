"""Advisories by page."""

import pytest
from django.urls import reverse

from crisis.advisories.models import Advisory, Level

PAGE, ISSUE = "console:advisories", "console:advisory-issue"


@pytest.fixture
def filled(held_clock):
    return {
        "country": "VU",
        "level": Level.RECONSIDER_TRAVEL.value,
        "starts_at": "2024-12-17T10:00",
        "expires_at": "2025-01-17T10:00",
        "reason": "强震后余震频繁",
    }


def test_nothing_in_force_reads_so(as_user, liaison):
    assert "当前无级别提醒" in as_user(liaison).get(reverse(PAGE)).text


def test_issued_advisory_is_in_force_with_its_colour(as_user, officer, liaison, filled):
    as_user(officer).post(reverse(ISSUE), filled)
    text = as_user(liaison).get(reverse(PAGE)).text
    assert 'class="chip level-2">谨慎前往' in text
    assert "瓦努阿图" in text
    assert Advisory.objects.get().expires_at.isoformat() == "2025-01-17T02:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expires_at": "2024-12-16T10:00"}, "expires_at"),
        ({"expires_at": "2034-12-16T10:00"}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"starts_at": "2024-11-01T10:00"}, "starts_at"),
        ({"country": "FJ"}, "country"),
        ({"level": "9"}, "level"),
        ({"reason": ""}, "reason"),
    ],
)
def test_bad_input_names_its_field(as_user, officer, filled, changes, field):
    response = as_user(officer).post(reverse(ISSUE), filled | changes)
    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert not Advisory.objects.exists()


def test_withdrawn_advisory_stays_in_the_history(as_user, officer, filled):
    client = as_user(officer)
    client.post(reverse(ISSUE), filled)
    url = reverse("console:advisory-withdraw", args=[Advisory.objects.get().pk])
    text = client.post(url, follow=True).text
    assert "当前无级别提醒" in text
    assert "撤销" in text
    assert client.post(url).status_code == 409


def test_officers_of_other_posts_may_not_withdraw(as_user, officer, outsider, filled):
    as_user(officer).post(reverse(ISSUE), filled)
    url = reverse("console:advisory-withdraw", args=[Advisory.objects.get().pk])
    assert url not in as_user(outsider).get(reverse(PAGE)).text
    assert as_user(outsider).post(url).status_code == 403
    assert Advisory.objects.get().withdrawn_at is None

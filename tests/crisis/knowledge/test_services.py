"""crisis/knowledge/services.py"""

from datetime import date, timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.knowledge.models import CountryFacts, GuidePage, Listing
from crisis.knowledge.selectors import facts_of, listings_of, words_of
from crisis.knowledge.services import (
    NewFacts,
    NewListing,
    NewPage,
    save_facts,
    save_listing,
    save_page,
    withdraw_listing,
)

pytestmark = pytest.mark.usefixtures("held_clock", "post")
DAY = date(2024, 12, 17)


def facts(**words: Any) -> NewFacts:
    return NewFacts(**{"police": "112", "source": "馆员致电", "checked_on": DAY} | words)


def hospital(**words: Any) -> NewListing:
    given = {
        "kind": "hospital",
        "name": "维拉中心医院",
        "phone": "+678 22100",
        "source": "馆员走访",
    }
    return NewListing(**given | {"checked_on": DAY} | words)


def refused(code: str, act: Any) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code
    return refusal.value


def test_facts_are_versions_with_a_trace(officer: Any) -> None:
    first = save_facts(country="VU", facts=facts(), seen=0, officer=officer)
    second = save_facts(
        country="VU", facts=facts(police="111, 112", fire="113"), seen=first.pk, officer=officer
    )
    assert facts_of("VU") == second
    assert (second.police, second.saved_by, second.saved_at) == ("111 112", officer, clock.now())
    assert CountryFacts.objects.count() == 2
    acts = AuditEntry.objects.filter(act="knowledge.facts_saved")
    assert [entry.subject for entry in acts] == ["knowledge:VU"] * 2


def test_two_officers_at_once_do_not_overwrite_each_other(officer: Any) -> None:
    save_facts(country="VU", facts=facts(), seen=0, officer=officer)
    error = refused(
        "changed_meanwhile",
        lambda: save_facts(country="VU", facts=facts(fire="1"), seen=0, officer=officer),
    )
    assert error.status == 409


@pytest.mark.parametrize("country", ["FJ", "XX", "CN", "TW"])
def test_country_of_somebody_else_is_not_there(officer: Any, other_post: Any, country: str) -> None:
    acts = [
        lambda: save_facts(country=country, facts=facts(), seen=0, officer=officer),
        lambda: save_listing(country=country, listing=hospital(), officer=officer),
    ]
    for act in acts:
        assert refused("outside_jurisdiction", act).status == 404


def test_role_without_the_capability_writes_nothing(make_user: Any, post: Any) -> None:
    planner = make_user("planner-1", "planner", post)
    refused("forbidden", lambda: save_facts(country="VU", facts=facts(), seen=0, officer=planner))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"police": "call 112"}, "bad_number"),
        ({"fire": "1"}, "bad_number"),
        ({"ambulance": "+678112"}, "bad_number"),
        ({"source": "  "}, "source_needed"),
        ({"checked_on": DAY + timedelta(days=1)}, "bad_day"),
    ],
)
def test_refused_facts_name_their_field(officer: Any, words: Any, code: str) -> None:
    error = refused(
        code, lambda: save_facts(country="VU", facts=facts(**words), seen=0, officer=officer)
    )
    assert error.extra["field"] == next(iter(words))
    assert not CountryFacts.objects.exists()


def test_listing_is_changed_by_a_new_row_and_taken_off(officer: Any) -> None:
    first = save_listing(country="VU", listing=hospital(), officer=officer)
    second = save_listing(
        country="VU", listing=hospital(phone="+678 22101"), officer=officer, replaces=first
    )
    assert list(listings_of("VU")) == [second]
    first.refresh_from_db()
    assert (first.ended_by, second.replaces) == (officer, first)
    withdraw_listing(listing=second, officer=officer)
    assert not listings_of("VU").exists()
    assert Listing.objects.count() == 2
    assert refused(
        "changed_meanwhile", lambda: withdraw_listing(listing=second, officer=officer)
    ).status == 409  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [({"kind": "spy"}, "bad_kind"), ({"name": " "}, "name_needed"), ({"phone": "x"}, "bad_number")],
)
def test_refused_listing_leaves_the_old_one(officer: Any, words: Any, code: str) -> None:
    first = save_listing(country="VU", listing=hospital(), officer=officer)
    refused(
        code,
        lambda: save_listing(
            country="VU", listing=hospital(**words), officer=officer, replaces=first
        ),
    )
    assert list(listings_of("VU")) == [first]


def test_guide_is_versioned_and_for_those_who_answer_for_a_post(
    officer: Any, duty_head: Any
) -> None:
    page = NewPage(title="可以做", body="一\n\n- 二\u200b", source="指南", checked_on=DAY)

    def save(who: Any, seen: int) -> GuidePage:
        return save_page(slug="can", language="zh-hans", page=page, seen=seen, officer=who)

    refused("forbidden", lambda: save(officer, 0))
    assert save(duty_head, 0).version == 1
    words = words_of("can", "zh-hans")
    assert (words.version, words.body) == (1, "一\n\n- 二")
    assert words_of("can", "en").version == 0
    refused("changed_meanwhile", lambda: save(duty_head, 0))
    assert save(duty_head, 1).version == 2
    refused(
        "not_found",
        lambda: save_page(slug="xx", language="en", page=page, seen=0, officer=duty_head),
    )

"""crisis/advisories/services.py"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.advisories.models import Advisory, Level
from crisis.advisories.services import NewAdvisory, issue_advisory, withdraw_advisory

DAY = timedelta(days=1)


@pytest.fixture
def wanted(held_clock: object) -> Callable[..., NewAdvisory]:
    def make(**fields: Any) -> NewAdvisory:
        now = clock.now()
        given = {
            "country": "VU",
            "level": 3,
            "reason": "维拉港强震，余震不断。",
            "expires_at": now + 30 * DAY,
        }
        for name in ("starts_at", "expires_at"):
            if isinstance(fields.get(name), timedelta):
                fields[name] = now + fields[name]
        return NewAdvisory(**{**given, **fields})

    return make


def refused(code: str, act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code
    return refusal.value


def test_an_advisory_holds_from_now_and_is_on_record(wanted: Any, officer: Any) -> None:
    row = issue_advisory(advisory=wanted(region=" 设法特 "), officer=officer)
    assert (row.level, row.starts_at, row.issued_at) == (
        Level.DO_NOT_TRAVEL,
        clock.now(),
        clock.now(),
    )
    assert row.region == "设法特"
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.subject) == ("advisory.issued", f"advisory:{row.pk}")
    assert entry.detail["country"] == "VU"


REFUSED = [
    ({"country": "XX"}, "unknown_country"),
    ({"country": "vu"}, "unknown_country"),
    ({"country": "瓦努阿图"}, "unknown_country"),
    ({"country": "FJ"}, "outside_jurisdiction"),
    ({"level": 0}, "bad_level"),
    ({"level": 4}, "bad_level"),
    ({"reason": " \u200b\n"}, "reason_needed"),
    ({"reason": "因" * 2001}, "reason_needed"),
    ({"region": "北" * 81}, "region_too_long"),
    ({"starts_at": -timedelta(minutes=16)}, "starts_in_past"),
    ({"expires_at": timedelta(0)}, "expires_before_start"),
    ({"starts_at": 2 * DAY, "expires_at": DAY}, "expires_before_start"),
    ({"expires_at": 367 * DAY}, "expires_too_late"),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_a_wrong_advisory_is_refused(
    wanted: Any, officer: Any, other_post: Any, fields: dict[str, Any], code: str
) -> None:
    refused(code, lambda: issue_advisory(advisory=wanted(**fields), officer=officer))
    assert not Advisory.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_form_that_took_ten_minutes_holds_from_now(wanted: Any, officer: Any) -> None:
    row = issue_advisory(advisory=wanted(starts_at=-timedelta(minutes=10)), officer=officer)
    assert row.starts_at == clock.now()


@pytest.mark.parametrize("role", ["planner", "liaison", "auditor", "administrator"])
def test_only_officers_issue(wanted: Any, make_user: Any, post: Any, role: str) -> None:
    user = make_user("someone", role, post)
    refusal = refused("forbidden", lambda: issue_advisory(advisory=wanted(), officer=user))
    assert refusal.status == 403


def test_withdrawing_keeps_the_row(wanted: Any, officer: Any, held_clock: Any) -> None:
    row = issue_advisory(advisory=wanted(), officer=officer)
    held_clock(60)
    withdrawn = withdraw_advisory(advisory=row, officer=officer)
    assert withdrawn.withdrawn_at == clock.now()
    assert AuditEntry.objects.filter(act="advisory.withdrawn").count() == 1


def test_withdrawing_twice_is_refused(wanted: Any, officer: Any) -> None:
    row = issue_advisory(advisory=wanted(), officer=officer)
    withdraw_advisory(advisory=row, officer=officer)
    refused("already_withdrawn", lambda: withdraw_advisory(advisory=row, officer=officer))


def test_withdrawing_what_has_expired_is_refused(
    wanted: Any, officer: Any, held_clock: Any
) -> None:
    row = issue_advisory(advisory=wanted(expires_at=DAY), officer=officer)
    held_clock(86400)
    refused("already_expired", lambda: withdraw_advisory(advisory=row, officer=officer))


def test_another_posts_advisory_is_not_withdrawn(wanted: Any, officer: Any, outsider: Any) -> None:
    row = issue_advisory(advisory=wanted(), officer=officer)
    refused("outside_jurisdiction", lambda: withdraw_advisory(advisory=row, officer=outsider))

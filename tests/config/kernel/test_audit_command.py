"""config/kernel/management/commands/audit.py"""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.kernel import audit
from config.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def chain(held_clock: object) -> None:
    for number in range(1, 6):
        audit.record(
            actor="li", act="looked" if number % 2 else "wrote", subject=f"x:{number}", n=number
        )


def test_verify_says_that_a_whole_chain_is_whole(chain: None) -> None:
    assert run("verify").startswith("whole: 5 entries, head 5:")


def test_verify_names_the_first_broken_entry(chain: None) -> None:
    AuditEntry.objects.filter(number=3).update(actor="nobody")
    with pytest.raises(CommandError, match="第 3 条断开"):
        run("verify")


def test_verify_against_a_noted_head_allows_growth(chain: None) -> None:
    noted = run("head")
    audit.record(actor="li", act="looked")
    assert run("verify", "--against", noted).startswith("whole: 6")


def test_verify_against_a_noted_head_finds_a_cut_off_tail(chain: None) -> None:
    noted = run("head")
    AuditEntry.objects.filter(number__gt=3).delete()
    assert run("verify").startswith("whole: 3")
    with pytest.raises(CommandError, match="截断"):
        run("verify", "--against", noted)


def test_verify_against_another_digest_finds_a_rewritten_log(chain: None) -> None:
    with pytest.raises(CommandError, match="改写"):
        run("verify", "--against", f"5:{'ab' * 32}")


def test_verify_against_nonsense_is_refused(chain: None) -> None:
    with pytest.raises(CommandError, match="NUMBER:DIGEST"):
        run("verify", "--against", "five")


def test_an_empty_log_is_whole_against_its_own_head() -> None:
    assert run("verify", "--against", run("head")).startswith("whole: 0")


def test_show_prints_the_newest_in_their_order(chain: None) -> None:
    lines = run("show", "--last", "2").splitlines()
    assert lines == [
        '4  2024-12-17T02:00:00Z  li  wrote  x:4  {"n": 4}',
        '5  2024-12-17T02:00:00Z  li  looked  x:5  {"n": 5}',
    ]


def test_show_filters_and_speaks_json(chain: None) -> None:
    [line] = run("show", "--act", "looked", "--subject", "x:3", "--json").splitlines()
    entry = json.loads(line)
    assert (entry["number"], entry["detail"], len(entry["digest"])) == (3, {"n": 3}, 64)

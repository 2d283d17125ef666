"""crisis/staff/services.py and create_officer"""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.staff.models import User
from crisis.staff.services import create_user

pytestmark = pytest.mark.django_db
PASSWORD = "quiet harbour at noon"


def test_a_new_officer_can_log_in_and_is_on_record(post: Any, client: Any) -> None:
    user = create_user(username="li", role="officer", posts=[post], password=PASSWORD, actor="root")
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.act, entry.subject) == ("root", "user.created", f"user:{user.pk}")
    assert entry.detail == {"role": "officer", "posts": ["VLI"]}


def test_an_administrator_needs_no_post_and_enters_the_admin_site() -> None:
    assert create_user(username="root", role="administrator", password=PASSWORD).is_staff


REFUSED = [
    ({"role": "king"}, "unknown_role"),
    ({"posts": []}, "post_needed"),
    ({"username": "li wei"}, "bad_username"),
    ({"username": ""}, "bad_username"),
    ({"username": "officer"}, "username_taken"),
    ({"password": "short"}, "weak_password"),
    ({"password": "password1234"}, "weak_password"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED)
def test_a_wrong_account_is_refused(
    officer: Any, post: Any, change: dict[str, Any], code: str
) -> None:
    given = {"username": "li", "role": "officer", "posts": [post], "password": PASSWORD}
    with pytest.raises(DomainError) as refusal:
        create_user(**{**given, **change})
    assert refusal.value.code == code
    assert User.objects.count() == 1


def test_command_reads_the_password_from_standard_input(
    post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    out = StringIO()
    call_command("create_officer", "chen", "--role", "planner", "--post", "VLI", stdout=out)
    user = User.objects.get()
    assert out.getvalue().split() == [str(user.pk), "chen", "planner", "VLI"]
    assert user.check_password(PASSWORD)


def test_command_names_the_posts_there_are(post: Any) -> None:
    with pytest.raises(CommandError, match="现有：VLI"):
        call_command("create_officer", "chen", "--post", "XXX")

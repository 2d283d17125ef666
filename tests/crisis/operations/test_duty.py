"""The roster: who is told, when, and by which number."""

import pytest
from django.db import connection

from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.staff.duty import on_duty
from crisis.staff.models import DutyTurn

pytestmark = pytest.mark.django_db


def test_turn_counts_from_its_beginning_until_before_its_end(officer, put_on_duty, held_clock):
    turn = put_on_duty(officer, from_hours=1, hours=2)
    assert on_duty() == []
    held_clock(3600)
    assert on_duty() == [turn]
    held_clock(2 * 3600)
    assert on_duty() == []


def test_post_and_house_are_told_and_no_other_post(
    post, other_post, officer, outsider, administrator, put_on_duty
):
    here, there = put_on_duty(officer, post), put_on_duty(outsider, other_post)
    house = put_on_duty(administrator)
    assert set(on_duty(post.pk)) == {here, house}
    assert set(on_duty(other_post.pk)) == {there, house}
    assert on_duty() == [house]


def test_where_nobody_looks_after_the_house_everybody_is_told(
    post, other_post, officer, outsider, put_on_duty
):
    turns = [put_on_duty(officer, post), put_on_duty(outsider, other_post)]
    assert on_duty() == turns
    assert on_duty(other_post.pk) == turns[1:]


def test_who_has_left_is_not_told(officer, put_on_duty):
    put_on_duty(officer)
    officer.is_active = False
    officer.save()
    assert on_duty() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone": ""}, "duty_unreachable"),
        ({"phone": "12"}, "bad_phone"),
        ({"phone": "", "wechat": "no id"}, "bad_openid"),
        ({"hours": 0}, "duty_ends_before_it_begins"),
    ],
)
def test_turn_that_could_not_be_paged_is_refused(officer, put_on_duty, fields, code):
    with pytest.raises(DomainError) as refusal:
        put_on_duty(officer, **fields)
    assert refusal.value.code == code
    assert not DutyTurn.objects.exists()


def test_number_is_sealed_and_stays_out_of_the_audit_log(officer, put_on_duty):
    turn = put_on_duty(officer, phone="+678 555 0199")
    assert DutyTurn.objects.get().phone == "+6785550199"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM staff_dutyturn")
        assert b"5550199" not in bytes(cursor.fetchone()[0])
    entry = AuditEntry.objects.get(act="duty.assigned")
    assert entry.subject == f"duty:{turn.pk}"
    assert "5550199" not in str(entry.detail)


def test_administrator_keeps_the_roster_by_the_same_rules(client, administrator, officer):
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    form = {
        "user": officer.pk, "post": "", "language": "en", "phone": "", "wechat": "",
        "begins_at_0": "2026-01-01", "begins_at_1": "00:00",
        "ends_at_0": "2026-01-02", "ends_at_1": "00:00",
    }  # fmt: skip
    assert client.post("/admin/staff/dutyturn/add/", form).status_code == 200
    assert not DutyTurn.objects.exists()
    sent = client.post("/admin/staff/dutyturn/add/", form | {"phone": "+678 555 0199"})
    assert sent.status_code == 302
    turn = DutyTurn.objects.get()
    assert turn.phone == "+6785550199"
    assert AuditEntry.objects.get(act="duty.assigned").actor == administrator.username
    client.post(f"/admin/staff/dutyturn/{turn.pk}/delete/", {"post": "yes"})
    assert AuditEntry.objects.filter(act="duty.removed").exists()
    assert "5550199" not in client.get("/admin/staff/dutyturn/").content.decode()

"""Uploads are worked off once, whoever dies or doubles, and what was bad comes back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from config.kernel import clock, retention
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from crisis.rosters import selectors, tasks
from crisis.rosters.models import RosterPiece, RosterRefusal, RosterUpload
from crisis.rosters.services import files, loading
from registry.consent.texts import ROSTER
from registry.models import Consent, ContactPoint, Membership, Person
from registry.rosters.reading import read_roster
from registry.services.erasing import erase_person
from registry.services.groups import citizen, close_group, confirm_group, officer
from registry.services.people import leave_registry
from tests.support import scene

pytestmark = pytest.mark.django_db

BAD = (
    "编号,姓名,护照号码,手机,出生日期,家庭编号,监护人\n"
    "1,王一,EZ1111111,+6785910001,1980-01-01,F,\n"
    "2,,EZ2222222,+6785910002,,,\n"
    "3,王三,EZ3333333,12,,,\n"
    "4,王小四,EZ4444444,,2020-01-01,F,\n"
    "5,王小五,EZ5555555,,2020-01-01,G,\n"
    "6,王小六,EZ6666666,,2020-01-01,,王妈妈\n"
)


def load(upload) -> RosterUpload:
    assert loading.load_upload(upload.pk) is False
    upload.refresh_from_db()
    return upload


def counts(upload) -> tuple[int, int, int, int]:
    return upload.done, upload.added, upload.known, upload.refused


def test_good_rows_become_members_and_bad_rows_come_back(take, members):
    upload = load(take(BAD))
    assert (upload.state, counts(upload)) == ("done", (6, 3, 0, 3))
    assert members() == {"王一", "王小四", "王小六"}
    found = selectors.refusals_of(upload).values_list("row", "column", "code")
    assert list(found) == [
        (3, "name", "bad_name"),
        (4, "phone", "bad_phone"),
        (6, "guardian_name", "missing_guardian"),
    ]


def test_corrected_errors_file_is_uploaded_as_it_is(take, members):
    first = load(take(BAD))
    back = selectors.errors_of(first).decode("utf-8-sig")
    corrected = back.replace(",,EZ2222222", ",王二,EZ2222222").replace(",12,", ",+6785910003,")
    second = load(take(corrected))
    assert counts(second) == (3, 2, 0, 1)
    assert members() == {"王一", "王二", "王三", "王小四", "王小六"}
    assert selectors.notes_of(second) == []


def test_uploading_twice_adds_nobody(take, make_roster, members):
    assert counts(load(take(make_roster(30)))) == (30, 30, 0, 0)
    assert counts(load(take(make_roster(30)))) == (30, 0, 30, 0)
    assert len(members()) == 30
    assert Membership.objects.filter(part="member").count() == 30


def test_same_unfinished_file_is_one_upload(take, make_roster):
    assert take(make_roster(3)) == take(make_roster(3))
    assert RosterUpload.objects.count() == 1


def test_statement_is_kept_as_consent_of_everybody(take, citizen):
    load(take(BAD))
    child = Person.objects.get(name="王小四")
    given = Consent.objects.filter(person=child).values_list("purpose", "text_version")
    assert set(given) == {("registry", ROSTER.version), ("guardian", ROSTER.version)}
    assert child.basis == Person.Basis.GUARDIAN
    assert child.registered_by == citizen
    assert set(Consent.objects.values_list("given_by", flat=True)) == {citizen.pk}


def test_addresses_count_only_when_somebody_vouches(take, make_roster, group):
    load(take(make_roster(1)))
    assert ContactPoint.objects.get(person__name="王1").verified_at
    group.confirmed_at = None
    group.save()
    load(take(make_roster(1, start=2)))
    assert ContactPoint.objects.get(person__name="王2").verified_at is None


def test_addresses_count_once_the_group_is_confirmed(take, make_roster, group, citizen):
    group.confirmed_at = None
    group.save()
    load(take(make_roster(2)))
    own = scene.settle("本人", phone="+6785910099")
    ContactPoint.objects.filter(person=own).update(verified_at=None)
    Membership.objects.create(group=group, person=own, joined_at=clock.now())
    confirm_group(group=group, by=officer("officer"))
    waiting = ContactPoint.objects.filter(verified_at=None)
    assert [point.person for point in waiting] == [own]  # who came by themself proves it themself


def test_known_by_document_and_name_joins_and_by_document_alone_does_not(take, members):
    scene.settle("李燕", document_number="EZ7777777")
    scene.settle("张三", document_number="EZ8888888")
    gone = scene.settle("赵四", document_number="EZ9999999")
    leave_registry(person=gone)
    text = "姓名,护照号码\n李燕,EZ7777777\n李四,EZ8888888\n赵四,EZ9999999\n"
    upload = load(take(text))
    assert counts(upload) == (3, 0, 2, 1)
    assert members() == {"李燕"}
    assert RosterRefusal.objects.get().code == "known_otherwise"


def test_keys_of_one_group_say_nothing_of_anothers(take, members):
    scene.settle("别人", external_ref="E-1")
    assert counts(load(take("编号,姓名\nE-1,王一\n"))) == (1, 1, 0, 0)
    assert members() == {"王一"}


# -- killed, doubled, slow -----------------------------------------------------------------------


def test_killed_loader_is_followed_where_it_stopped(take, make_roster, monkeypatch, later):
    monkeypatch.setattr(loading, "CHUNK", 10)
    upload = take(make_roster(35))
    assert loading.load_upload(upload.pk, for_s=-1)  # ten rows, then it must stop
    upload.refresh_from_db()
    assert upload.done == 10
    real = loading.load_rows
    calls = []

    def dies(rows, terms):
        outcome = real(rows, terms)
        calls.append(len(rows))
        if len(calls) == 2:
            raise KeyboardInterrupt  # written and not committed
        return outcome

    monkeypatch.setattr(loading, "load_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        loading.load_upload(upload.pk)
    monkeypatch.setattr(loading, "load_rows", real)
    upload.refresh_from_db()
    assert (
        upload.done == Person.objects.filter(name__startswith="王").exclude(name="王小明").count()
    )
    assert loading.load_waiting() == 0  # the lease still holds
    RosterUpload.objects.update(held_until=later(-1))
    assert loading.load_waiting() == 1
    upload.refresh_from_db()
    assert (upload.state, counts(upload)) == ("done", (35, 35, 0, 0))


def test_loader_that_lost_its_hold_writes_nothing(take, make_roster, monkeypatch):
    upload = take(make_roster(5))
    real = loading.load_rows

    def overtaken(rows, terms):
        RosterUpload.objects.update(epoch=99)
        return real(rows, terms)

    monkeypatch.setattr(loading, "load_rows", overtaken)
    assert loading.load_upload(upload.pk) is False
    assert not Person.objects.filter(name="王1").exists()


def test_doubled_bell_does_no_harm(take, make_roster, members):
    upload = take(make_roster(5))
    for _n in range(3):
        tasks.load(upload.pk)
    assert len(members()) == 5
    assert AuditEntry.objects.filter(act="roster.done").count() == 1


def test_what_never_gets_done_ends_with_a_word(take, make_roster, later):
    upload = take(make_roster(5))
    RosterUpload.objects.update(tries=loading.MOST_TRIES, held_until=later(-1))
    assert load(upload).state == "failed"
    assert AuditEntry.objects.get(act="roster.failed").detail["code"] == "stuck"


def test_closed_group_takes_nobody_in(take, make_roster, group, citizen):
    upload = take(make_roster(5))
    close_group(group=group, by=officer("officer"))
    assert load(upload).state == "failed"
    assert not Person.objects.filter(name="王1").exists()


def test_sweep_leaves_new_uploads_to_the_workers_for_a_while(take, make_roster):
    with clock.held_at(clock.now()):
        upload = take(make_roster(2))
        assert loading.load_waiting() == 0
    RosterUpload.objects.update(uploaded_at=clock.now() - timedelta(minutes=1))
    assert loading.load_waiting() == 1
    upload.refresh_from_db()
    assert upload.state == "done"


# -- what is taken in, and what is kept ----------------------------------------------------------


def test_stranger_cannot_upload(take, make_roster):
    with pytest.raises(DomainError) as refused:
        take(make_roster(1), by=citizen(scene.settle("路人")))
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("text", "changes", "code"),
    [
        ("姓名\n王\n", {"stated": False}, "not_stated"),
        ("姓名\n", {}, "no_rows"),
        ("国家\nVU\n", {}, "missing_column"),
        ("姓名\n" + "王\n" * 20_001, {}, "too_many_rows"),
        (b"x" * (10 * 1024**2 + 1), {}, "file_too_big"),
        (b"PK\x03\x04", {}, "bad_workbook"),
    ],
    ids=["not stated", "nobody", "no name", "too many", "too big", "broken"],
)
def test_refused_file_leaves_nothing(take, text, changes, code):
    with pytest.raises(DomainError) as refused:
        take(text, **changes)
    assert refused.value.code == code
    assert not RosterUpload.objects.exists()


def test_uploads_a_day_have_an_end(take, monkeypatch):
    from crisis.rosters.services import taking

    monkeypatch.setattr(taking, "MOST_A_DAY", 2)
    for n in range(2):
        take(f"编号,姓名\n{n},王\n")
    with pytest.raises(DomainError) as refused:
        take("编号,姓名\n9,王\n")
    assert refused.value.status == 429


def test_nothing_of_a_roster_stands_plain(take):
    upload = load(take(BAD.replace("编号", "编号,秘密列").replace("\n1,", "\n1,绝密,")))
    with connection.cursor() as cursor:
        for table in ("rosters_rosterupload", "rosters_rosterpiece", "rosters_rosterrefusal"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 (a constant)
            for value in (value for row in cursor.fetchall() for value in row):
                shown = bytes(value) if isinstance(value, memoryview) else str(value).encode()
                for secret in ("王", "EZ1111111", "5910001", "绝密", "秘密列"):
                    assert secret.encode() not in shown
    assert upload.state == "done"


def test_files_go_after_some_days_and_counts_stay(take, settings):
    upload = load(take(BAD))
    assert "rosters" not in retention.run(budget_s=9).ended
    with clock.held_at(clock.now() + timedelta(days=settings.ROSTER_DAYS, seconds=1)):
        assert retention.run(budget_s=9).ended["rosters"] == 1
        assert "rosters" not in retention.run(budget_s=9).ended
    assert not RosterPiece.objects.exists()
    assert not RosterRefusal.objects.exists()
    assert counts(upload) == (6, 3, 0, 3)
    with pytest.raises(DomainError) as refused:
        selectors.errors_of(upload)
    assert refused.value.code == "file_gone"


def test_file_goes_with_the_people_in_it(take):
    load(take(BAD))
    assert erase_person(person=Person.objects.get(name="王一"), by="officer")
    assert not RosterPiece.objects.exists()


def test_file_of_several_pieces_comes_back_whole(take, make_roster):
    content = make_roster(5_000).encode()
    upload = take(content)
    assert upload.pieces.count() > 2
    assert files.open_file(upload).read() == content


def test_workbook_comes_back_as_a_workbook_in_the_uploaders_language(take):
    import io

    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Name", "Passport No.", "Mobile"], ["Wang", "EZ1111111", "12"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    with translation.override("en"):
        upload = load(take(file.getvalue()))
        back = read_roster(selectors.errors_of(upload), given=("country",))
    assert back.kind == "xlsx"
    (row,) = back.rows
    assert row.cells["error_field"] == "Mobile"
    assert row.cells["error_reason"].isascii()

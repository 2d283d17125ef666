"""Rosters: good rows kept, bad rows returned with reason and remedy, nobody twice."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from registry.models import ContactPoint, EmergencyContact, Household, Person, Whereabouts
from registry.rosters.errors import errors_file
from registry.rosters.loading import load_people
from registry.selectors import people as selectors

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 12, 17, 2, 0, tzinfo=UTC)

GOOD = """ref,name,passport_name,sex,birth_date,document_number,needs,household,phone,wechat_openid,country,city,latitude,longitude,accuracy_m,trip_country,trip_city,trip_starts_on,trip_ends_on,emergency_name,emergency_phone
A-1,王小明,WANG/XIAOMING,男,1990-03-07,EZ 123-4567,,A-F1,5912345,oWx-5550123_abcdef0123456789,VU,Port Vila,,,,,,,,王大明,13800138000
A-2,李燕,,F,1992/3/8,,轮椅、孕妇,A-F1,,,瓦努阿图,,-17.74,168.31,50,,,,,,
A-3,Tom Smith,,,,,,,+8613800138001,,Fiji,,,,,VU,卢甘维尔,2024-12-01,2024-12-20,,
"""  # noqa: E501


@pytest.fixture(autouse=True)
def _held():
    with clock.held_at(NOW):
        yield


def load(text: str, encoding: str = "utf-8"):
    return load_people(content=text.encode(encoding), actor="test")


def errors_text(report) -> str:
    file = io.BytesIO()
    rows = errors_file(report.roster, file)
    for error in report.errors:
        rows.add(error.row, error.field, error.reason)
    rows.close()
    return file.getvalue().decode("utf-8-sig")


def errors_of(report) -> list[tuple[int, str, str]]:
    return [(e.row.number, e.field, e.code) for e in report.errors]


def test_good_roster_is_written_with_all_it_says():
    report = load(GOOD)
    assert (report.added, report.known, report.errors) == (3, 0, [])
    wang = Person.objects.get(external_ref="A-1")
    assert (wang.sex, wang.birth_date, wang.document_number) == ("M", date(1990, 3, 7), "EZ1234567")
    assert list(selectors.find_by_document("ez1234567")) == [wang]
    assert {(c.channel, c.address, c.preference) for c in wang.contact_points.all()} == {
        ("sms", "+6785912345", 1),
        ("wechat", "oWx-5550123_abcdef0123456789", 2),
    }
    assert all(c.verified_at == NOW for c in ContactPoint.objects.all())
    assert EmergencyContact.objects.get().phone == "+8613800138000"
    home = wang.whereabouts.get()
    assert (home.accuracy_m, round(home.latitude, 1), home.band) == (20_000, -17.7, -142)


def test_household_key_joins_people_across_rows_and_files():
    load(GOOD)
    load("ref,name,household,country\nB-1,王小宝,A-F1,VU\n")
    home = Household.objects.get(label="A-F1")
    assert {p.external_ref for p in home.members.all()} == {"A-1", "A-2", "B-1"}


def test_trip_and_country_names_are_understood():
    load(GOOD)
    trip = Whereabouts.objects.get(kind="trip")
    assert (trip.country, trip.person.external_ref) == ("VU", "A-3")
    assert trip.ends_at == datetime(2024, 12, 20, 23, 59, 59, tzinfo=UTC)
    residence = trip.person.whereabouts.get(kind="residence")
    assert (residence.country, residence.latitude) == ("FJ", None)


def test_loading_twice_adds_nobody():
    load(GOOD)
    again = load(GOOD)
    assert (again.added, again.known) == (0, 3)
    assert (Person.objects.count(), Whereabouts.objects.count()) == (3, 4)


def test_document_is_enough_to_be_known_again():
    first = load("name,document_number,country\n王,EZ1234567,VU\n")
    again = load("ref,name,document_number,country\nX-1,王,ez 1234567,VU\nX-2,王,EZ1234567,VU\n")
    assert (first.added, again.added, again.known) == (1, 0, 2)


def test_same_person_twice_in_one_file_is_one_person():
    assert load("ref,name,country\nA,王,VU\nA,王,VU\n").added == 1


BAD = """ref,name,birth_date,phone,country,latitude,longitude,accuracy_m,trip_country,trip_starts_on,trip_ends_on,document_kind
1,,,,VU,,,,,,,
2,王,1990-02-30,,VU,,,,,,,
3,王,2990-01-01,,VU,,,,,,,
4,王,,123,VU,,,,,,,
5,王,,,Atlantis,,,,,,,
6,王,,,VU,91,168,,,,,
7,王,,,VU,-17,168,-5,,,,
8,王,,,VU,-17,,,,,,
9,王,,,VU,,,,FJ,2024-12-20,2024-12-01,
10,王,,,VU,,,,FJ,,,
11,王,,,VU,abc,168,,,,,
12,王,,,VU,,,,,,,library card
,王,,,VU,,,,,,,
99,好,,,VU,,,,,,,
"""  # noqa: E501


def test_bad_rows_are_named_by_line_and_column_and_good_ones_are_kept():
    report = load(BAD)
    assert errors_of(report) == [
        (2, "name", "bad_name"),
        (3, "birth_date", "bad_date"),
        (4, "birth_date", "bad_birth_date"),
        (5, "phone", "bad_phone"),
        (6, "country", "unknown_country"),
        (7, "latitude", "bad_latitude"),
        (8, "accuracy_m", "bad_accuracy"),
        (9, "latitude", "half_position"),
        (10, "trip_ends_on", "bad_trip"),
        (11, "trip_starts_on", "bad_trip"),
        (12, "latitude", "bad_number"),
        (13, "document_kind", "unknown_document_kind"),
        (14, "ref", "missing_ref"),
    ]
    assert [p.external_ref for p in Person.objects.all()] == ["99"]


def test_refused_rows_can_be_corrected_and_loaded_again():
    report = load("编号,姓名,手机,所在国家\n1,王,12,VU\n2,=HYPERLINK(1),34,VU\n")
    written = errors_text(report)
    header, *rows = csv.reader(io.StringIO(written))
    assert header == ["退回：原行号", "退回：列", "退回：原因", "退回：怎样改",
                      "编号", "姓名", "手机", "所在国家"]  # fmt: skip
    assert rows[0][:2] == ["2", "手机"]
    assert all(cell for row in rows for cell in row)
    assert rows[1][5] == "'=HYPERLINK(1)"
    corrected = written.replace(",12,", ",+6785912345,").replace(",34,", ",+6785912346,")
    assert (load(corrected).added, load(corrected).known) == (2, 2)
    assert Person.objects.get(external_ref="2").name == "=HYPERLINK(1)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_of_chinese_spreadsheets_are_read(encoding):
    report = load("编号,姓名,所在国家\n1,王小明,瓦努阿图\n", encoding)
    assert report.encoding == ("gb18030" if encoding == "gb18030" else "utf-8")
    assert Person.objects.get().name == "王小明"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"PK\x03\x04 no workbook", "bad_workbook"),
        (b"\xff\xff\x81", "bad_encoding"),
        (b"name,nationality\n", "missing_column"),
        (b"name,country,\xe5\xa7\x93\xe5\x90\x8d\n", "repeated_column"),
    ],
)
def test_unreadable_file_is_refused_whole(content, code):
    with pytest.raises(DomainError) as refused:
        load_people(content=content, actor="test")
    assert refused.value.code == code
    assert not Person.objects.exists()


def test_names_are_cleaned_and_cells_are_text():
    load('ref;name;country;document_number\n1; 王\u202e 小\u200b明 ;VU;="EZ0123456"\n')
    person = Person.objects.get()
    assert (person.name, person.document_number) == ("王 小明", "EZ0123456")


def test_unknown_columns_are_said():
    assert load("ref,name,country,星座\n1,王,VU,狮子\n").unknown_columns == ["星座"]


def test_load_is_audited_without_personal_data():
    load(GOOD)
    entry = AuditEntry.objects.get(act="registry.load")
    assert (entry.actor, entry.detail["added"]) == ("test", 3)
    assert "王" not in str(entry.detail)


def test_command_keeps_good_rows_and_writes_the_others(tmp_path, capsys):
    file = tmp_path / "roster.csv"
    file.write_text(BAD, encoding="utf-8")
    call_command("load_people", str(file))
    said = capsys.readouterr().out
    assert "新增 1 人，已有 0 人，退回 13 行" in said
    assert (tmp_path / "roster.errors.csv").read_text(encoding="utf-8-sig").count("\n") >= 14
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("load_people", str(tmp_path / "nowhere.csv"))


def test_rows_are_what_saving_them_through_the_orm_makes(db):
    """Column by column: sealed, defaulted and derived ones included."""
    load(
        "编号,姓名,证件拼写,出生日期,证件号码,特殊需要,健康说明,手机,所在国家,城市,地址,家庭编号,紧急联系人,紧急联系人电话\n"
        "A,王小明,WANG/XIAOMING,1990-03-07,EZ1234567,轮椅,糖尿病,+6785912345,"
        "VU,维拉港,Rue 1,F,王大明,13800138000\n"
        'B,"a ""quoted"" \\ {name}",,,,,,,VU,,,,,\n'
    )
    for model in (Person, Whereabouts, ContactPoint, EmergencyContact, Household):
        unsure = {"created_at"}  # set anew by every save
        for row in model.objects.all():
            loaded = columns_of(row, unsure)
            row.save()
            row.refresh_from_db()
            assert columns_of(row, unsure) == loaded
    assert Person.objects.get(external_ref="A").pinyin


def columns_of(row, unsure) -> dict[str, object]:
    fields = [f for f in row._meta.concrete_fields if f.name not in unsure]
    return {f.attname: bytes(v) if isinstance(v := getattr(row, f.attname), memoryview) else v
            for f in fields}  # fmt: skip

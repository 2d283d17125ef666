"""CSV as spreadsheets of all sorts write it, and as nobody should."""

import pytest

from config.kernel.errors import DomainError
from registry.rosters.columns import MAX_COLUMNS, recognise
from registry.rosters.reading import check_size, read_roster

PLAIN = "编号,姓名,所在国家\nA-1,王小明,瓦努阿图\nA-2,李燕,VU\n"


def names(content: bytes) -> list[str]:
    return [row.cells["name"] for row in read_roster(content).rows]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_are_found(encoding, said, separator):
    content = PLAIN.replace(",", separator).encode(encoding)
    assert names(content) == ["王小明", "李燕"]
    roster = read_roster(content)
    assert roster.encoding == said
    assert bool(roster.notes) == (said != "utf-8")


def test_encoding_that_changes_half_way_is_refused():
    """A file that two programs wrote: half of it would be read as nonsense."""
    mixed = PLAIN.encode() + "A-3,张三丰,VU\n".encode("gb18030") + b"\xff\n"
    with pytest.raises(DomainError) as refused:
        names(mixed)
    assert refused.value.code == "bad_encoding"


@pytest.mark.parametrize("content", [PLAIN.encode() + b"A-3,\0,VU\n", b"\0" * 5000])
def test_zero_bytes_are_refused(content):
    with pytest.raises(DomainError):
        names(content)


def test_quoted_line_breaks_and_separators_stay_in_their_cell():
    content = '编号,姓名,所在国家,地址\nA-1,"王\n小明",VU,"Rue 1,\r\nVila"\nA-2,李,VU,\n'.encode()
    first, second = read_roster(content).rows
    assert (first.cells["name"], first.cells["address"]) == ("王 小明", "Rue 1, Vila")
    assert (first.number, second.number) == (2, 3)


def test_cell_without_end_is_refused():
    content = ('编号,姓名,所在国家\nA-1,"' + "王" * 200_000).encode()
    with pytest.raises(DomainError) as refused:
        names(content)
    assert refused.value.code == "bad_csv"


def test_headings_are_found_below_a_title():
    content = "某公司人员名册,,\n,,\n编号,姓名,所在国家\nA-1,王,VU\n".encode()
    (row,) = read_roster(content).rows
    assert (row.number, row.cells["name"]) == (4, "王")


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("姓名", "name"), ("中文姓名", "name"), ("Name", "name"), (" FULL  NAME ", "name"),
        ("姓 名*", "name"), ("姓名（中文）", "name"), ("Ｎａｍｅ", "name"),
        ("护照号", "document_number"), ("护照号码", "document_number"),
        ("Passport No.", "document_number"), ("PASSPORT_NUMBER", "document_number"),
        ("护照号码（必填）", "document_number"), ("Passport number (required)", "document_number"),
        ("手机", "phone"), ("电话", "phone"), ("Mobile", "phone"), ("联系电话", "phone"),
        ("出生年月日", "birth_date"), ("D.O.B.", "birth_date"), ("监护人姓名", "guardian_name"),
        ("E-Mail", "email"), ("所在国家/地区", "country"), ("星座", ""), ("", ""),
    ],
)  # fmt: skip
def test_headings_are_recognised_as_people_write_them(heading, column):
    assert recognise([heading]) == [column]


def test_second_phone_is_the_second_and_a_third_is_refused():
    assert recognise(["手机", "联系电话"]) == ["phone", "phone_2"]
    with pytest.raises(DomainError) as refused:
        read_roster("姓名,国家,手机,电话,联系电话\n王,VU,1,2,3\n".encode())
    assert refused.value.code == "repeated_column"


def test_country_may_be_given_by_whoever_uploads():
    content = "编号,姓名\n1,王\n".encode()
    with pytest.raises(DomainError):
        read_roster(content)
    assert [row.cells["name"] for row in read_roster(content, given=("country",)).rows] == ["王"]


def test_columns_and_sizes_have_an_end():
    wide = ",".join(["姓名", "国家", *["x"] * 50_000]) + "\n王,VU\n"
    assert len(read_roster(wide.encode()).headings) == MAX_COLUMNS
    with pytest.raises(DomainError) as refused:
        check_size(10 * 1024**2 + 1)
    assert (refused.value.code, refused.value.status) == ("file_too_big", 413)

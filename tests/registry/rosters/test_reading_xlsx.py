"""Workbooks: what people make of them, and what enemies make of them."""

import io
import struct
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.workbook.external_link import ExternalLink
from openpyxl.worksheet.formula import ArrayFormula

from config.kernel.errors import DomainError
from registry.rosters.columns import EXAMPLE
from registry.rosters.reading import read_roster

HEADINGS = ["编号", "姓名", "所在国家"]
GOOD = ["A-1", "王小明", "VU"]


def rows(content: bytes, **given):
    return list(read_roster(content, **given).rows)


def cells(content: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows(content)]


def code_of(content: bytes) -> str:
    with pytest.raises(DomainError) as refused:
        rows(content)
    return refused.value.code


def test_cells_of_every_type_become_text(make):
    content = make["workbook"](
        [
            [*HEADINGS, "手机", "出生日期", "经度", "证件号码", "备注", "行程开始"],
            [7, "王 小明", "VU", 13800138000, date(1990, 3, 7), 168.3125, "EZ0123456", True,
             datetime(2024, 12, 1, 18, 30)],
            ["A-2", "李\n燕", "VU", 1.38001380e10, 32939, -17, "'0123456", None, None],
        ]
    )  # fmt: skip
    first, second = cells(content)
    assert (first["ref"], first["phone"], first["birth_date"]) == ("7", "13800138000", "1990-03-07")
    assert (first["longitude"], first["trip_starts_on"]) == ("168.3125", "2024-12-01 18:30:00")
    assert (second["phone"], second["name"], second["birth_date"]) == (
        "13800138000", "李 燕", "32939",
    )  # fmt: skip


def test_days_are_counted_as_the_book_counts_them(make):
    def from_1904(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    table = [[*HEADINGS, "出生日期", "证件有效期至"], [*GOOD, date(1990, 3, 7), 31477]]
    (row,) = cells(make["workbook"](table, change=from_1904))
    assert (row["birth_date"], row["document_expires_on"]) == ("1990-03-07", "32939")


def test_sheet_with_known_headings_is_found_under_a_title_and_behind_others(make):
    def more(book):
        book.create_sheet("隐藏", 0).append(HEADINGS)
        book["隐藏"].sheet_state = "hidden"
        book.create_sheet("说明", 0).append(["请勿修改"])
        book.active = 1

    table = [["某公司人员名册"], [], HEADINGS, GOOD]
    roster = read_roster(make["workbook"](table, change=more))
    (row,) = roster.rows
    assert (row.number, row.cells["name"]) == (4, "王小明")
    assert any("Sheet" in note for note in roster.notes)
    assert any("隐藏" in note for note in roster.notes)


def test_formula_is_refused_by_its_cell_and_never_calculated(make):
    def array(book):
        book.active["B5"] = ArrayFormula("B5:B6", '="王"&"五"')
        book.active["B6"] = "王五"
        book.active["A6"], book.active["C5"], book.active["C6"] = "A-5", "VU", "VU"

    table = [[*HEADINGS, "序号"], ["A-1", "=1+1", "VU", 1], ["A-2", "王", "VU", "=ROW()"],
             ["A-3", "李", "VU", 3]]  # fmt: skip
    first, second, third, fourth, fifth = rows(make["workbook"](table, change=array))
    assert first.refused.code == "formula"
    assert "B2" in str(first.refused)
    assert first.written[1] == ""
    assert second.refused is third.refused is None  # a column that is not read may calculate
    assert [row.refused.code for row in (fourth, fifth)] == ["formula", "formula"]


def test_merged_error_and_overlong_cells_are_refused_by_name(make):
    def merge(book):
        book.active.merge_cells("C2:C3")

    table = [HEADINGS, ["A-1", "王", "VU"], ["A-2", "李", None], ["A-3", "#N/A", "VU"],
             [12345678901234567890, "赵", "VU"]]  # fmt: skip
    found = rows(make["workbook"](table, change=merge))
    assert [row.refused and row.refused.code for row in found] == [
        None, "merged_cell", "error_cell", "lost_digits",
    ]  # fmt: skip
    assert "C3" in str(found[1].refused)


def test_example_and_empty_rows_are_no_people(make):
    table = [HEADINGS, [EXAMPLE, "王小明", "VU"], [None, "  ", None], GOOD]
    assert [row["name"] for row in cells(make["workbook"](table))] == ["王小明"]


def test_links_to_other_files_are_said_and_never_followed(make):
    def link(book):
        rels = openpyxl.packaging.relationship.Relationship
        outside = ExternalLink()
        outside.file_link = rels(type="externalLinkPath", Target="http://192.0.2.1/x.xlsx")
        outside.file_link.TargetMode = "External"
        book._external_links.append(outside)

    roster = read_roster(make["workbook"]([HEADINGS, GOOD], change=link))
    assert any("引用" in note for note in roster.notes)


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "word/../xl/VBAPROJECT.BIN"])
def test_macros_are_refused(make, part):
    assert code_of(make["by_hand"](make["sheet_xml"](""), {part: b"x"})) == "macros"


def test_other_spreadsheets_get_the_way_to_save_them(make):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert code_of(ole) == "old_workbook"
    assert code_of(ole + "EncryptedPackage".encode("utf-16-le")) == "encrypted_workbook"
    assert code_of(b"%PDF-1.7") == "not_a_roster"
    sheet = make["sheet_xml"]("")
    assert code_of(make["by_hand"](sheet, {"xl/workbook.bin": b"x"})) == "binary_workbook"
    assert code_of(make["by_hand"](sheet, {"mimetype": b"x"})) == "not_a_roster"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{macro}"/></Types>'
    assert code_of(make["by_hand"](sheet, {"[Content_Types].xml": types})) == "macros"


# -- hostile -------------------------------------------------------------------------------------


def quickly(work, seconds: float = 10.0):
    began = time.process_time()
    found = work()
    assert time.process_time() - began < seconds
    return found


def test_zip_bombs_end_early(make):
    blank = "<row>" + " " * 1000 + "</row>"
    bomb = make["by_hand"](make["sheet_xml"](blank * 60_000))
    assert len(bomb) < 300_000
    assert quickly(lambda: code_of(bomb)) == "workbook_too_big"
    strings = make["by_hand"](make["sheet_xml"](""), {"xl/sharedStrings.xml": " " * 70 * 1024**2})
    assert quickly(lambda: code_of(strings)) == "workbook_too_big"
    crowd = make["by_hand"](make["sheet_xml"](""), {f"x/{n}": b"" for n in range(2_000)})
    assert quickly(lambda: code_of(crowd)) == "workbook_too_big"


def test_headers_that_lie_about_sizes_are_not_believed(make):
    bomb = bytearray(make["by_hand"](make["sheet_xml"]("<row>" + " " * 1000 + "</row>" * 1)))
    central = bomb.rindex(b"xl/worksheets/sheet1.xml") - 46
    bomb[central + 24 : central + 28] = struct.pack("<I", 50)
    assert code_of(bytes(bomb)) in ("bad_workbook", "workbook_too_big")


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
    ],
)
def test_document_types_and_entities_are_refused(make, prolog):
    xml = '<?xml version="1.0"?>' + prolog + make["sheet_xml"]("")
    assert code_of(make["by_hand"](xml)) == "bad_workbook"
    strings = '<?xml version="1.0"?>' + prolog + "<sst/>"
    parts = {"xl/sharedStrings.xml": strings}
    assert code_of(make["by_hand"](make["sheet_xml"](""), parts)) == "bad_workbook"


def test_depth_of_a_million_elements_is_refused(make):
    for xml in ("<a>" * 10**6, make["sheet_xml"]("<row>" + "<c>" * 10**6)):
        assert quickly(lambda xml=xml: code_of(make["by_hand"](xml))) == "bad_workbook"


def test_million_formatted_empty_rows_cost_seconds(make):
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>'
                    for n in range(3, 1_048_577))  # fmt: skip
    good = '<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="inlineStr"><is><t>王</t></is></c></row>'
    content = make["by_hand"](make["sheet_xml"](good + empty))
    roster = read_roster(content)
    found = quickly(lambda: list(roster.rows), 5.0)
    assert [row.cells["ref"] for row in found] == ["7"]
    assert any("空行" in note for note in roster.notes)


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"><c r="XFE2"><v>1</v></c></row>',
        '<row r="2"><c r="A9999999"><v>1</v></c></row>',
        '<row r="0"><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>7</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        '<row r="2"><c r="A2"><v>one</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></row>',
    ],
)
def test_cells_that_cannot_be_are_a_broken_book(make, row):
    assert code_of(make["by_hand"](make["sheet_xml"](row))) == "bad_workbook"


def test_infinite_and_huge_numbers_break_nothing(make):
    row = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{v}</v></c><c r="B{n}" t="inlineStr"><is><t>王</t></is></c>'
        "</row>"
        for n, v in enumerate(["1e999", "nan", "-1e308", "1e-320"], start=2)
    )
    assert len(rows(make["by_hand"](make["sheet_xml"](row)))) == 4


def test_cut_off_and_scrambled_books_get_a_sentence(make):
    whole = make["workbook"]([HEADINGS, *[[f"A-{n}", "王", "VU"] for n in range(50)]])
    for end in range(4, len(whole), 371):
        assert code_of(whole[:end]) == "bad_workbook"
    for place in range(0, len(whole), 97):
        scrambled = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        with suppress(DomainError):  # never anything but a sentence
            rows(scrambled)


def test_two_parts_of_one_name_are_refused(make):
    file = io.BytesIO(make["by_hand"](make["sheet_xml"]("")))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert code_of(file.getvalue()) == "bad_workbook"

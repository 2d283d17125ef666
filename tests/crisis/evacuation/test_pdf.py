"""crisis/evacuation/exports/pdf: read back as text, as an image, and by a reader of QR codes"""

import re
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.utils import translation

from crisis.evacuation.exports.codes import gate_code, party_code
from crisis.evacuation.exports.pdf import gate, signing
from crisis.evacuation.exports.pdf.typeface import NAME, Type
from crisis.evacuation.exports.rows import Sheet
from tests.support.sheets import CONTENT_HASH, make_flight, make_row, make_sheet, many_rows

Write = Callable[[Sheet], Iterator[bytes]]
SCALE = 3  # pixels a point: 216 a inch, what a phone's camera sees from near


def opened(write: Write, sheet: Sheet) -> Any:
    return pypdfium2.PdfDocument(b"".join(write(sheet)))


def texts(write: Write, sheet: Sheet) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in opened(write, sheet)]


def codes_on(page: Any) -> list[str]:
    """Every QR code that a reader finds on the page's image."""
    image = page.render(scale=SCALE, grayscale=True).to_numpy()
    return [found.text for found in zxingcpp.read_barcodes(image.reshape(image.shape[:2]))]


def test_the_list_to_sign_holds_every_cell_of_the_other_files() -> None:
    rows = [make_row(1, needs=["wheelchair", "oxygen"]), make_row(2, name="欧阳娜娜", sex="F")]
    sheet = make_sheet(rows)
    wanted = {cell for row in rows for cell in sheet.cells(row)} | set(sheet.headings)
    text = "".join("".join(texts(signing.write, sheet)).split())
    assert [cell for cell in wanted if "".join(cell.split()) not in text] == []


def test_it_says_how_many_they_are_and_where_to_sign() -> None:
    text = texts(signing.write, make_sheet(many_rows(3)))[-1]
    assert "共 3 人" in text
    assert [
        word for word in ("编制人", "核对人", "批准人", "接收人", "日期") if word not in text
    ] == []


@pytest.mark.parametrize(("write", "profile"), [(signing.write, "ministry"), (gate.write, "gate")])
def test_every_page_says_which_it_is_of_how_many_and_of_which_version(
    write: Write, profile: str
) -> None:
    pages = texts(write, make_sheet(many_rows(150), profile, transport=make_flight()))
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in text
        assert f"第 3 版·SHA-256 {CONTENT_HASH}" in text
        assert "MU9001" in text
        assert "维拉港机场 2024-12-17 19:00 → 苏瓦安置点 2024-12-17 22:10" in text


@pytest.mark.parametrize(("write", "profile"), [(signing.write, "ministry"), (gate.write, "gate")])
def test_everybody_is_on_it_once_and_in_order(write: Write, profile: str) -> None:
    rows = [make_row(n, (n + 3) // 4, document_number=f"E{n:08}") for n in range(1, 101)]
    text = "".join(texts(write, make_sheet(rows, profile)))
    assert re.findall(r"E0\d{7}", text) == [f"E{n:08}" for n in range(1, 101)]


def test_the_gate_scans_persons_and_parties() -> None:
    rows = [make_row(1, 1), make_row(2, 1), make_row(3, 2)]
    sheet = make_sheet(rows, "gate", transport=make_flight())
    [page] = opened(gate.write, sheet)
    assert sorted(codes_on(page)) == sorted(
        [gate_code(sheet.manifest, row) for row in rows] + [party_code(sheet.manifest, rows[0])]
    )


def test_every_code_on_a_full_page_is_read() -> None:
    pages = opened(gate.write, make_sheet(many_rows(30), "gate", transport=make_flight()))
    assert [len(codes_on(page)) for page in pages] == [12, 12, 12, 4]


def test_a_party_stays_on_one_page() -> None:
    rows = [make_row(n, 1 if n < 11 else 2) for n in range(1, 16)]
    first, second = texts(gate.write, make_sheet(rows, "gate"))
    assert "同行组 1：10 人" in first
    assert "同行组 2：5 人" in second


def test_a_draft_is_marked_on_every_page_and_has_no_codes() -> None:
    pages = opened(gate.write, make_sheet(many_rows(30), "gate", sealed=False))
    for page in pages:
        text = page.get_textpage().get_text_bounded()
        assert "草稿，未封存，只供核对" in text
        assert "SHA-256" not in text
        assert codes_on(page) == []


def test_chinese_is_embedded_and_nothing_else_is_asked_for() -> None:
    raw = b"".join(signing.write(make_sheet([make_row(1)])))
    assert raw.count(b"/FontFile3") == raw.count(b"/FontDescriptor/") == 1
    assert len(raw) < 100_000
    fonts = {
        found.get_font().get_base_name()
        for found in pypdfium2.PdfDocument(raw)[0].get_objects()
        if hasattr(found, "get_font")
    }
    assert fonts == {NAME}


def test_what_the_typeface_lacks_is_printed_as_its_number_and_no_hidden_sign_gets_through() -> None:
    assert Type().printable("𠀀王\u202e小\u200b明\n\U000e0100") == "〔U+20000〕王小明 "
    [text] = texts(signing.write, make_sheet([make_row(1, name="𠀀")]))
    assert "U+20000" in text


def test_a_long_cell_is_wrapped_and_not_cut() -> None:
    reasons = [["children", n] for n in range(1, 60)]
    text = "".join(texts(signing.write, make_sheet([make_row(1, reasons=reasons)])))
    assert "同行儿童59名" in "".join(text.split())


def test_lines_break_between_words_and_behind_a_slash() -> None:
    type = Type()
    assert type.lines("ABUDULA/MAIMAITIYIMING", 10, 100) == ["ABUDULA/", "MAIMAITIYIMING"]
    assert type.lines("王小明，欧阳娜娜", 10, 35) == ["王小", "明，欧", "阳娜娜"]
    assert type.lines("W" * 20, 10, 60) == ["W" * 6, "W" * 6, "W" * 6, "WW"]
    assert type.lines("", 10, 60) == [""]


def test_a_receiver_gets_the_columns_of_the_profile() -> None:
    text = "".join(texts(signing.write, make_sheet([make_row(1)], "airline")))
    assert "WANG/XIAOMING" in text
    assert "王小明" not in text
    assert "+8613800138000" not in text


def test_nobody_is_a_list_too() -> None:
    [text] = texts(gate.write, make_sheet([], "gate"))
    assert "共 0 人" in text
    assert "第 1 页，共 1 页" in text


def test_english_reads_english_to_the_last_page() -> None:
    with translation.override("en"):
        pieces = signing.write(make_sheet(many_rows(60)))
    with translation.override("zh-hans"):
        pages = [
            page.get_textpage().get_text_bounded()
            for page in pypdfium2.PdfDocument(b"".join(pieces))
        ]
    assert f"Page 1 of {len(pages)}" in pages[0]
    assert "Embassy of China in Vanuatu" in pages[-1]


def peak_mib(write: Write, profile: str, people: int) -> float:
    """Python's own peak while the pages of a list are written and thrown away, without what is slow
    to trace and the same for all: codes, and the typeface that follows the pages."""
    tracemalloc.start()
    for piece in write(make_sheet(many_rows(people), profile, sealed=False)):
        if b"/Subtype/Form" in piece:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


@pytest.mark.parametrize(("write", "profile"), [(signing.write, "ministry"), (gate.write, "gate")])
def test_memory_does_not_grow_with_the_people(write: Write, profile: str) -> None:
    peak_mib(write, profile, 10)  # the typeface is read, once a process
    assert peak_mib(write, profile, 300) < peak_mib(write, profile, 30) + 0.3

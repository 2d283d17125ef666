"""crisis/evacuation/exports: the same rows in every format, safe and whole"""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from config.kernel import clock
from config.kernel.errors import DomainError
from config.kernel.models import AuditEntry
from config.kernel.text import formula_safe
from crisis.evacuation.exports import FORMATS, Export
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.labels import Labels
from crisis.evacuation.models import Manifest
from crisis.evacuation.profiles import EVERYTHING
from crisis.evacuation.rows import FIELDS, Row
from crisis.evacuation.services import (
    Receiver,
    draft_manifest,
    export_manifest,
    seal_manifest,
)
from crisis.incidents.models import Incident
from registry.models import Person

pytestmark = pytest.mark.django_db
HEADINGS = [
    "序号",
    "同行组",
    "优先级",
    "姓名",
    "证件拼写",
    "性别",
    "出生日期",
    "国籍",
    "证件种类",
    "证件号码",
    "证件有效期至",
    "联系电话",
    "特殊需要",
    "状况",
    "席位类别",
    "行程",
    "理由",
]


@pytest.fixture
def manifest(incident: Incident, planner: Any, stand: Callable[..., Person]) -> Manifest:
    stand(
        "王小明",
        condition="needs_help",
        passport_name="WANG/XIAOMING",
        sex="M",
        document_number="E12345678",
        document_expires_on="2030-05-01",
        phone="+8613800138000",
        needs=["wheelchair", "oxygen"],
    )
    stand('=cmd|" /C calc"!A1', condition="safe", wants_out=True, document_number="00012345")
    stand(
        "欧阳，娜\n娜",
        condition="safe",
        wants_out=True,
        document_number="-1+2",
        phone="+6785550123",
    )
    return draft_manifest(incident=incident, planner=planner)


def export(manifest: Manifest, user: Any, format: str, **words: str) -> Export:
    given = {"purpose": "包机", "name": "南太平洋航空", **words}
    return export_manifest(manifest=manifest, user=user, format=format, receiver=Receiver(**given))


def content(made: Export) -> bytes:
    return b"".join(made.chunks())


def read_csv(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def read_xlsx(raw: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    return [["" if cell.value is None else cell.value for cell in row] for row in sheet.iter_rows()]


def test_csv_reads_back_whole(manifest: Manifest, planner: Any) -> None:
    raw = content(export(manifest, planner, "csv"))
    assert raw.startswith(b"\xef\xbb\xbf")
    headings, first, *_ = read_csv(raw)
    assert headings == HEADINGS
    assert first == [
        "1",
        "1",
        "需要协助",
        "王小明",
        "WANG/XIAOMING",
        "男",
        "1985-03-08",
        "CN",
        "护照",
        "E12345678",
        "2030-05-01",
        "+8613800138000",
        "轮椅、吸氧",
        "需要协助",
        "",
        "",
        "求助；轮椅；吸氧",
    ]


def test_all_formats_say_the_same(manifest: Manifest, planner: Any) -> None:
    rows = {
        "csv": read_csv(content(export(manifest, planner, "csv"))),
        "csv-plain": read_csv(content(export(manifest, planner, "csv-plain"))),
        "xlsx": read_xlsx(content(export(manifest, planner, "xlsx"))),
    }
    assert rows["csv"] == rows["csv-plain"] == rows["xlsx"]
    assert len(rows["csv"]) == 4
    found = json.loads(content(export(manifest, planner, "json")))
    assert list(found["headings"].values()) == rows["csv"][0]
    words = [[formula_safe(word) for word in one["words"].values()] for one in found["people"]]
    assert words == rows["csv"][1:]


def test_plain_csv_has_no_mark_for_excel(manifest: Manifest, planner: Any) -> None:
    assert content(export(manifest, planner, "csv-plain")).startswith("序号".encode())


def test_json_holds_values_beside_the_words(manifest: Manifest, planner: Any) -> None:
    found = json.loads(content(export(manifest, planner, "json")))
    assert (found["version"], found["state"], found["profile"]) == (1, "draft", "ministry")
    first = found["people"][0]
    assert (first["values"]["sex"], first["words"]["sex"]) == ("M", "男")
    assert first["values"]["needs"] == ["wheelchair", "oxygen"]


def test_no_spreadsheet_runs_a_cell(manifest: Manifest, planner: Any) -> None:
    rows = read_csv(content(export(manifest, planner, "csv")))
    cells = [dict(zip(EVERYTHING.columns, row, strict=True)) for row in rows[1:]]
    assert [cell["name"] for cell in cells] == ["王小明", '\'=cmd|" /C calc"!A1', "欧阳，娜\n娜"]
    assert [cell["document_number"] for cell in cells] == ["E12345678", "00012345", "'-1+2"]
    assert [cell["phone"] for cell in cells] == ["+8613800138000", "", "+6785550123"]


def test_xlsx_is_text_with_a_heading_that_stays(manifest: Manifest, planner: Any) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(content(export(manifest, planner, "xlsx")))).active
    assert sheet.freeze_panes == "A2"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet.column_dimensions["Q"].width > 30


def test_english_reads_english_to_the_last_row(manifest: Manifest, planner: Any) -> None:
    """The words are fetched at once: the stream outlives the request and its language."""
    with translation.override("en"):
        chunks = export(manifest, planner, "csv").chunks()
        expected = str(translation.gettext("姓名"))
    with translation.override("zh-hans"):
        assert read_csv(b"".join(chunks))[0][3] == expected


def test_an_export_is_on_record(manifest: Manifest, planner: Any) -> None:
    seal_manifest(manifest=manifest, planner=planner)
    export(manifest, planner, "xlsx")
    entry = AuditEntry.objects.get(act="manifest.exported")
    assert (entry.actor, entry.subject) == ("planner", f"manifest:{manifest.pk}")
    assert entry.detail == {
        "basis": "statutory+vital_interest",
        "version": 1,
        "state": "sealed",
        "format": "xlsx",
        "profile": "ministry",
        "country": "CN",
        "release": None,
        "transport": None,
        "purpose": "包机",
        "receiver": "南太平洋航空",
        "people": 3,
        "content_hash": manifest.content_hash,
    }


REFUSED = [
    ({"purpose": " \u200b "}, "purpose_needed"),
    ({"name": ""}, "receiver_needed"),
    ({"name": "航" * 201}, "receiver_needed"),
]


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_an_export_without_purpose_or_receiver_is_refused(
    manifest: Manifest, planner: Any, words: dict[str, str], code: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        export(manifest, planner, "csv", **words)
    assert refusal.value.code == code
    assert not AuditEntry.objects.filter(act="manifest.exported").exists()


def test_an_unknown_format_is_refused(manifest: Manifest, planner: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        export(manifest, planner, "exe")
    assert (refusal.value.code, refusal.value.extra) == (
        "unknown_format",
        {"formats": sorted(FORMATS)},
    )


def test_an_officer_may_not_export(manifest: Manifest, officer: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        export(manifest, officer, "csv")
    assert refusal.value.code == "forbidden"


def test_a_draft_says_so_in_its_name(manifest: Manifest, planner: Any) -> None:
    assert export(manifest, planner, "csv").file_name.endswith("-v1-draft.csv")
    seal_manifest(manifest=manifest, planner=planner)
    assert export(manifest, planner, "csv").file_name.endswith("-v1.csv")


def test_a_saved_file_is_its_owners_alone(manifest: Manifest, planner: Any, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    export(manifest, planner, "csv").save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(read_csv(path.read_bytes())) == 4


def peak_mib(format: str, rows: int) -> float:
    """Python's own peak while a file of `rows` rows is written and thrown away."""
    data = dict.fromkeys(FIELDS, "x" * 12) | {"needs": [], "legs": [], "reasons": []}
    endless: Iterator[Row] = (Row(n, n, n, "adult", dict(data)) for n in range(rows))
    now = clock.now()
    manifest = Manifest(incident_id=1, version=1, state="sealed", sealed_at=now, content_hash="0")
    sheet = Sheet(manifest, EVERYTHING, None, Labels(), endless)
    tracemalloc.start()
    for _ in FORMATS[format].write(sheet):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


@pytest.mark.parametrize("format", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(format: str) -> None:
    few, many = peak_mib(format, 500), peak_mib(format, 5000)
    assert many < few + 1

"""JSON for programs: of each person the values as sealed, and the words as in other files."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.rows import Sheet
from crisis.evacuation.rows import Row

ROWS_A_PIECE = 200
# Columns that are the row's own and not part of its sealed data.
_OWN = ("position", "party", "priority")


def write(sheet: Sheet) -> Iterator[bytes]:
    head = _text(_head(sheet))
    yield f'{head[:-1]},"people":['.encode()
    records, separator = iter(sheet.records), ""
    while piece := list(islice(records, ROWS_A_PIECE)):
        lines = ",\n".join(_text(_person(sheet, row)) for row in piece)
        yield f"{separator}\n{lines}".encode()
        separator = ","
    yield b"\n]}\n"


def _head(sheet: Sheet) -> dict[str, Any]:
    manifest, transport = sheet.manifest, sheet.transport
    return {
        "incident": manifest.incident_id,
        "version": manifest.version,
        "state": manifest.state,
        "sealed_at": manifest.sealed_at.isoformat() if manifest.sealed_at else None,
        "content_hash": manifest.content_hash,
        "profile": sheet.profile.code,
        "transport": transport.number if transport else None,
        "headings": dict(zip(sheet.profile.columns, sheet.headings, strict=True)),
    }


def _person(sheet: Sheet, row: Row) -> dict[str, Any]:
    """An own field as it is; of the sealed data what the profile has, missing where it was."""
    values = {
        name: getattr(row, name) if name in _OWN else row.data.get(name)
        for name in sheet.profile.columns
    }
    return {
        "values": values,
        "words": dict(zip(sheet.profile.columns, sheet.cells(row), strict=True)),
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


FORMAT = Format("json", "application/json", write)

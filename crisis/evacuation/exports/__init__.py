"""The file formats of a manifest. How to add one: docs/how-to-add-an-export.md."""

from crisis.evacuation.exports import csv, json, xlsx
from crisis.evacuation.exports.base import Export, Format

FORMATS: dict[str, Format] = {
    "csv": csv.FORMAT,
    "csv-plain": csv.PLAIN,
    "json": json.FORMAT,
    "xlsx": xlsx.FORMAT,
}
"""By the name that pages, API and command line call them by."""

__all__ = ["FORMATS", "Export", "Format"]

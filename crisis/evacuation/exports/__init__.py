"""The file formats of a manifest. How to add one: docs/how-to-add-an-export.md."""

from crisis.evacuation.exports import csv, xlsx
from crisis.evacuation.exports.base import Export, Format

FORMATS: dict[str, Format] = {format.extension: format for format in (csv.FORMAT, xlsx.FORMAT)}

__all__ = ["FORMATS", "Export", "Format"]

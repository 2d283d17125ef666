"""The file formats of a manifest. How to add one: docs/how-to-add-an-export.md."""

from crisis.evacuation.exports import csv, json, paxlst, pfif, xlsx
from crisis.evacuation.exports.base import Export, Format
from crisis.evacuation.exports.pdf import gate, signing

FORMATS: dict[str, Format] = {
    "csv": csv.FORMAT,
    "csv-plain": csv.PLAIN,
    "gate": gate.FORMAT,
    "json": json.FORMAT,
    "paxlst": paxlst.FORMAT,
    "paxlst-02b": paxlst.OLDER,
    "pdf": signing.FORMAT,
    "pfif": pfif.FORMAT,
    "xlsx": xlsx.FORMAT,
}
"""By the name that pages, API and command line call them by."""

__all__ = ["FORMATS", "Export", "Format"]

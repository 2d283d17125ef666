"""CSV in UTF-8: with a byte order mark, without which Excel reads Chinese as something else, and
without one, for programs."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain, islice

from django.utils.translation import gettext_lazy as _

from crisis.evacuation.exports.base import Format
from crisis.evacuation.exports.rows import Sheet

ROWS_A_PIECE = 200


def write(sheet: Sheet) -> Iterator[bytes]:
    yield codecs.BOM_UTF8
    yield from write_plain(sheet)


def write_plain(sheet: Sheet) -> Iterator[bytes]:
    lines = chain([sheet.headings], sheet.rows)
    while piece := list(islice(lines, ROWS_A_PIECE)):
        text = io.StringIO()
        csv.writer(text).writerows(piece)
        yield text.getvalue().encode()


FORMAT = Format("csv", "text/csv; charset=utf-8", write)
PLAIN = Format("csv", "text/csv; charset=utf-8", write_plain, label=_("CSV（无 BOM）"))

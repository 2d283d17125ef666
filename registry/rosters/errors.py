"""The rows that were refused, as a file to correct and load again."""

import csv
from typing import TextIO

from django.utils.translation import gettext_lazy as _

from config.kernel.text import formula_safe
from registry.rosters.columns import ERROR_COLUMNS
from registry.rosters.loading import LoadReport

_PHONE_HINT = _("写国际区号和完整号码，例如 +678 5550123。")
_DATE_HINT = _("写成年-月-日，例如 1990-03-07。")
REMEDIES = {
    "": _("按列的说明改正这一格，再导入此文件。"),
    "ref": _("填写来源中不重复的编号，不超过 60 个字。"),
    "name": _("填写姓名，不超过 80 个字。"),
    "passport_name": _("照证件写成“姓/名”，例如 WANG/XIAOMING。"),
    "phone": _PHONE_HINT,
    "phone_2": _PHONE_HINT,
    "emergency_phone": _PHONE_HINT,
    "country": _("填写两个字母的国家代码，例如 VU。"),
    "nationality": _("填写两个字母的国家代码，例如 CN。"),
    "birth_date": _DATE_HINT,
    "document_expires_on": _DATE_HINT,
    "starts_on": _DATE_HINT,
    "ends_on": _DATE_HINT,
    "latitude": _("填写 -90 到 90 之间的度数，或连同经度留空。"),
    "longitude": _("填写 -180 到 180 之间的度数，或连同纬度留空。"),
    "accuracy_m": _("填写不小于 0 的米数，或留空。"),
}


def write_errors(report: LoadReport, file: TextIO) -> None:
    """The refused rows as they came, after four columns that say why; correct and load again.

    Cells that a spreadsheet would run are guarded with an apostrophe, which loading takes off.
    """
    headings = [h for h in report.headings if h not in ERROR_COLUMNS]
    writer = csv.writer(file)
    writer.writerow([*ERROR_COLUMNS, *headings])
    for error in report.errors:
        why = [str(error.row.number), error.field, error.reason, remedy(error.field)]
        cells = [formula_safe(error.row.written.get(heading, "")) for heading in headings]
        writer.writerow([*why, *cells])


def remedy(column: str) -> str:
    """What to write into a column instead."""
    return str(REMEDIES.get(column.removeprefix("trip_"), REMEDIES[""]))

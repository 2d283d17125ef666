"""The columns of a roster, and what one row of it is (docs/rosters.md)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError

# column → Chinese heading
COLUMNS = {
    "ref": "编号", "name": "姓名", "passport_name": "证件拼写", "sex": "性别",
    "birth_date": "出生日期", "nationality": "国籍", "document_kind": "证件种类",
    "document_number": "证件号码", "document_expires_on": "证件有效期至", "language": "语言",
    "needs": "特殊需要", "health_note": "健康说明", "household": "家庭编号",
    "phone": "手机", "phone_2": "手机2", "wechat_openid": "微信openid", "email": "电子邮件",
    "country": "所在国家", "city": "城市", "latitude": "纬度", "longitude": "经度",
    "accuracy_m": "精度米", "address": "地址",
    "trip_country": "行程国家", "trip_city": "行程城市", "trip_latitude": "行程纬度",
    "trip_longitude": "行程经度", "trip_accuracy_m": "行程精度米",
    "trip_starts_on": "行程开始", "trip_ends_on": "行程结束",
    "emergency_name": "紧急联系人", "emergency_relation": "紧急联系人关系",
    "emergency_phone": "紧急联系人电话",
}  # fmt: skip
REQUIRED = ("name", "country")
ERROR_COLUMNS = ("error_row", "error_field", "error_reason", "error_remedy")
BY_HEADING = {heading: column for column, heading in COLUMNS.items()} | {c: c for c in COLUMNS}

Cells = Mapping[str, str]


@dataclass(frozen=True)
class RosterRow:
    """One row: its line in the file (the heading is 1), the cells as written, and cleaned."""

    number: int
    written: Mapping[str, str]
    cells: Cells


@dataclass(frozen=True)
class Roster:
    """A file that could be read. `encoding` is utf-8 or gb18030; `unknown` are ignored columns."""

    encoding: str
    headings: list[str]
    unknown: list[str]
    rows: list[RosterRow]


def check_columns(columns: list[str]) -> None:
    known = [c for c in columns if c]
    for column in known:
        if known.count(column) > 1:
            sentence = _("列“%(column)s”出现了两次，请只保留一列。")
            raise DomainError("repeated_column", sentence % {"column": column})
    for column in REQUIRED:
        if column not in known:
            sentence = _("缺少列“%(column)s”（%(heading)s）。文件的第一行必须是列名。")
            words = {"column": column, "heading": COLUMNS[column]}
            raise DomainError("missing_column", sentence % words, {"column": column})
